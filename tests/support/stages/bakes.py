"""Installs the template's own state machine of bakes in a local cloud, with what it calls, and watches it."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.permissions.template import read_template
from support.stages.ports import within
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.packages import TOP, zip_hooks
from warmgate_ops.rehearsal.stage import RUNTIME, SHORT_WAITS

TEMPLATE = TOP / "template.yaml"
MACHINE, FUNCTION, TOPIC, TABLE = "warmgate-bakes", "warmgate-bake", "warmgate-bakes", "warmgate-bakes"
ROLE = "arn:aws:iam::123456789012:role/bakes"
BROKEN = {"ABORTED", "FAILED", "TIMED_OUT"}
LOOKS_A_PART = 350


def definition_of(function_arn: str, topic_arn: str, looks: int = LOOKS_A_PART) -> str:
    """Return the definition that the template deploys, with fewer looks an execution where a test asks for fewer."""
    found = read_template(TEMPLATE)["Resources"]["BakeMachine"]["Properties"]["Definition"]
    text = json.dumps(found)
    for name, value in (("BakeArn", function_arn), ("TopicArn", topic_arn), ("Partition", "aws")):
        text = text.replace(f"${{{name}}}", value)
    bound = f"$looks >= {LOOKS_A_PART}"
    assert text.count(bound) == 1, f"the template bounds an execution by {bound}"
    return text.replace(bound, f"$looks >= {looks}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BakeStage:
    """A local cloud that bakes."""

    cloud: LocalCloud
    machine_arn: str
    queue_url: str

    @property
    def client(self) -> Any:
        """Return the client of Step Functions."""
        return self.cloud.client("stepfunctions")

    def begin(self, deployment_id: str, **script: Any) -> str:
        """Start a bake of a scripted function; return the execution's ARN."""
        state = {"schema": 1, "deployment_id": deployment_id, "look": 0, "script": script}
        state |= {"wait_s": 600, "ended": False, "outcome": "", "reason": ""}
        started = self.client.start_execution(
            stateMachineArn=self.machine_arn, name=deployment_id, input=json.dumps({"part": 1, "state": state})
        )
        return str(started["executionArn"])

    def ended(self, arn: str, patience_s: float = 20.0) -> dict[str, Any]:
        """Return an execution at its end."""
        for _ in within(patience_s):
            found: dict[str, Any] = self.client.describe_execution(executionArn=arn)
            if found["status"] != "RUNNING":
                return found
        raise AssertionError(f"{arn} did not end within {patience_s:.0f} s")

    def history(self, arn: str) -> list[dict[str, Any]]:
        """Return all events of an execution."""
        pages = self.client.get_paginator("get_execution_history").paginate(
            executionArn=arn, PaginationConfig={"PageSize": 1000}
        )
        return [event for page in pages for event in page["events"]]

    def looks(self, arn: str) -> list[dict[str, Any]]:
        """Return what the looks of an execution returned, in order."""
        exits = (event.get("stateExitedEventDetails", {}) for event in self.history(arn))
        return [json.loads(each["output"]) for each in exits if each.get("name") == "Look"]

    def heard(self, deployment_id: str, patience_s: float = 8.0) -> list[str]:
        """Return the messages about a deployment that come until nothing more comes."""
        sqs, found = self.cloud.client("sqs"), []
        for _ in within(patience_s):
            asked = sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in asked.get("Messages", []):
                sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
                text = json.loads(message["Body"])["Message"]
                if deployment_id in text:
                    found.append(text)
            if found and not asked.get("Messages"):
                return found
        return found


def install_bakes(cloud: LocalCloud, scripted: Path, looks: int = LOOKS_A_PART) -> BakeStage:
    """Install the state machine, the rule that hears of broken executions, and a function with a scripted handler."""
    topic = cloud.client("sns").create_topic(Name=TOPIC)["TopicArn"]
    cloud.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    function_arn = _function(cloud, scripted, {"WARMGATE_TABLE": TABLE, "WARMGATE_TOPIC_ARN": topic})
    machine = cloud.client("stepfunctions").create_state_machine(
        name=MACHINE, definition=definition_of(function_arn, topic, looks), roleArn=ROLE
    )
    pattern = {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"status": sorted(BROKEN), "stateMachineArn": [machine["stateMachineArn"]]},
    }
    events = cloud.client("events")
    events.put_rule(Name="broken-bakes", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="broken-bakes", Targets=[{"Id": "function", "Arn": function_arn}])
    return BakeStage(cloud=cloud, machine_arn=machine["stateMachineArn"], queue_url=_queue(cloud, topic))


def _function(cloud: LocalCloud, scripted: Path, variables: dict[str, str]) -> str:
    packed = io.BytesIO(zip_hooks())
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(scripted.name, scripted.read_bytes())
    client = cloud.client("lambda")
    made = client.create_function(
        FunctionName=FUNCTION,
        Runtime=RUNTIME,
        Role=ROLE,
        Handler=f"{scripted.stem}.handler",
        Code={"ZipFile": packed.getvalue()},
        Timeout=30,
        MemorySize=512,
        Environment={"Variables": variables},
    )
    client.get_waiter("function_active_v2").wait(FunctionName=FUNCTION, WaiterConfig=SHORT_WAITS)
    return str(made["FunctionArn"])


def _queue(cloud: LocalCloud, topic: str) -> str:
    sqs = cloud.client("sqs")
    url = str(sqs.create_queue(QueueName=TOPIC)["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url
