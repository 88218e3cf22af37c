"""What the controller's contracts are played on: each port twice, with the few things a test must do around it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from support.fakes.claims import ClaimTable, FakeClaims
from support.fakes.lambda_calls import publish, update
from support.fakes.refusals import FakeRefusals
from support.fakes.release_world import FAILED, FakeNotices, FakeStoredReports, ReleaseWorld
from support.fakes.world import TARGET, VirtualClock
from support.stages.ports import HOOK, ROLE, create, execution_of, within
from warmgate.adapters.aliases import LambdaAliases
from warmgate.adapters.claims import TableClaims
from warmgate.adapters.notices import BusNotices, TopicNotices
from warmgate.adapters.refusals import BucketRefusals
from warmgate.adapters.releases import CodeDeployReleases
from warmgate.adapters.stored_reports import BucketStoredReports
from warmgate.appspec.read import AppSpec
from warmgate.appspec.write import appspec_json
from warmgate.errors import ClaimError, NoticeError, ReportError
from warmgate.gate.known_bad import Refusals
from warmgate.model.deployment import Deployment, LifecycleEvent, LiveJudge, Target
from warmgate.model.release import AliasState, LaterVerdict, Notice
from warmgate.ports.codedeploy import Releases
from warmgate.ports.functions import Aliases
from warmgate.ports.once import Claims
from warmgate.ports.reports import Notices, StoredReports
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

FUNCTION = "released-api"
CODE = "def handler(event, context): return {}\n"
GONE = "nowhere-at-all"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasesStage:
    """CodeDeploy with a group that rolls nothing back by itself."""

    port: Releases
    target: Target
    versions: tuple[str, str]
    refused: Callable[[], str]
    """Refuse a deployment before traffic and return its id."""
    ends: Callable[[str], Deployment]
    """Return a deployment once it has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasesStage:
    """An alias that can be set by hand."""

    port: Aliases
    target: Target
    versions: tuple[str, str]
    set: Callable[[str, dict[str, float]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimsStage:
    """A place for the claims of two runs, and a way to let time pass."""

    port: Claims
    other: Claims
    closed: Claims
    passes: Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReportsStage:
    """A place of reports, and one where nothing can be read or stored."""

    port: StoredReports
    closed: StoredReports
    judged_later: Callable[[str, tuple[LiveJudge, ...]], None]
    """Store verdicts on live traffic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalsStage:
    """A place for refusals, and one that takes and gives none."""

    port: Refusals
    closed: Refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesStage:
    """A way to tell, one that is broken, and what arrived."""

    port: Notices
    closed: Notices
    arrived: Callable[[Notice], bool]


def fake_releases() -> ReleasesStage:
    """Return the stage of Releases."""
    world = ReleaseWorld(alias=AliasState(version="7"))

    def ends(deployment_id: str) -> Deployment:
        world.clock.sleep_ms(60_000)
        return world.codedeploy.describe(deployment_id)

    return ReleasesStage(port=world.codedeploy, target=TARGET, versions=("6", "7"), refused=lambda: FAILED, ends=ends)


def fake_aliases() -> AliasesStage:
    """Return the stage of Aliases."""
    port = ReleaseWorld().alias_port

    def put(version: str, weights: dict[str, float]) -> None:
        port.moved(AliasState(version=version, weights=tuple(weights.items())))

    return AliasesStage(port=port, target=TARGET, versions=("6", "7"), set=put)


def fake_claims() -> ClaimsStage:
    """Return the stage of Claims."""
    clock = VirtualClock()
    table, closed = ClaimTable(clock), ClaimTable(clock, fails=ClaimError("closed"))
    return ClaimsStage(
        port=FakeClaims(table),
        other=FakeClaims(table),
        closed=FakeClaims(closed),
        passes=lambda seconds: clock.sleep_ms(seconds * 1000),
    )


def fake_stored_reports() -> StoredReportsStage:
    """Return the stage of StoredReports."""
    clock, error = VirtualClock(), ReportError("closed")
    port = FakeStoredReports(clock)

    def judged_later(_deployment_id: str, names: tuple[LiveJudge, ...]) -> None:
        port.verdicts = tuple(LaterVerdict(by, {"by": by}) for by in LiveJudge if by in names)

    closed = FakeStoredReports(clock, read_fails=error, write_fails=error)
    return StoredReportsStage(port=port, closed=closed, judged_later=judged_later)


def fake_refusals() -> RefusalsStage:
    """Return the stage of Refusals."""
    return RefusalsStage(port=FakeRefusals(), closed=FakeRefusals(fails=ReportError("closed")))


def fake_notices() -> NoticesStage:
    """Return the stage of Notices."""
    port = FakeNotices()
    return NoticesStage(port=port, closed=FakeNotices(fails=NoticeError("closed")), arrived=lambda n: n in port.sent)


def releases(cloud: LocalCloud) -> ReleasesStage:
    """Return the stage of Releases on the local CodeDeploy."""
    port, installed = CodeDeployReleases(cloud.client), _function(cloud)
    client, group = cloud.client("codedeploy"), f"released-{time.monotonic_ns()}"
    client.create_deployment_group(
        applicationName="contracts",
        deploymentGroupName=group,
        serviceRoleArn=ROLE,
        deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce",
        deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
    )

    def refused() -> str:
        content = _appspec(installed)
        made = client.create_deployment(
            applicationName="contracts",
            deploymentGroupName=group,
            revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": content}},
        )["deploymentId"]
        client.put_lifecycle_event_hook_execution_status(
            deploymentId=made,
            lifecycleEventHookExecutionId=execution_of(cloud, made).execution_id,
            status="Failed",
        )
        ends(made)
        # As a failed AfterAllowTraffic leaves it where nothing is rolled back.
        cloud.client("lambda").update_alias(FunctionName=installed, Name="live", FunctionVersion="2")
        return str(made)

    def ends(deployment_id: str) -> Deployment:
        for _ in within(30.0):
            if (found := port.describe(deployment_id)).ended:
                return found
        raise AssertionError(f"{deployment_id} did not end within 30 s")

    return ReleasesStage(port=port, target=Target(installed, "live"), versions=("1", "2"), refused=refused, ends=ends)


def aliases(cloud: LocalCloud) -> AliasesStage:
    """Return the stage of Aliases on Lambda's control plane."""
    installed = _function(cloud)

    def put(version: str, weights: dict[str, float]) -> None:
        cloud.client("lambda").update_alias(
            FunctionName=installed,
            Name="live",
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": weights},
        )

    return AliasesStage(
        port=LambdaAliases(cloud.client), target=Target(installed, "live"), versions=("1", "2"), set=put
    )


def claims(cloud: LocalCloud) -> ClaimsStage:
    """Return the stage of Claims on a table of its own."""
    table = claims_table(cloud)
    return ClaimsStage(
        port=TableClaims(cloud.client, table),
        other=TableClaims(cloud.client, table),
        closed=TableClaims(cloud.client, GONE),
        passes=time.sleep,
    )


def claims_table(cloud: LocalCloud) -> str:
    """Make a table for claims and return its name."""
    table = f"claims-{time.monotonic_ns()}"
    cloud.client("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return table


def stored_reports(cloud: LocalCloud) -> StoredReportsStage:
    """Return the stage of StoredReports on a bucket."""
    bucket = f"completed-{time.monotonic_ns()}"
    cloud.client("s3").create_bucket(Bucket=bucket)

    def judged_later(deployment_id: str, names: tuple[LiveJudge, ...]) -> None:
        for by in names:
            key = f"gate/{deployment_id}/{by}/report.json"
            cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=json.dumps({"by": by}).encode())

    return StoredReportsStage(
        port=BucketStoredReports(cloud.client, bucket, "gate"),
        closed=BucketStoredReports(cloud.client, GONE),
        judged_later=judged_later,
    )


def refusals(cloud: LocalCloud) -> RefusalsStage:
    """Return the stage of Refusals on a bucket."""
    bucket = f"refused-{time.monotonic_ns()}"
    cloud.client("s3").create_bucket(Bucket=bucket)
    return RefusalsStage(port=BucketRefusals(cloud.client, bucket, "gate"), closed=BucketRefusals(cloud.client, GONE))


def topic(cloud: LocalCloud) -> NoticesStage:
    """Return the stage of Notices on a topic whose messages go to a queue."""
    arn = cloud.client("sns").create_topic(Name=f"notices-{time.monotonic_ns()}")["TopicArn"]
    url, queue = new_queue(cloud)
    cloud.client("sns").subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)

    def arrived(notice: Notice) -> bool:
        return any(
            (message["Subject"], message["Message"]) == (notice.subject, notice.text)
            for message in messages_of(cloud, url)
        )

    closed = TopicNotices(cloud.client, f"{arn}-gone")
    return NoticesStage(port=TopicNotices(cloud.client, arn), closed=closed, arrived=arrived)


def bus(cloud: LocalCloud) -> NoticesStage:
    """Return the stage of Notices on the default bus, with a rule that sends verdicts to a queue."""
    url, queue = new_queue(cloud)
    name, client = f"verdicts-{time.monotonic_ns()}", cloud.client("events")
    pattern = {"source": ["warmgate"], "detail-type": ["warmgate.verdict"]}
    client.put_rule(Name=name, EventPattern=json.dumps(pattern), State="ENABLED")
    client.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": queue}])

    def arrived(notice: Notice) -> bool:
        return any(message["detail"] == notice.detail for message in messages_of(cloud, url))

    return NoticesStage(
        port=BusNotices(cloud.client, "default"), closed=BusNotices(lambda _: RefusingBus(), GONE), arrived=arrived
    )


class RefusingBus:
    """A bus that answers and takes no entry, as one does whose policy denies it."""

    def put_events(self, **_: object) -> dict[str, Any]:
        """Refuse the entry."""
        refused = {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "no"}
        return {"FailedEntryCount": 1, "Entries": [refused]}


def _function(cloud: LocalCloud) -> str:
    """Create a function with versions 1 and 2 and an alias that serves 1."""
    name = create(cloud, f"{FUNCTION}-{time.monotonic_ns()}", CODE)
    first = publish(cloud, name)
    cloud.client("lambda").create_alias(FunctionName=name, Name="live", FunctionVersion=first)
    update(cloud, name, CODE + "# two\n")
    return name


def _appspec(function: str) -> str:
    hooks = {LifecycleEvent.BEFORE_ALLOW_TRAFFIC: HOOK}
    return appspec_json(AppSpec(target=Target(function, "live"), baseline="1", candidate="2", hooks=hooks))


def new_queue(cloud: LocalCloud) -> tuple[str, str]:
    """Create a queue and return its URL and ARN."""
    client = cloud.client("sqs")
    url = client.create_queue(QueueName=f"queue-{time.monotonic_ns()}")["QueueUrl"]
    attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, attributes["Attributes"]["QueueArn"]


def messages_of(cloud: LocalCloud, url: str) -> list[dict[str, Any]]:
    """Return the messages of a queue that can be seen now, waiting for the first one."""
    for _ in within(5.0):
        found = cloud.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        if found:
            return [json.loads(message["Body"]) for message in found]
    return []


def home_of(state: AliasState) -> AliasState:
    """Return an alias without its revision."""
    return replace(state, revision="")
