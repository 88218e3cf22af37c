"""Advice and checks of concurrency on one function of the local cloud: its log, settings and package, over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session
from typer.testing import CliRunner

from support.canned import canned_endpoint, said
from support.fakes.lambda_calls import packed
from warmgate_ops.cli.main import app
from warmgate_ops.cold_starts.concurrency.reading import gather_concurrency
from warmgate_ops.cold_starts.concurrency.registry import CONCURRENCY_CHECKS
from warmgate_ops.cold_starts.concurrency.seen import Concurrency
from warmgate_ops.doctor.findings import examine
from warmgate_ops.rehearsal.cloud.local_cloud import CREDENTIALS, LocalCloud
from warmgate_ops.rehearsal.stage import ROLE, RUNTIME

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(120)]
NAME, COLD, WARM = "advised", 6, 12
CODE = """
import time, uuid
RUN = uuid.uuid4()
first = True

def handler(event, context):
    global first
    time.sleep(0.6 if first else 0.15)
    first = False
    return str(RUN)
"""


TEMPLATE = """Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::Function
    Properties:
      MemorySize: 256
"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Give a cloud with a function whose first call is slow, called cold and warm."""
    with LocalCloud.start(tmp_path_factory.mktemp("advised")) as cloud:
        client = cloud.client("lambda")
        client.create_function(
            FunctionName=NAME,
            Runtime=RUNTIME,
            Role=ROLE,
            Handler="app.handler",
            Code={"ZipFile": packed(CODE)},
            MemorySize=256,
            Timeout=10,
        )
        client.get_waiter("function_active_v2").wait(FunctionName=NAME, WaiterConfig={"Delay": 0.05})
        version = client.publish_version(FunctionName=NAME)["Version"]
        client.create_alias(FunctionName=NAME, Name="live", FunctionVersion=version)
        with ThreadPoolExecutor(COLD) as together:
            list(together.map(lambda _: client.invoke(FunctionName=f"{NAME}:live"), range(COLD)))
        for _ in range(WARM):
            client.invoke(FunctionName=f"{NAME}:live")
        client.put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=COLD + 1)
        cloud.flush_logs()
        yield cloud


@pytest.fixture
def run(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a way to run a command against the cloud; it returns exit code and JSON."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)

    def run(*words: str) -> tuple[int, dict[str, Any]]:
        done = CliRunner().invoke(app, ["cold", *words, "--endpoint-url", cloud.endpoint_url, "--json"])
        assert done.stdout, done.output
        return done.exit_code, json.loads(done.stdout)

    return run


def test_advice_counts_the_cold_starts_that_the_cloud_made_and_names_the_fault(cloud: LocalCloud, run: Any) -> None:
    """As many as environments reported an init; the slow first call is memory's, and nothing else is high."""
    code, found = run("advise", "--function", NAME, "--alias", "live", "--since", "30m", "--inspect-package")
    (function,) = found["functions"]

    reported = [each for each in cloud.init_reports if NAME in each[0]]
    assert function["cold_starts"]["cold"] == len(reported) >= COLD
    assert function["cold_starts"]["calls"] == COLD + WARM
    assert function["cold_starts"]["version"] == "1"
    advice = {each["id"]: each for each in function["advice"]}
    assert advice["memory"]["rank"] == "high"
    assert 300 < function["cold_starts"]["first_call_overhead_ms"] < 600
    assert [name for name, each in advice.items() if each.get("rank") == "high"] == ["memory"]
    assert "snapshots: 1 place at import would be frozen" in [each["reason"] for each in function["no_issue"]]
    assert code == 1


def test_the_change_is_written_for_the_template_that_is_named(run: Any, tmp_path: Path) -> None:
    """The figures are those of the function in service, the diff is that of the function in the template."""
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    named = ("--function", NAME, "--version", "1", "--since", "30m", "--template", str(path), "--resource", "Shop")
    _, found = run("advise", *named)

    (function,) = found["functions"]
    changes = {each["id"]: each["change"] for each in function["advice"]}
    assert changes["memory"].splitlines()[-2:] == ["-      MemorySize: 256", "+      MemorySize: 1024"]


def test_concurrency_is_read_with_what_is_near_its_reservation(run: Any) -> None:
    """The log's peak against the reservation, the sum of the account beside it; what the cloud lacks is unknown."""
    code, found = run("concurrency", "--function", NAME, "--log", "30m", "--since", "1d")
    (function,) = found["functions"]
    by_id = {each["id"]: each for each in found["findings"] if each["severity"] != "unknown"}

    assert (function["reserved"], function["provisioned"]) == (COLD + 1, 0)
    assert function["peak"] >= COLD
    assert "can still be reserved (100 stay)" in function["heading"]
    assert code in {0, 3}
    assert by_id.keys() <= {"reserved-too-low", "account-limit-low", "rate-limit"}


def test_settings_of_every_source_are_read(cloud: LocalCloud) -> None:
    """Provisioned environments, event sources, scaling and its alarms, each over HTTP, become what checks look at."""
    clients = {name: cloud.client(name) for name in ("lambda", "cloudwatch", "sqs")}
    clients["lambda"].put_provisioned_concurrency_config(
        FunctionName=NAME, Qualifier="live", ProvisionedConcurrentExecutions=COLD
    )
    for queue, called, most in (("orders", NAME, 50), ("paid", f"{NAME}:live", 20)):
        url = clients["sqs"].create_queue(QueueName=queue)["QueueUrl"]
        asked = clients["sqs"].get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        clients["lambda"].create_event_source_mapping(
            FunctionName=called, EventSourceArn=asked["QueueArn"], ScalingConfig={"MaximumConcurrency": most}
        )
    clients["cloudwatch"].put_metric_alarm(
        AlarmName="AlarmLow",
        Namespace="AWS/Lambda",
        MetricName="ProvisionedConcurrencyUtilization",
        Statistic="Average",
        Period=60,
        Threshold=0.6,
        EvaluationPeriods=15,
        ComparisonOperator="LessThanThreshold",
        Dimensions=[{"Name": "FunctionName", "Value": NAME}, {"Name": "Resource", "Value": f"{NAME}:live"}],
    )
    target = {"ServiceNamespace": "lambda", "ResourceId": f"function:{NAME}:live", "MinCapacity": 2, "MaxCapacity": 6}
    other = {**target, "ResourceId": "function:advised-too:live"}
    policy = {"PolicyName": "use", "Alarms": [{"AlarmName": "AlarmLow", "AlarmARN": "arn:aws:cloudwatch:::alarm:x"}]}
    with canned_endpoint() as canned:
        canned.answers = {
            "DescribeScalableTargets": [said({"ScalableTargets": [target, other]})],
            "DescribeScalingPolicies": [said({"ScalingPolicies": [policy]})],
            "DescribeScheduledActions": [said({"ScheduledActions": []})],
        }
        clients["application-autoscaling"] = Session().create_client(
            "application-autoscaling", endpoint_url=canned.url, region_name="us-east-1", **CREDENTIALS
        )
        later_ms = time.time() * 1000 + 6 * 86_400_000
        seen = gather_concurrency(clients.__getitem__, NAME, 14.0, later_ms, calls=())

    assert isinstance(seen, Concurrency)
    found = {each.check.id: each.message for each in examine(CONCURRENCY_CHECKS, [seen]).findings}
    scaling = {"autoscaling-stuck", "autoscaling-average"}
    assert found.keys() == {"pc-eats-reserved", "pc-on-latest", "event-source-above-reserved", *scaling}
    assert "AlarmLow has INSUFFICIENT_DATA for 6 days" in found["autoscaling-stuck"]
    assert "sqs:orders 50" in found["event-source-above-reserved"]
    assert "sqs:paid 20" in found["event-source-above-reserved"]
    assert found["pc-on-latest"].startswith("sqs:orders call $LATEST")
