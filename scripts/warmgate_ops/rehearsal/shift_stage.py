"""Sets up what live traffic is judged with: the second hook, guard, controller, what calls them, what they share."""

from __future__ import annotations

import json
from typing import Any

from warmgate.model.deployment import LifecycleEvent
from warmgate_ops.rehearsal.catalogue import FOLDER, Scenario
from warmgate_ops.rehearsal.packages import HOOKS, zip_code
from warmgate_ops.rehearsal.shift_catalogue import CUSTOM_CONFIGS, ShiftScenario
from warmgate_ops.rehearsal.stage import (
    APPLICATION,
    BUCKET,
    HOOK,
    ROLE,
    RUNTIME,
    SHORT_WAITS,
    Account,
    Installed,
    install_function,
    install_hook,
)

AFTER_HOOK = "CodeDeployHook_warmgate-after"
SILENT_HOOK = "CodeDeployHook_silent"
GUARD = "warmgate-traffic-guard"
CONTROLLER = "warmgate-rollback-controller"
TABLE = "warmgate"
TOPIC = "warmgate-verdicts"
STATES = {GUARD: ["START"], CONTROLLER: ["SUCCESS", "FAILURE", "STOP"]}
"""Which state changes of a deployment call whom."""


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
    settings = {"WARMGATE_REPORT_BUCKET": BUCKET, "WARMGATE_TABLE": TABLE, "WARMGATE_TOPIC_ARN": topic}
    code = zip_code([HOOKS])
    _create(account, AFTER_HOOK, "after_allow_traffic.handler", code, settings)
    _create(account, GUARD, "traffic_guard.handler", code, settings)
    _create(account, CONTROLLER, "rollback_controller.handler", code, settings)
    _create(account, SILENT_HOOK, "app.handler", zip_code([FOLDER / "silent"]), {})
    for function, states in STATES.items():
        _call_on(account, function, states)
    for name, routing in CUSTOM_CONFIGS.items():
        account.client("codedeploy").create_deployment_config(
            deploymentConfigName=name, computePlatform="Lambda", trafficRoutingConfig=routing
        )


def install_shift(account: Account, scenario: ShiftScenario) -> Installed:
    """Install a scenario's function and group; an alarm that rings where it asks for one."""
    installed = install_function(
        account,
        Scenario(
            name=scenario.name,
            summary=scenario.summary,
            baseline=scenario.baseline_folders,
            candidate=scenario.candidate_folders,
            policy=scenario.policy_file,
            expected=None,
            settings=scenario.settings,
            config=scenario.config,
        ),
    )
    update: dict[str, Any] = {
        "autoRollbackConfiguration": {
            "enabled": bool(scenario.rollback_events),
            "events": list(scenario.rollback_events),
        }
    }
    if scenario.ringing:
        update["alarmConfiguration"] = {"enabled": True, "alarms": [{"name": _ringing_alarm(account, scenario)}]}
    account.client("codedeploy").update_deployment_group(
        applicationName=APPLICATION, currentDeploymentGroupName=installed.group, **update
    )
    return installed


def hooks_of(scenario: ShiftScenario) -> dict[LifecycleEvent, str]:
    """Return the hooks of a scenario's AppSpec."""
    before = SILENT_HOOK if scenario.silent_hook else HOOK
    return {LifecycleEvent.BEFORE_ALLOW_TRAFFIC: before, LifecycleEvent.AFTER_ALLOW_TRAFFIC: AFTER_HOOK}


def _create(account: Account, name: str, handler: str, code: bytes, settings: dict[str, str]) -> None:
    client = account.client("lambda")
    client.create_function(
        FunctionName=name,
        Runtime=RUNTIME,
        Role=ROLE,
        Handler=handler,
        Code={"ZipFile": code},
        Timeout=300,
        MemorySize=512,
        Environment={"Variables": settings},
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


def _ringing_alarm(account: Account, scenario: ShiftScenario) -> str:
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
