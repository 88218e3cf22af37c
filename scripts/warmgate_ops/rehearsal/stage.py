"""Sets up what a release needs through AWS's public API: Warmgate's own functions, and the one that is released."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from warmgate.adapters.policies import TAG, read_policy
from warmgate.errors import WarmgateError
from warmgate.model.deployment import LifecycleEvent
from warmgate.policy.values import Policy
from warmgate_ops.rehearsal.catalogue import CUSTOM_CONFIGS, FOLDER
from warmgate_ops.rehearsal.packages import zip_code, zip_hooks
from warmgate_ops.rehearsal.scenario import FunctionSettings, Scenario

HOOK = "CodeDeployHook_warmgate-before"
AFTER_HOOK = "CodeDeployHook_warmgate-after"
SILENT_HOOK = "CodeDeployHook_silent"
GUARD = "warmgate-traffic-guard"
CONTROLLER = "warmgate-rollback-controller"
STATES = {GUARD: ["START"], CONTROLLER: ["SUCCESS", "FAILURE", "STOP"]}
"""Which state changes of a deployment call whom."""
TABLE = "warmgate"
TOPIC = "warmgate-verdicts"
BUCKET = "warmgate-reports"
APPLICATION = "rehearsal"
ALIAS = "live"
ROLE = "arn:aws:iam::000000000000:role/rehearsal"
RUNTIME = "python{}.{}".format(*sys.version_info[:2])
"""Of the hooks, and of functions for which nobody names another: an interpreter of it is there."""
SHORT_WAITS = {"Delay": 0.05, "MaxAttempts": 600}


class RehearsalError(WarmgateError):
    """A release could not be rehearsed; says nothing about the candidate."""


class Account(Protocol):
    """An account to rehearse in."""

    def client(self, service: str) -> Any:
        """Return a plain SDK client."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A function with both versions, ready to be released."""

    function: str
    group: str
    baseline: str
    candidate: str
    policy: Policy


def install_hook(account: Account, *code: Path) -> None:
    """Install the hook, the bucket of its reports, and the application.

    Args:
        account: where to.
        code: the folders that are deployed, as `make package` built them; else that of the checkout.
    """
    account.client("s3").create_bucket(Bucket=BUCKET)
    _create_own(account, HOOK, "before_allow_traffic.handler", zip_hooks(*code), {"WARMGATE_REPORT_BUCKET": BUCKET})
    account.client("codedeploy").create_application(applicationName=APPLICATION, computePlatform="Lambda")


def install_warmgate(account: Account) -> None:
    """Install all four functions from the folder that is deployed, with what calls them and what they share."""
    install_hook(account)
    topic = account.client("sns").create_topic(Name=TOPIC)["TopicArn"]
    account.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    variables = {"WARMGATE_REPORT_BUCKET": BUCKET, "WARMGATE_TABLE": TABLE, "WARMGATE_TOPIC_ARN": topic}
    code = zip_hooks()
    _create_own(account, AFTER_HOOK, "after_allow_traffic.handler", code, variables)
    _create_own(account, GUARD, "traffic_guard.handler", code, variables)
    _create_own(account, CONTROLLER, "rollback_controller.handler", code, variables)
    _create_own(account, SILENT_HOOK, "app.handler", zip_code([FOLDER / "silent"]), {})
    for function, states in STATES.items():
        _call_on(account, function, states)
    for name, routing in CUSTOM_CONFIGS.items():
        account.client("codedeploy").create_deployment_config(
            deploymentConfigName=name, computePlatform="Lambda", trafficRoutingConfig=routing
        )


def install_function(account: Account, scenario: Scenario) -> Installed:
    """Install the baseline as what the alias serves, the candidate as the next version, and the policy as the tag says.

    Raises:
        PolicyError: the scenario's policy has faults.
        PolicyLookupError: it cannot be read.
    """
    policy = read_policy(scenario.policy)
    source = _store_policy(account, scenario, policy)
    client, name = account.client("lambda"), scenario.function
    more: dict[str, Any] = {"Tags": {TAG: source}}
    if scenario.settings.variables:
        more["Environment"] = {"Variables": dict(scenario.settings.variables)}
    if scenario.settings.layers:
        more["Layers"] = [_layer(client, name, number, at) for number, at in enumerate(scenario.settings.layers, 1)]
    _create(client, name, scenario.settings, zip_code(scenario.baseline), **more)
    baseline = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(FunctionName=name, Name=ALIAS, FunctionVersion=baseline)
    client.update_function_code(FunctionName=name, ZipFile=zip_code(scenario.candidate, minute=1))
    client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=SHORT_WAITS)
    candidate = client.publish_version(FunctionName=name)["Version"]
    _create_group(account, scenario)
    return Installed(function=name, group=name, baseline=baseline, candidate=candidate, policy=policy)


def hooks_of(scenario: Scenario) -> dict[LifecycleEvent, str]:
    """Return the hooks of a scenario's AppSpec."""
    if scenario.live is None:
        return {LifecycleEvent.BEFORE_ALLOW_TRAFFIC: HOOK}
    before = SILENT_HOOK if scenario.live.silent_hook else HOOK
    return {LifecycleEvent.BEFORE_ALLOW_TRAFFIC: before, LifecycleEvent.AFTER_ALLOW_TRAFFIC: AFTER_HOOK}


def _layer(client: Any, function: str, number: int, place: Path) -> str:
    """Publish what lies in a folder or a zip as a layer; return its ARN."""
    content = zip_code([place]) if place.is_dir() else place.read_bytes()
    made = client.publish_layer_version(LayerName=f"{function}-{number}", Content={"ZipFile": content})
    return str(made["LayerVersionArn"])


def _create_own(account: Account, name: str, handler: str, code: bytes, variables: dict[str, str]) -> None:
    settings = FunctionSettings(handler=handler, memory_mb=512, timeout_s=300)
    tags = {"warmgate-version": version("warmgate")}
    _create(account.client("lambda"), name, settings, code, Environment={"Variables": variables}, Tags=tags)


def _create(client: Any, name: str, settings: FunctionSettings, code: bytes, **more: Any) -> None:
    client.create_function(
        FunctionName=name,
        Runtime=settings.runtime or RUNTIME,
        Role=ROLE,
        Handler=settings.handler,
        Code={"ZipFile": code},
        Timeout=settings.timeout_s,
        MemorySize=settings.memory_mb,
        **({"LoggingConfig": {"LogGroup": settings.log_group}} if settings.log_group else {}),
        **more,
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=SHORT_WAITS)


def _call_on(account: Account, function: str, states: list[str]) -> None:
    events = account.client("events")
    pattern = {
        "source": ["aws.codedeploy"],
        "detail-type": ["CodeDeploy Deployment State-change Notification"],
        "detail": {"state": states},
    }
    arn = account.client("lambda").get_function_configuration(FunctionName=function)["FunctionArn"]
    events.put_rule(Name=function, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=function, Targets=[{"Id": "function", "Arn": arn}])


def _store_policy(account: Account, scenario: Scenario, policy: Policy) -> str:
    """Store a policy and its payload files side by side; return the source that the function's tag names."""
    folder, files = f"policies/{scenario.name}", [scenario.policy]
    files += [scenario.policy.parent / probe.payload_file for probe in policy.probes if probe.payload_file]
    for path in files:
        key = f"{folder}/{path.relative_to(scenario.policy.parent).as_posix()}"
        account.client("s3").put_object(Bucket=BUCKET, Key=key, Body=Path(path).read_bytes())
    return f"s3://{BUCKET}/{folder}/{scenario.policy.name}"


def _create_group(account: Account, scenario: Scenario) -> None:
    events, more = list(scenario.rollback_events), {}
    if scenario.live and scenario.live.ringing:
        more["alarmConfiguration"] = {"enabled": True, "alarms": [{"name": _ringing_alarm(account, scenario)}]}
    account.client("codedeploy").create_deployment_group(
        applicationName=APPLICATION,
        deploymentGroupName=scenario.function,
        deploymentConfigName=scenario.config,
        serviceRoleArn=ROLE,
        deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        autoRollbackConfiguration={"enabled": bool(events), "events": events},
        **more,
    )


def _ringing_alarm(account: Account, scenario: Scenario) -> str:
    """Return an alarm that counts missing data as bad, and so rings for a metric that nobody writes."""
    name = f"{scenario.function}-rings"
    client = account.client("cloudwatch")
    client.put_metric_alarm(
        AlarmName=name,
        Namespace="Rehearsal",
        MetricName="Heartbeat",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
    )
    client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="rehearsed")
    return name
