"""Installs in a local cloud what template.yaml names, with its settings: four built functions, table, topic, rules.

A function with a layer of its own is installed by its own tests.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support.permissions import Names, resolve
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.packages import zip_code
from warmgate_ops.rehearsal.stage import ROLE, RUNTIME, SHORT_WAITS, install_hook

TABLE = "warmgate-executions"
TOPIC = "warmgate"


def install_all(cloud: LocalCloud, template: dict[str, Any], names: Names, package: Path) -> dict[str, str]:
    """Install everything and return the functions' names by their logical ids."""
    install_hook(cloud, package / "BeforeAllowTraffic", package / "Policies")
    cloud.client("sns").create_topic(Name=TOPIC)
    cloud.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=template["Resources"]["Executions"]["Properties"]["KeySchema"],
        AttributeDefinitions=template["Resources"]["Executions"]["Properties"]["AttributeDefinitions"],
        BillingMode="PAY_PER_REQUEST",
    )
    variables = resolve(template["Globals"]["Function"]["Environment"]["Variables"], template, names)
    # The layer's files lie in the package itself here.
    variables["WARMGATE_POLICIES"] = "policies"
    functions = {
        name: {**body["Properties"], "FunctionName": resolve(body["Properties"]["FunctionName"], template, names)}
        for name, body in template["Resources"].items()
        if body["Type"] == "AWS::Serverless::Function" and "Layers" not in body["Properties"]
    }
    for name, properties in functions.items():
        _install(cloud, properties, variables, package / name)
        for event in properties.get("Events", {}).values():
            _subscribe(cloud, properties["FunctionName"], resolve(event["Properties"]["Pattern"], template, names))
    return {name: str(properties["FunctionName"]) for name, properties in functions.items()}


def _install(cloud: LocalCloud, properties: dict[str, Any], variables: dict[str, str], code: Path) -> None:
    client, name = cloud.client("lambda"), properties["FunctionName"]
    settings = {"Timeout": 300, "MemorySize": 512, "Environment": {"Variables": variables}}
    if name.startswith("CodeDeployHook_warmgate-before"):
        client.update_function_configuration(FunctionName=name, **settings)
        client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=SHORT_WAITS)
    else:
        client.create_function(
            FunctionName=name,
            Runtime=RUNTIME,
            Role=ROLE,
            Handler=properties["Handler"],
            Code={"ZipFile": zip_code([code, code.parent / "Policies"])},
            **settings,
        )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=SHORT_WAITS)


def _subscribe(cloud: LocalCloud, function: str, pattern: dict[str, Any]) -> None:
    arn = f"arn:aws:lambda:{cloud.region}:{cloud.account}:function:{function}"
    cloud.client("events").put_rule(Name=f"to-{function}", EventPattern=json.dumps(pattern))
    cloud.client("events").put_targets(Rule=f"to-{function}", Targets=[{"Id": "function", "Arn": arn}])
