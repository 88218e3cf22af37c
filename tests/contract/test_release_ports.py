"""What every implementation of the controller's ports promises, on fakes and on the local cloud."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from support.reports.releases import ENDS, completed
from support.stages import release as stages
from support.stages.release import (
    AliasesStage,
    NoticesStage,
    RefusalsStage,
    ReleasesStage,
    StoredReportsStage,
    home_of,
)
from warmgate.adapters.aliases import LambdaAliases
from warmgate.adapters.claims import TableClaims
from warmgate.adapters.lineage import CodeDeployLineage
from warmgate.adapters.notices import BusNotices, TopicNotices
from warmgate.adapters.refusals import BucketRefusals
from warmgate.adapters.releases import CodeDeployReleases, GroupAlarms
from warmgate.adapters.stored_reports import BucketStoredReports
from warmgate.adapters.waiting import SystemClock
from warmgate.adapters.webhook import WebhookNotices
from warmgate.errors import (
    ClaimError,
    DeploymentLookupError,
    FunctionLookupError,
    NoticeError,
    ReportError,
    RollbackError,
)
from warmgate.gate.known_bad import Refusal
from warmgate.lineage.rollback_claims import RollbackProof, author_of, cited_by, is_made_by_warmgate
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, LiveJudge, Target
from warmgate.model.marks import rollback_mark_of
from warmgate.model.release import AliasState, Notice, ReleaseOutcome, StoredReport, back_claim
from warmgate.report.notice import build_notice
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud
NOWHERE = Target("nowhere", "live")
REFUSAL = Refusal(
    function="checkout-api",
    fingerprint="c0de-first",
    deployment_id="d-FIRST0000",
    reason="9 of 43 calls took longer",
    refused_at="2026-01-01T00:00:00Z",
)
NOTICE = Notice(
    deployment_id="d-ABCDEF123",
    outcome=ReleaseOutcome.ROLLED_BACK,
    subject="[warmgate] ROLLED BACK: checkout-api:live version 7 (from 6)",
    text="ROLLED BACK\n\nreason: größer als erlaubt\n",
    detail={"schema_version": "1", "deployment_id": "d-ABCDEF123", "seconds_to_rollback": 12.5, "report": None},
    function="checkout-api",
)
CHATTED = build_notice(completed(ENDS["rolled_back"]), "")


def either(request: pytest.FixtureRequest, fake: Callable[[], Any], adapter: Callable[[Any], Any]) -> Any:
    """Return the stage that the parameter names."""
    return fake() if request.param == "fake" else adapter(request.getfixturevalue("cloud"))


@pytest.fixture(params=["fake", "adapter"])
def releases(request: pytest.FixtureRequest) -> Any:
    """Give both implementations of Releases."""
    return either(request, stages.fake_releases, stages.releases)


@pytest.fixture(params=["fake", "adapter"])
def aliases(request: pytest.FixtureRequest) -> Any:
    """Give both implementations of Aliases."""
    return either(request, stages.fake_aliases, stages.aliases)


@pytest.fixture(params=["fake", "adapter"])
def reports(request: pytest.FixtureRequest) -> Any:
    """Give both implementations of StoredReports."""
    return either(request, stages.fake_stored_reports, stages.stored_reports)


@pytest.fixture(params=["fake", "adapter"])
def refusals(request: pytest.FixtureRequest) -> Any:
    """Give both implementations of Refusals."""
    return either(request, stages.fake_refusals, stages.refusals)


@pytest.fixture(params=["fake", "topic", "bus"])
def notices(request: pytest.FixtureRequest) -> Any:
    """Give every implementation of Notices that leaves the process."""
    return either(request, stages.fake_notices, getattr(stages, request.param, stages.bus))


class TestReleases:
    """Describe, later, roll back."""

    def test_a_refused_deployment_is_described(self, releases: ReleasesStage) -> None:
        """Target, versions, status, error and the hook that refused, by name and status."""
        found = releases.port.describe(releases.refused())

        assert (found.target, found.baseline, found.candidate) == (releases.target, *releases.versions)
        assert (found.status, found.ended, found.error_code) == ("Failed", True, "HOOK_EXECUTION_FAILURE")
        assert [(hook.event, hook.status) for hook in found.hooks] == [("BeforeAllowTraffic", "Failed")]
        assert found.hooks[0].function.startswith("CodeDeployHook_")
        assert (found.rollback_expected, author_of(found)) == (False, None)

    def test_the_way_back_is_a_deployment_that_says_so(self, releases: ReleasesStage) -> None:
        """It is marked, it is later than what it brings back, and it ends with the baseline served."""
        release = releases.port.describe(releases.refused())
        assert releases.port.later(release) == ()

        made = releases.port.roll_back(release)
        (seen,) = releases.port.later(release)
        ended = releases.ends(made)

        assert (seen.deployment_id, cited_by(seen), is_made_by_warmgate(seen)) == (made, release.deployment_id, True)
        assert (ended.status, ended.description.startswith(rollback_mark_of(release.deployment_id))) == (
            "Succeeded",
            True,
        )
        assert releases.port.later(ended) == ()

    def test_a_second_way_back_is_refused_while_one_is_under_way(self, releases: ReleasesStage) -> None:
        """CodeDeploy takes one deployment of a group at a time; the error says that it is only busy."""
        release = releases.port.describe(releases.refused())
        releases.port.roll_back(release)

        with pytest.raises(RollbackError) as caught:
            releases.port.roll_back(release)
        assert caught.value.busy

    def test_an_unknown_deployment_is_the_ports_error(self, releases: ReleasesStage) -> None:
        """The message names the deployment."""
        with pytest.raises(DeploymentLookupError, match="d-NOWHERE00"):
            releases.port.describe("d-NOWHERE00")


class TestAliases:
    """Read and put back."""

    def test_version_and_weights_are_read(self, aliases: AliasesStage) -> None:
        """A weighted alias shows both versions."""
        baseline, candidate = aliases.versions
        aliases.set(baseline, {candidate: 0.25})

        assert home_of(aliases.port.read(aliases.target)) == AliasState(version=baseline, weights=((candidate, 0.25),))

    def test_an_alias_goes_back_alone(self, aliases: AliasesStage) -> None:
        """Version and weights are set at once, and the revision is another."""
        baseline, candidate = aliases.versions
        aliases.set(baseline, {candidate: 0.25})
        before = aliases.port.read(aliases.target)
        aliases.port.put_back(aliases.target, baseline, before.revision)

        after = aliases.port.read(aliases.target)
        assert home_of(after) == AliasState(version=baseline)
        assert after.revision != before.revision

    def test_an_alias_that_changed_is_left(self, aliases: AliasesStage) -> None:
        """An older revision is refused as busy."""
        baseline, candidate = aliases.versions
        before = aliases.port.read(aliases.target)
        aliases.set(candidate, {})

        with pytest.raises(RollbackError) as caught:
            aliases.port.put_back(aliases.target, baseline, before.revision)
        assert caught.value.busy
        assert aliases.port.read(aliases.target).serves_alone(candidate)

    def test_an_unknown_alias_is_the_ports_error(self, aliases: AliasesStage) -> None:
        """The message names function and alias."""
        with pytest.raises(FunctionLookupError, match="nowhere:live"):
            aliases.port.read(NOWHERE)


class TestStoredReports:
    """Read and write."""

    def test_a_report_is_read_as_it_was_written(self, reports: StoredReportsStage) -> None:
        """Document and Markdown come back, by deployment; what was not written is none."""
        report = StoredReport({"reason": "größer", "release": {"outcome": "released"}}, "# RELEASED\n")
        reports.port.write("d-ABCDEF123", report)

        assert reports.port.read("d-ABCDEF123") == report
        assert reports.port.read("d-OTHER0000") is None
        assert "d-ABCDEF123" in reports.port.address("d-ABCDEF123")

    def test_verdicts_on_live_traffic_are_read_in_order(self, reports: StoredReportsStage) -> None:
        """The guard's comes before the last hook's; a deployment without any has none."""
        assert reports.port.later("d-OTHER0000") == ()
        reports.judged_later("d-LATER0000", (LiveJudge.AFTER, LiveJudge.GUARD))

        assert [(each.by, each.document) for each in reports.port.later("d-LATER0000")] == [
            (LiveJudge.GUARD, {"by": "guard"}),
            (LiveJudge.AFTER, {"by": "after"}),
        ]

    def test_a_place_that_cannot_be_used_is_the_ports_error(self, reports: StoredReportsStage) -> None:
        """Reading and writing raise the same error."""
        with pytest.raises(ReportError):
            reports.closed.later("d-ABCDEF123")
        with pytest.raises(ReportError):
            reports.closed.read("d-ABCDEF123")
        with pytest.raises(ReportError):
            reports.closed.write("d-ABCDEF123", StoredReport({}, ""))


class TestRefusals:
    """Find and keep."""

    def test_the_last_refusal_of_a_code_is_found(self, refusals: RefusalsStage) -> None:
        """By function and code, whatever configuration and policy; another function or code has none."""
        for refusal in (REFUSAL, replace(REFUSAL, fingerprint="c0de-second", deployment_id="d-SECOND000")):
            refusals.port.keep(refusal)

        found = refusals.port.find(REFUSAL.function, "c0de-third")
        assert found is not None
        assert (found.deployment_id, found.fingerprint, found.reason) == (
            "d-SECOND000",
            "c0de-second",
            REFUSAL.reason,
        )
        assert refusals.port.find("other-api", REFUSAL.fingerprint) is None
        assert refusals.port.find(REFUSAL.function, "f00d-first") is None

    def test_a_place_that_cannot_be_used_is_the_ports_error(self, refusals: RefusalsStage) -> None:
        """Finding and keeping raise the same error."""
        with pytest.raises(ReportError):
            refusals.closed.find(REFUSAL.function, REFUSAL.fingerprint)
        with pytest.raises(ReportError):
            refusals.closed.keep(REFUSAL)


class TestNotices:
    """Send."""

    def test_a_notice_arrives(self, notices: NoticesStage) -> None:
        """Topic and bus carry subject, text and detail unchanged."""
        notices.port.send(NOTICE)

        assert notices.arrived(NOTICE)

    def test_a_way_that_is_closed_is_the_ports_error(self, notices: NoticesStage) -> None:
        """A missing topic or bus is told as such."""
        with pytest.raises(NoticeError):
            notices.closed.send(NOTICE)


def test_a_deployment_that_warmgate_made_is_proven_by_its_record(cloud: LocalCloud) -> None:
    """Anybody can write the mark: the table says which deployment was made, once it says so."""
    clock, release = SystemClock(), CodeDeployReleases(cloud.client).describe(stages.releases(cloud).refused())
    made = CodeDeployReleases(cloud.client).roll_back(release)
    table = stages.claims_table(cloud)
    proof = RollbackProof(CodeDeployLineage(cloud.client, clock, table))

    def proven() -> bool:
        claim = proof.claim_of(CodeDeployReleases(cloud.client).describe(made), Deadline(clock.now_ms() + 5e3))
        assert claim is not None
        return claim.proven

    assert not proven()
    claims = TableClaims(cloud.client, table)
    claims.claim(back_claim(release.deployment_id), 30_000)
    assert proven()
    claims.settle(back_claim(release.deployment_id), "d-ANOTHER00")
    assert not proven()
    claims.settle(back_claim(release.deployment_id), made)
    assert proven()


def test_an_object_that_is_no_refusal_is_the_ports_error(cloud: LocalCloud) -> None:
    """Somebody else's text in the place of a refusal is told, not guessed at."""
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="strange-refusals")
    s3.put_object(Bucket="strange-refusals", Key="known-bad/checkout-api/c0de.json", Body=b'{"function": 1}')

    with pytest.raises(ReportError, match="is not a stored refusal"):
        BucketRefusals(cloud.client, "strange-refusals").find("checkout-api", "c0de-first")


def test_the_alarms_of_a_group_are_read(cloud: LocalCloud) -> None:
    """Each alarm that the group watches has its state; one that is gone says so."""
    cloud.client("cloudwatch").put_metric_alarm(
        AlarmName="errors-high",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    release = CodeDeployReleases(cloud.client).describe(stages.releases(cloud).refused())
    cloud.client("codedeploy").update_deployment_group(
        applicationName=release.application,
        currentDeploymentGroupName=release.group,
        alarmConfiguration={"enabled": True, "alarms": [{"name": "errors-high"}, {"name": "gone"}]},
    )

    found = GroupAlarms(cloud.client).of(release)

    assert [alarm.name for alarm in found] == ["errors-high", "gone"]
    assert found[0].state in {"OK", "ALARM", "INSUFFICIENT_DATA"}
    assert found[1].state == "not found"


def test_services_that_cannot_be_reached_are_the_ports_errors(unreachable: Callable[[str], Any]) -> None:
    """Nothing of the SDK gets out of any adapter."""
    release = Deployment(
        deployment_id="d-ABCDEF123", application="a", group="g", status="Failed", target=NOWHERE, baseline="1"
    )
    report = StoredReport({}, "")
    calls: list[tuple[type[Exception], Callable[[], object]]] = [
        (DeploymentLookupError, lambda: CodeDeployReleases(unreachable).describe("d-ABCDEF123")),
        (DeploymentLookupError, lambda: CodeDeployReleases(unreachable).later(release)),
        (DeploymentLookupError, lambda: GroupAlarms(unreachable).of(release)),
        (RollbackError, lambda: CodeDeployReleases(unreachable).roll_back(release)),
        (FunctionLookupError, lambda: LambdaAliases(unreachable).read(NOWHERE)),
        (RollbackError, lambda: LambdaAliases(unreachable).put_back(NOWHERE, "1", "r")),
        (ClaimError, lambda: TableClaims(unreachable, "t").claim("a", 1)),
        (ClaimError, lambda: TableClaims(unreachable, "t").renew("a", 1)),
        (ReportError, lambda: BucketStoredReports(unreachable, "b").read("d")),
        (ReportError, lambda: BucketStoredReports(unreachable, "b").write("d", report)),
        (NoticeError, lambda: TopicNotices(unreachable, "arn:aws:sns:us-east-1:0:t").send(NOTICE)),
        (NoticeError, lambda: BusNotices(unreachable, "default").send(NOTICE)),
        (NoticeError, lambda: WebhookNotices(unreachable, "arn:secret", "slack").send(CHATTED)),
    ]
    for error, call in calls:
        with pytest.raises(error):
            call()
