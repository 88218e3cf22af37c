"""Installs the template's own state machine of bakes in a local cloud, with what it calls, and watches it."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.permissions.template import read_template
from support.stages.ports import within
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.packages import TOP, zip_hooks
from warmgate_ops.rehearsal.stage import CONTROLLER, RUNTIME, SHORT_WAITS

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
    messages: list[str] = field(default_factory=list)
    """Those that nobody has asked for yet."""

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
        """Return the messages about a deployment that have come once it is quiet; none where none comes in time."""
        sqs, found = self.cloud.client("sqs"), list[str]()
        for _ in within(patience_s):
            asked = sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in asked.get("Messages", []):
                sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
                self.messages.append(json.loads(message["Body"])["Message"])
            found = [text for text in self.messages if deployment_id in text]
            if found and not asked.get("Messages"):
                break
        self.messages[:] = [text for text in self.messages if text not in found]
        return found


def install_scripted(cloud: LocalCloud, scripted: Path) -> BakeStage:
    """Install the state machine with a function whose looks do as they are told, beside Warmgate's own packages."""
    packed = io.BytesIO(zip_hooks())
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(scripted.name, scripted.read_bytes())
    topic = str(cloud.client("sns").create_topic(Name=TOPIC)["TopicArn"])
    cloud.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    variables = {"WARMGATE_TABLE": TABLE, "WARMGATE_TOPIC_ARN": topic, "WARMGATE_REPORT_BUCKET": "no-reports"}
    return _with_machine(cloud, _function(cloud, f"{scripted.stem}.handler", packed.getvalue(), variables), topic)


def install_bakes(cloud: LocalCloud) -> BakeStage:
    """Install the state machine with Warmgate's own function beside the rest of it, and let the controller know."""
    client = cloud.client("lambda")
    known = client.get_function_configuration(FunctionName=CONTROLLER)["Environment"]["Variables"]
    stage = _with_machine(cloud, _function(cloud, "bake.handler", zip_hooks(), known), known["WARMGATE_TOPIC_ARN"])
    variables = {**known, "WARMGATE_BAKES": stage.machine_arn}
    client.update_function_configuration(FunctionName=CONTROLLER, Environment={"Variables": variables})
    client.get_waiter("function_updated_v2").wait(FunctionName=CONTROLLER, WaiterConfig=SHORT_WAITS)
    return stage


def _with_machine(cloud: LocalCloud, function_arn: str, topic: str) -> BakeStage:
    machine = cloud.client("stepfunctions").create_state_machine(
        name=MACHINE, definition=definition_of(function_arn, topic), roleArn=ROLE
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


def _function(cloud: LocalCloud, handler: str, code: bytes, variables: dict[str, str]) -> str:
    client = cloud.client("lambda")
    made = client.create_function(
        FunctionName=FUNCTION,
        Runtime=RUNTIME,
        Role=ROLE,
        Handler=handler,
        Code={"ZipFile": code},
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
