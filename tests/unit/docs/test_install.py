"""The page on installing says what the template does, what it costs, and who may deploy it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from support.permissions import Grant, allows, read_template
from warmgate.planning.cost import USD_PER_GB_SECOND, call_cost_usd
from warmgate_ops.rehearsal.cloud.api_calls import ApiCall

ROOT = Path(__file__).parents[3]
TEMPLATE = read_template(ROOT / "template.yaml")
PAGE = (ROOT / "docs" / "how-to" / "install.md").read_text(encoding="utf-8")
POLICY: dict[str, Any] = json.loads((ROOT / "docs" / "how-to" / "install-policy.json").read_text())
WARM_POLICY: dict[str, Any] = json.loads((ROOT / "docs" / "how-to" / "keep-warm-policy.json").read_text())
BAKE_POLICY: dict[str, Any] = json.loads((ROOT / "docs" / "how-to" / "bake-policy.json").read_text())
LONGEST_POLICY = 6144
"""Characters of a managed policy without white space (IAM and AWS STS quotas, IAM User Guide)."""
ARM = USD_PER_GB_SECOND["arm64"]
USD_PER_WRITE = 0.625 / 1_000_000
HERE = "arn:aws:{}:REGION:ACCOUNT:{}"
CREATED: dict[str, tuple[str, str]] = {
    "AWS::Serverless::Function": ("lambda:{}Function", HERE.format("lambda", "function:{}")),
    "AWS::IAM::Role": ("iam:{}Role", "arn:aws:iam::ACCOUNT:role/{}"),
    "AWS::IAM::ManagedPolicy": ("iam:{}Policy", "arn:aws:iam::ACCOUNT:policy/{}"),
    "AWS::DynamoDB::Table": ("dynamodb:{}Table", HERE.format("dynamodb", "table/{}")),
    "AWS::SQS::Queue": ("sqs:{}Queue", HERE.format("sqs", "{}")),
    "AWS::SNS::Topic": ("sns:{}Topic", HERE.format("sns", "{}")),
}
"""Types whose things are created and deleted by a call of that name on a resource of that name."""
OTHERWISE = {
    "AWS::Serverless::LayerVersion": ("lambda:PublishLayerVersion", HERE.format("lambda", "layer:warmgate-policies")),
    "AWS::Lambda::Permission": ("lambda:AddPermission", HERE.format("lambda", "function:warmgate-live-feed")),
    "AWS::S3::Bucket": ("s3:CreateBucket", "arn:aws:s3:::warmgate-reports-1"),
    "AWS::S3::BucketPolicy": ("s3:PutBucketPolicy", "arn:aws:s3:::warmgate-reports-1"),
    "AWS::SQS::QueuePolicy": ("sqs:SetQueueAttributes", HERE.format("sqs", "warmgate-DeadLetters-1")),
    "AWS::SNS::TopicPolicy": ("sns:SetTopicAttributes", HERE.format("sns", "warmgate-Notifications-1")),
    "AWS::SNS::Subscription": ("sns:Subscribe", HERE.format("sns", "warmgate-Notifications-1")),
    "AWS::KMS::Key": ("kms:CreateKey", "*"),
    "AWS::Logs::LogGroup": ("logs:CreateLogGroup", HERE.format("logs", "log-group:/aws/lambda/warmgate-traffic-guard")),
    "AWS::Logs::MetricFilter": (
        "logs:PutMetricFilter",
        HERE.format("logs", "log-group:/aws/lambda/CodeDeployHook_warmgate-before"),
    ),
    "AWS::CloudWatch::Alarm": ("cloudwatch:PutMetricAlarm", HERE.format("cloudwatch", "alarm:warmgate-EventsLost-1")),
    "AWS::Scheduler::ScheduleGroup": (
        "scheduler:CreateScheduleGroup",
        HERE.format("scheduler", "schedule-group/warmgate-keep-warm"),
    ),
    "AWS::Scheduler::Schedule": (
        "scheduler:CreateSchedule",
        HERE.format("scheduler", "schedule/warmgate-keep-warm/warmgate-policies"),
    ),
    "AWS::StepFunctions::StateMachine": (
        "states:CreateStateMachine",
        HERE.format("states", "stateMachine:warmgate-bakes"),
    ),
    "AWS::CloudWatch::Dashboard": (
        "cloudwatch:PutDashboard",
        "arn:aws:cloudwatch::ACCOUNT:dashboard/warmgate-region",
    ),
}
GRANTS = [
    Grant(sid=statement["Sid"], action=action, resources=tuple(_of if isinstance(_of, list) else [_of]))
    for statement in [*POLICY["Statement"], *WARM_POLICY["Statement"], *BAKE_POLICY["Statement"]]
    for _of in [statement["Resource"]]
    for action in statement["Action"]
]


def may(action: str, resource: str) -> bool:
    """Return whether the person who installs may do something."""
    return allows(GRANTS, ApiCall(principal="installer", action=action, resource=resource))


def test_every_type_of_the_template_may_be_created() -> None:
    """A new kind of resource is a new permission of whoever deploys it."""
    types = {body["Type"] for body in TEMPLATE["Resources"].values()}

    assert types == CREATED.keys() | OTHERWISE.keys()
    assert [kind for kind, (action, resource) in OTHERWISE.items() if not may(action, resource)] == []


@pytest.mark.parametrize("kind", CREATED)
@pytest.mark.parametrize("verb", ["Create", "Delete"])
def test_things_of_the_stack_and_no_others_may_be_made_and_removed(kind: str, verb: str) -> None:
    """Who may install may not touch a function, role, table, queue or topic of another name."""
    action, resource = CREATED[kind]

    assert may(action.format(verb), resource.format("warmgate-Thing-1"))
    assert not may(action.format(verb), resource.format("checkout-api"))


@pytest.mark.parametrize(
    ("policy", "service"),
    [
        (POLICY, "lambda.amazonaws.com"),
        (WARM_POLICY, "scheduler.amazonaws.com"),
        (BAKE_POLICY, "states.amazonaws.com"),
    ],
)
def test_roles_are_passed_to_one_service(policy: dict[str, Any], service: str) -> None:
    """A role of the stack cannot be lent to another service."""
    (passing,) = [each for each in policy["Statement"] if "iam:PassRole" in each["Action"]]

    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": service}}
    assert passing["Resource"] == ["arn:aws:iam::ACCOUNT:role/warmgate-*"]


def test_the_policy_fits_into_iam() -> None:
    """IAM counts a managed policy's characters without white space; an account's id is longer than its place here."""
    written = re.sub(r"\s", "", json.dumps(POLICY)).replace("ACCOUNT", "1" * 12).replace("REGION", "ap-southeast-99")

    assert len(written) <= LONGEST_POLICY


def test_the_table_of_costs_is_computed() -> None:
    """Each row is what its quantity costs at the prices above, and the sum is their sum."""
    calls = 300 * call_cost_usd(100, 512, "x86_64")
    costs = [30 * ARM, 30 * ARM, 300 * ARM, 15 * ARM, calls, 50 * USD_PER_WRITE]
    shown = re.findall(r"\| (?:\*\*)?(0\.\d{5})(?:\*\*)? \|$", PAGE, re.MULTILINE)

    assert shown == [f"{cost:.5f}" for cost in [*costs, sum(costs)]]


def test_the_page_names_outputs_alarms_and_what_stays() -> None:
    """Every output is explained, the alarms are counted, and what outlives the stack is what the template retains."""
    kept = {
        body["Type"]
        for body in TEMPLATE["Resources"].values()
        if str(body.get("DeletionPolicy", "")).startswith("Retain")
    }

    assert all(f"`{name}`" in PAGE for name in TEMPLATE["Outputs"])
    always = [body for body in TEMPLATE["Resources"].values() if "Condition" not in body]
    alarms = [body for body in always if body["Type"] == "AWS::CloudWatch::Alarm"]
    words = {8: "eight", 9: "nine", 10: "ten", 11: "eleven"}
    assert f"the {words[len(alarms)]} alarms" in PAGE
    assert kept == {"AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::Logs::LogGroup"}
