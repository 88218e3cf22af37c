"""What a group is given beside its routing, and AWS refuses when it is wrong: its role, its triggers, its strategy."""

from __future__ import annotations

import re
from enum import StrEnum

from warmgate_ops.rehearsal.cloud.codedeploy.wire import Body, Refusal, read_list, read_word

BAD_TRIGGER = "InvalidTriggerConfigException"
MOST_TRIGGERS = 10
ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")
TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:.+")


class TriggerEvent(StrEnum):
    """What a trigger can be told of."""

    DEPLOYMENT_START = "DeploymentStart"
    DEPLOYMENT_SUCCESS = "DeploymentSuccess"
    DEPLOYMENT_FAILURE = "DeploymentFailure"
    DEPLOYMENT_STOP = "DeploymentStop"
    DEPLOYMENT_ROLLBACK = "DeploymentRollback"
    DEPLOYMENT_READY = "DeploymentReady"
    INSTANCE_START = "InstanceStart"
    INSTANCE_SUCCESS = "InstanceSuccess"
    INSTANCE_FAILURE = "InstanceFailure"
    INSTANCE_READY = "InstanceReady"


class Outdated(StrEnum):
    """What becomes of outdated instances; kept and given back, Lambda has none."""

    UPDATE = "UPDATE"
    IGNORE = "IGNORE"


def read_role(body: Body) -> str:
    """Return the service role; empty where none is given."""
    role = str(body.get("serviceRoleArn") or "")
    if role and not ROLE.fullmatch(role):
        raise Refusal("InvalidRoleException", f"serviceRoleArn: found {role!r}, expected the ARN of an IAM role")
    return role


def read_outdated(body: Body, otherwise: str) -> str:
    """Return the strategy for outdated instances."""
    found = body.get("outdatedInstancesStrategy")
    if found is None:
        return otherwise
    return read_word(found, Outdated, "InvalidInputException", "outdatedInstancesStrategy").value


def read_triggers(body: Body) -> tuple[Body, ...]:
    """Return the notification triggers, which are kept and given back but not sent."""
    found = read_list(body, "triggerConfigurations", BAD_TRIGGER)
    if len(found) > MOST_TRIGGERS:
        length = f"found {len(found)}, expected at most {MOST_TRIGGERS}"
        raise Refusal("TriggerTargetsLimitExceededException", f"triggerConfigurations: {length}")
    for trigger in found:
        _check(trigger)
    names = [trigger["triggerName"] for trigger in found]
    if len(set(names)) < len(names):
        raise Refusal(BAD_TRIGGER, f"triggerConfigurations: found {names}, expected each triggerName once")
    return tuple(found)


def _check(trigger: object) -> None:
    where = "triggerConfigurations"
    if not isinstance(trigger, dict) or not trigger.get("triggerName"):
        raise Refusal(BAD_TRIGGER, f"{where}: every trigger needs a triggerName")
    topic = trigger.get("triggerTargetArn")
    if not isinstance(topic, str) or not TOPIC.fullmatch(topic):
        raise Refusal(BAD_TRIGGER, f"{where}.triggerTargetArn: found {topic!r}, expected the ARN of an SNS topic")
    events = read_list(trigger, "triggerEvents", BAD_TRIGGER)
    if not events:
        raise Refusal(BAD_TRIGGER, f"{where}.triggerEvents: found nothing, name at least one event")
    for event in events:
        read_word(event, TriggerEvent, BAD_TRIGGER, f"{where}.triggerEvents")
