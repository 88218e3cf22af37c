"""The watch of cold starts as it is built and deployed: a day of real calls summed up, a week told, by its own role."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploying.sam_cli import NEEDS_SAM, build
from support.fakes.lambda_calls import packed
from support.permissions import audit, grants_of, read_template, resolve
from support.permissions.installed import installed_names
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.packages import zip_code
from warmgate_ops.rehearsal.stage import BUCKET, ROLE, RUNTIME, SHORT_WAITS

pytestmark = [pytest.mark.local_cloud, NEEDS_SAM]

TEMPLATE = read_template(Path(__file__).parents[2] / "template.yaml")
NAMES = installed_names(TEMPLATE, BUCKET)
WATCH = "warmgate-cold-starts"
CALLS = 6
SLEEPS = "import time\ntime.sleep(0.2)\n\n\ndef handler(event, context):\n    time.sleep(0.3)\n    return {}\n"
UNUSED = {
    ("WriteOwnLog", "logs:CreateLogStream"): "Lambda's own agent writes the log in the function's name",
    ("WriteOwnLog", "logs:PutLogEvents"): "Lambda's own agent writes the log in the function's name",
    ("KeepWhatFailed", "sqs:SendMessage"): "Lambda sends it in the function's name, once every retry has failed",
    ("EncryptNotifications", "kms:Decrypt"): "SNS asks for it in the caller's name",
    ("EncryptNotifications", "kms:GenerateDataKey"): "SNS asks for it in the caller's name",
}
"""Grants that this day does not use, each with its reason."""
OF_DEPLOYMENTS = ("codedeploy:", "dynamodb:")
"""Those to read a deployment are used where one ends; the controller's test holds the same policy."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A cloud with the watch, a function that allows it, and one that does not."""

    cloud: LocalCloud

    def asked(self, **event: Any) -> dict[str, Any]:
        """Return what the watch answers."""
        answer = self.cloud.client("lambda").invoke(FunctionName=WATCH, Payload=json.dumps(event))
        found: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, found
        return found

    def kept(self, key: str) -> dict[str, Any]:
        """Return an object of the watch's folder."""
        body = self.cloud.client("s3").get_object(Bucket=BUCKET, Key=f"cold-starts/{key}")["Body"]
        found: dict[str, Any] = json.loads(body.read())
        return found


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Build and install the watch, and call a function six times at once through its alias."""
    folder = tmp_path_factory.mktemp("watch")
    package = build(folder / "package", "ColdStarts")
    with LocalCloud.start(folder / "cloud") as cloud:
        cloud.client("s3").create_bucket(Bucket=BUCKET)
        cloud.client("sns").create_topic(Name="warmgate")
        variables = resolve(TEMPLATE["Globals"]["Function"]["Environment"]["Variables"], TEMPLATE, NAMES)
        code = [package / "ColdStarts", package / "Policies", package / "ColdStartAnalysis" / "python"]
        handler = TEMPLATE["Resources"]["ColdStarts"]["Properties"]["Handler"]
        create(cloud, WATCH, handler, zip_code(code), {**variables, "WARMGATE_POLICIES": "policies"})
        for name, tags in (("checkout-api", {"warmgate:allow": "true"}), ("reports", {})):
            create(cloud, name, "app.handler", packed(SLEEPS), {}, tags)
            version = cloud.client("lambda").publish_version(FunctionName=name)["Version"]
            cloud.client("lambda").create_alias(FunctionName=name, Name="live", FunctionVersion=version)
            call_at_once(cloud, name, CALLS)
        put_on_schedule(cloud, f"arn:aws:lambda:{cloud.region}:{cloud.account}:function:checkout-api:live")
        yield Watched(cloud)


def create(
    cloud: LocalCloud,
    name: str,
    handler: str,
    code: bytes,
    variables: dict[str, str],
    tags: dict[str, str] | None = None,
) -> None:
    """Create a function and wait for it."""
    client = cloud.client("lambda")
    client.create_function(
        FunctionName=name,
        Runtime=RUNTIME,
        Role=ROLE,
        Handler=handler,
        Code={"ZipFile": code},
        Timeout=60,
        MemorySize=512,
        Environment={"Variables": variables},
        Tags=tags or {},
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=SHORT_WAITS)


def put_on_schedule(cloud: LocalCloud, arn: str) -> None:
    """Have a rule and a schedule that call a function long after this test."""
    cloud.client("events").put_rule(Name="first", ScheduleExpression="cron(0 3 1 1 ? 2099)")
    cloud.client("events").put_targets(Rule="first", Targets=[{"Id": "function", "Arn": arn}])
    cloud.client("scheduler").create_schedule(
        Name="second",
        ScheduleExpression="cron(0 4 1 1 ? 2099)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": ROLE},
    )


def call_at_once(cloud: LocalCloud, name: str, calls: int) -> None:
    """Call an alias so that each call needs an environment of its own."""
    client = cloud.client("lambda")
    with ThreadPoolExecutor(calls) as pool:
        list(pool.map(lambda _: client.invoke(FunctionName=name, Qualifier="live", Payload=b"{}"), range(calls)))


def test_a_day_of_real_calls_is_summed_up_and_told(watched: Watched) -> None:
    """Six cold starts of the function that allows it, after an alias that moved; the other one is left alone."""
    today = datetime.now(UTC)
    moved = {
        "source": "aws.lambda",
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {
            "eventID": "3f1c",
            "eventSource": "lambda.amazonaws.com",
            "eventName": "UpdateAlias20150331",
            "eventTime": (today - timedelta(seconds=90)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "requestParameters": {"functionName": "checkout-api", "name": "live", "functionVersion": "1"},
        },
    }
    noted = [watched.asked(**moved) for _ in range(2)]
    summed = watched.asked(warmgate="sum-up", date=today.date().isoformat())
    told = watched.asked(warmgate="report", until=(today.date() + timedelta(days=1)).isoformat())

    assert noted == [{"noted": ["checkout-api: alias moved 1 on alias live"]}] * 2
    assert summed == {"date": today.date().isoformat(), "functions": ["checkout-api"], "left": []}
    day = watched.kept(f"days/checkout-api/{today.date().isoformat()}.json")
    assert (day["calls"], day["cold"], day["unread"]) == (CALLS, CALLS, "")
    assert sum(day["causes"].values()) == CALLS
    assert day["causes"].get("alias moved", 0) >= 1
    assert all(init_ms > 190 for init_ms in day["inits_ms"]["1"])
    assert told == {"told": "[warmgate] 6 cold starts in 1 of 1 functions, 0 slower than the week before"}


def test_the_watch_calls_what_its_role_allows(watched: Watched) -> None:
    """No call would be denied in an account, and each grant of its own is used or listed with a reason."""
    calls = watched.cloud.calls_of(WATCH)
    found = audit(grants_of(TEMPLATE, "ColdStartsRole", NAMES), calls)

    assert calls
    assert found.denied == ()
    own = {
        (grant.sid, grant.action) for grant in found.unused if not grant.action.startswith(("codedeploy:", "dynamodb:"))
    }
    assert own - set(UNUSED) == set()
