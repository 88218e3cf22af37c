"""The rollback controller on a virtual clock: what it sees, does and tells after every kind of end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from support.fakes.claims import FakeClaims
from support.fakes.release_world import ENFORCED, FAILED, HOOK, ROLLBACK, ReleaseWorld
from warmgate.errors import (
    ClaimError,
    DeploymentLookupError,
    FunctionLookupError,
    NoticeError,
    PolicyLookupError,
    ReportError,
    RollbackError,
    UnsettledError,
)
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import UNKNOWN_TARGET, HookRun, LiveJudge
from warmgate.model.release import (
    AlarmState,
    AliasState,
    Claim,
    LaterVerdict,
    ReleaseOutcome,
    StateChange,
    StoredReport,
)
from warmgate.policy.values import RollbackMode

HOME = AliasState(version="6")
MOVED = AliasState(version="7")
WEIGHTED = AliasState(version="6", weights=(("7", 0.1),))


def section(world: ReleaseWorld) -> dict[str, Any]:
    """Return the section `release` of the stored report."""
    found: dict[str, Any] = world.reports.kept[FAILED].document["release"]
    return found


def outcomes(world: ReleaseWorld) -> list[str]:
    """Return the outcomes that people were told."""
    return [notice.outcome.value for notice in world.notices.sent]


def test_a_release_is_told_once_it_serves() -> None:
    """SUCCESS: the alias serves the candidate, people hear `released`."""
    world = ReleaseWorld(status="Succeeded", alias=MOVED)
    world.deliver("SUCCESS")

    assert outcomes(world) == ["released"]
    assert section(world)["alias"] == {"version": "7", "weights": []}


def test_a_refusal_before_traffic_needs_no_rollback() -> None:
    """FAILURE with the alias at the baseline and no rollback set up ends at once as rolled back."""
    world = ReleaseWorld()
    world.deliver()

    assert (world.clock.at_ms, outcomes(world)) == (20_000.0 - 2_000.0, ["rolled_back"])
    assert section(world)["rollback"] is None
    assert "alias live serves version 6" in section(world)["summary"]


@pytest.mark.parametrize("after_s", [0.0, 10.0])
@pytest.mark.parametrize("alias", [HOME, MOVED], ids=["never moved", "moved"])
def test_codedeploys_own_rollback_is_followed(alias: AliasState, after_s: float) -> None:
    """A rollback that is under way, or yet to appear, is waited for; its time is told; nothing else is done."""
    world = ReleaseWorld(alias=alias)
    world.codedeploy.rolls_back(after_s=after_s, takes_s=5)
    world.deliver()

    assert section(world)["rollback"] == {"deployment_id": ROLLBACK, "status": "Succeeded", "by": "codedeploy"}
    assert section(world)["seconds_to_rollback"] == after_s + 5 + 1
    assert (world.alias, outcomes(world), world.codedeploy.enforced) == (HOME, ["rolled_back"], [])


@pytest.mark.parametrize("status", ["Failed", "Stopped"])
def test_verify_tells_and_touches_nothing(status: str) -> None:
    """With `rollback: verify` an alias that did not go back is told, with what to do."""
    world = ReleaseWorld(alias=MOVED, status=status, rollback=RollbackMode.VERIFY)
    world.deliver("STOP" if status == "Stopped" else "FAILURE")

    assert (world.alias, world.codedeploy.enforced, outcomes(world)) == (MOVED, [], ["not_rolled_back"])
    assert any("rollback: verify" in note for note in section(world)["notes"])


def test_enforce_makes_one_deployment_back_and_follows_it() -> None:
    """Without a rollback of CodeDeploy's, Warmgate's own brings the alias home."""
    world = ReleaseWorld(alias=MOVED)
    world.deliver()

    assert (world.alias, world.codedeploy.enforced, outcomes(world)) == (HOME, [ENFORCED], ["rolled_back"])
    assert section(world)["rollback"] == {"deployment_id": ENFORCED, "status": "Succeeded", "by": "warmgate"}


def test_enforce_tries_again_once_after_a_failed_rollback() -> None:
    """CodeDeploy's rollback failed: Warmgate makes one, and no second where that fails too."""
    world = ReleaseWorld(alias=MOVED)
    world.codedeploy.rolls_back(ends="Failed")
    world.codedeploy.enforced_ends = "Failed"
    for _ in range(3):
        world.deliver()

    assert (world.alias, world.codedeploy.enforced, outcomes(world)) == (MOVED, [ENFORCED], ["not_rolled_back"])
    assert any(ENFORCED in note for note in section(world)["notes"])


def at_the_claim(world: ReleaseWorld) -> int:
    """Return the number of the call that claims the deployment back, in a world like this one."""
    twin = ReleaseWorld(alias=MOVED)
    twin.deliver()
    return twin.calls.index("FakeClaims.claim rollback")


def test_a_run_that_made_the_deployment_and_lost_the_answer_is_found_out() -> None:
    """Another run's deployment, over before this one claims, is taken for its own: no second is made."""
    world = ReleaseWorld(alias=MOVED)

    def made_by_another_run() -> None:
        world.codedeploy.roll_back(world.codedeploy.release)
        world.clock.sleep_ms(10_000)

    world.meanwhile[at_the_claim(world)] = made_by_another_run
    world.deliver()

    assert (world.codedeploy.enforced, world.alias) == ([ENFORCED], HOME)


def test_a_release_that_came_and_went_before_the_claim_is_not_undone() -> None:
    """Version 8 was deployed while this run made up its mind: it stays."""
    world = ReleaseWorld(alias=MOVED)

    def somebody_released() -> None:
        world.codedeploy.goes_on("d-NEWER0000", takes_s=1)
        world.clock.sleep_ms(5_000)

    world.meanwhile[at_the_claim(world)] = somebody_released
    with pytest.raises(UnsettledError, match="d-NEWER0000"):
        world.deliver()

    assert (world.codedeploy.enforced, world.alias) == ([], AliasState(version="8"))
    world.deliver()
    assert outcomes(world) == ["superseded"]


def test_a_claim_that_is_settled_is_believed_before_any_list() -> None:
    """While CodeDeploy does not list the deployment back yet, no second one is made."""
    world = ReleaseWorld(alias=MOVED)
    world.codedeploy.lag_s = 100.0
    world.codedeploy.enforced_takes_s = 150.0
    with pytest.raises(UnsettledError):
        world.deliver(left_s=60)
    world.codedeploy.refuses = AssertionError("a second deployment was asked for")
    world.deliver()

    assert (world.codedeploy.enforced, world.alias, outcomes(world)) == ([ENFORCED], HOME, ["rolled_back"])


def test_no_answer_to_the_deployment_back_keeps_the_claim() -> None:
    """A time-out may have made it: nobody makes another before the claim's lease has ended."""
    world = ReleaseWorld(alias=MOVED)
    world.codedeploy.refuses = RollbackError("read timeout", unsure=True)
    with pytest.raises(UnsettledError, match="read timeout"):
        world.deliver()
    with pytest.raises(UnsettledError, match="another run"):
        world.deliver(left_s=60)


def test_weights_of_a_stopped_deployment_are_cleared_by_hand() -> None:
    """CodeDeploy would refuse a deployment on a weighted alias: with enforce its revision is edited."""
    world = ReleaseWorld(alias=WEIGHTED, status="Stopped")
    world.deliver("STOP")

    assert (world.alias, world.alias_port.edits, world.codedeploy.enforced) == (HOME, ["6"], [])
    assert (outcomes(world), world.alias_port.edits_while_busy) == (["rolled_back"], 0)


def test_the_alias_is_left_alone_while_a_deployment_goes_on() -> None:
    """A deployment that comes between reading and editing ends the run without an edit."""
    world = ReleaseWorld(alias=WEIGHTED, status="Stopped")
    find = world.policies.find

    def and_somebody_deploys(*args: Any) -> Any:
        world.codedeploy.goes_on("d-NEWER0000", takes_s=500)
        return find(*args)

    world.policies.find = and_somebody_deploys  # type: ignore[method-assign, assignment]
    with pytest.raises(UnsettledError, match="d-NEWER0000"):
        world.deliver("STOP")

    assert world.alias_port.edits == []


def test_an_alias_that_changed_meanwhile_is_left_to_the_next_run() -> None:
    """A revision that is not the one read is no permission to edit."""
    world = ReleaseWorld(alias=WEIGHTED, status="Stopped")
    world.alias_port.refuses = RollbackError("changed", busy=True)
    with pytest.raises(UnsettledError, match="changed"):
        world.deliver("STOP")

    assert outcomes(world) == []


@pytest.mark.parametrize("alias", [AliasState(version="8"), AliasState(version="6", weights=(("8", 0.5),))])
def test_a_version_of_somebody_elses_is_never_moved(alias: AliasState) -> None:
    """Where the alias serves neither baseline nor candidate alone, another release has begun."""
    world = ReleaseWorld(alias=alias)
    world.deliver()

    assert (world.alias, world.codedeploy.enforced, outcomes(world)) == (alias, [], ["superseded"])


def test_a_later_deployment_supersedes() -> None:
    """A release of the same candidate that went through meanwhile is not undone by a late event."""
    world = ReleaseWorld(alias=HOME)
    world.codedeploy.goes_on("d-NEWER0000", serves="7", takes_s=1)
    world.clock.sleep_ms(5_000)
    world.deliver()

    assert (world.alias, world.codedeploy.enforced, outcomes(world)) == (MOVED, [], ["superseded"])
    assert "d-NEWER0000 came after it" in section(world)["summary"]


@pytest.mark.parametrize("alias", [MOVED, WEIGHTED], ids=["moved", "weighted"])
def test_a_policy_that_cannot_be_found_enforces_nothing(alias: AliasState) -> None:
    """People are notified that it could not be read, not that it says `verify`, and the event is delivered again."""
    world = ReleaseWorld(alias=alias)
    world.policies.fails = PolicyLookupError("gone")
    with pytest.raises(UnsettledError, match="its policy or tag could not be read: gone"):
        world.deliver()

    assert (world.alias, world.codedeploy.enforced, world.alias_port.edits) == (alias, [], [])
    assert any("its policy or tag could not be read: gone" in note for note in section(world)["notes"])


@pytest.mark.parametrize("port", ["policies", "alias_port", "allow_tag"])
@pytest.mark.parametrize("away_s", [20.0, 100.0])
def test_an_outage_of_a_look_up_costs_time_and_no_rollback(port: str, away_s: float) -> None:
    """What could not be read is asked for again, by this run and by Lambda's next ones: the alias is sent home."""
    world = ReleaseWorld(alias=MOVED)
    fails = PolicyLookupError("away") if port == "policies" else FunctionLookupError("away")
    getattr(world, port).fails = fails
    world.clock.call_at(away_s * 1000, lambda: setattr(getattr(world, port), "fails", None))
    world.deliver_as_lambda()

    assert (world.alias, len(world.codedeploy.enforced), len(world.notices.sent)) == (HOME, 1, 1)
    assert section(world)["outcome"] == "rolled_back"


def test_a_rollback_whose_proof_could_not_be_looked_up_is_no_release_without_a_gate() -> None:
    """The table does not answer: the event of Warmgate's own deployment comes again, and nobody is told nonsense."""
    world = ReleaseWorld(alias=MOVED)
    world.deliver()
    world.proof_fails = ClaimError("no route")
    with pytest.raises(UnsettledError, match="could not be checked: no route"):
        world.deliver("SUCCESS", ENFORCED)

    assert outcomes(world) == ["rolled_back"]


def test_a_refused_deployment_back_is_told() -> None:
    """A missing permission ends in `not rolled back`, with the reason."""
    world = ReleaseWorld(alias=MOVED)
    world.codedeploy.refuses = RollbackError("denied", hint="allow codedeploy:CreateDeployment")
    world.deliver()

    assert outcomes(world) == ["not_rolled_back"]
    assert any("codedeploy:CreateDeployment" in note for note in section(world)["notes"])


def test_an_alias_that_cannot_be_read_is_unknown() -> None:
    """Nothing is enforced on an alias that nobody sees, and the event is delivered again."""
    world = ReleaseWorld(alias=MOVED)
    world.alias_port.fails = FunctionLookupError("denied")
    with pytest.raises(UnsettledError, match="denied"):
        world.deliver()

    assert (outcomes(world), world.codedeploy.enforced) == (["unknown"], [])


def test_without_claims_nothing_is_enforced() -> None:
    """A table that does not answer leaves the alias alone and the event to the next run."""
    world = ReleaseWorld(alias=MOVED)
    world.claims.fails = ClaimError("table gone")
    with pytest.raises(ClaimError):
        world.deliver()

    assert world.codedeploy.enforced == []


def test_a_claim_that_is_answered_after_its_lease_sends_nothing() -> None:
    """The answer comes so late that another run has told people: they are not told twice."""
    world = ReleaseWorld()
    claim = FakeClaims.claim

    class Slow(FakeClaims):
        def claim(self, key: str, lease_ms: float) -> Claim:
            found = claim(self, key, lease_ms)
            world.clock.sleep_ms(200_000)
            world.deliver()
            return found

    with pytest.raises(UnsettledError, match="another run is sending this notification"):
        replace(world.controller(), claims=Slow(world.claims)).run(StateChange(FAILED, "FAILURE"), Deadline(900_000))
    assert len(world.notices.sent) == 1


def test_a_deployment_of_nobody_we_know_is_passed_over() -> None:
    """No report and no hook of ours: nothing is stored or told."""
    world = ReleaseWorld(alias=MOVED)
    world.codedeploy.release = replace(world.codedeploy.release, hooks=(HookRun(event="x", function="f", status="x"),))

    assert world.deliver() is None
    assert (outcomes(world), world.reports.kept, world.alias) == ([], {}, MOVED)


def test_a_deployment_that_only_the_guard_watched_is_known() -> None:
    """A verdict on live traffic is enough for a report and a notice, hooks or not."""
    world = ReleaseWorld()
    world.codedeploy.release = replace(world.codedeploy.release, hooks=(), status="Stopped")
    later = _document(reason="live.errors.rate: 3 of 50 calls failed")
    world.reports.verdicts = (LaterVerdict(LiveJudge.GUARD, later),)
    world.deliver("STOP")

    assert world.notices.sent[0].detail["reason"] == "live.errors.rate: 3 of 50 calls failed"


def test_a_stored_report_is_completed_not_replaced() -> None:
    """Verdict and reason stay; the section is added to JSON and Markdown."""
    world = ReleaseWorld()
    document = _document(reason="limits.duration.p95: 9 of 43 calls took longer")
    world.reports.kept[FAILED] = StoredReport(document, "# REFUSED\n\ntext\n")
    world.deliver()

    stored = world.reports.kept[FAILED]
    assert {**stored.document, "release": None} == {**document, "release": None}
    assert stored.markdown.startswith("# REFUSED\n\ntext\n\n## What happened\n\n**ROLLED BACK**\n")
    assert "9 of 43 calls took longer" in world.notices.sent[0].text


def test_the_hooks_report_is_waited_for() -> None:
    """The gate tells CodeDeploy before it stores: a report that comes seconds later is the one completed."""
    world = ReleaseWorld()
    world.reports.appears = (8_000.0, FAILED, StoredReport(_document(reason="too slow"), "# REFUSED\n"))
    world.deliver()

    assert world.reports.kept[FAILED].document["reason"] == "too slow"
    assert section(world)["outcome"] == "rolled_back"


def test_the_verdict_on_live_traffic_is_waited_for() -> None:
    """The hook after traffic tells CodeDeploy before it stores, too: its reason is the one that people hear."""
    world = ReleaseWorld()
    hooks = [
        replace(HOOK, status="Succeeded"),
        HookRun(event="AfterAllowTraffic", function="CodeDeployHook_warmgate-after", status="Failed"),
    ]
    world.codedeploy.release = replace(world.codedeploy.release, hooks=tuple(hooks))
    world.reports.kept[FAILED] = StoredReport({**_document(reason="all well"), "status": "Succeeded"}, "# PASSED\n")
    later = _document(reason="live.errors.rate: 3 of 50 calls failed")
    world.reports.verdicts = (LaterVerdict(LiveJudge.AFTER, later),)
    world.reports.verdicts_from_ms = 8_000.0
    world.deliver()

    assert world.clock.at_ms == 30_000.0 - 22_000.0
    assert world.notices.sent[0].detail["reason"] == "live.errors.rate: 3 of 50 calls failed"
    assert section(world)["verdicts"][0]["by"] == "after"


def test_a_hook_that_never_answered_gets_a_report() -> None:
    """Where no hook stored a report, one is made that says so."""
    world = ReleaseWorld()
    world.deliver()

    document = world.reports.kept[FAILED].document
    assert (document["outcome"], document["status"]) == ("error", "Failed")
    assert "BeforeAllowTraffic Failed" in document["reason"]


def test_the_rollbacks_own_event_completes_the_report_of_what_it_rolled_back() -> None:
    """The rollback has no report and no notice of its own."""
    world = ReleaseWorld(alias=MOVED)
    world.codedeploy.rolls_back(takes_s=3)
    world.clock.sleep_ms(10_000)
    world.deliver("SUCCESS", ROLLBACK)

    assert list(world.reports.kept) == [FAILED]
    assert [notice.deployment_id for notice in world.notices.sent] == [FAILED]


def test_a_run_that_ends_early_is_completed_by_the_rollbacks_event() -> None:
    """A deadline before the rollback's end tells nothing yet; the rollback's event does."""
    world = ReleaseWorld(alias=MOVED)
    world.codedeploy.rolls_back(takes_s=600)
    with pytest.raises(UnsettledError, match=ROLLBACK):
        world.deliver(left_s=60)
    assert outcomes(world) == []

    world.clock.sleep_ms(600_000)
    world.deliver("SUCCESS", ROLLBACK)

    assert outcomes(world) == ["rolled_back"]


def test_an_event_before_its_time_is_waited_for() -> None:
    """A deployment that CodeDeploy still shows in progress is not taken for ended."""
    world = ReleaseWorld(status="InProgress")
    with pytest.raises(UnsettledError, match="InProgress"):
        world.deliver(left_s=30)


def test_a_stack_rollback_is_given_time() -> None:
    """CloudFormation rolls a stack back minutes later; until then nothing is enforced."""
    world = ReleaseWorld(alias=MOVED)
    world.codedeploy.release = replace(world.codedeploy.release, creator="CloudFormation")
    world.codedeploy._comes("d-STACK0000", 120, 5, "Succeeded", creator="CloudFormationRollback")
    world.deliver()

    assert section(world)["rollback"]["by"] == "cloudformation"
    assert (world.alias, world.codedeploy.enforced) == (HOME, [])


def test_unreadable_alarms_are_a_note() -> None:
    """The states of alarms are told where they can be read."""
    world = ReleaseWorld()
    world.alarms.states = (AlarmState("errors", "ALARM"),)
    world.deliver()
    other = ReleaseWorld()
    other.alarms.fails = DeploymentLookupError("denied")
    other.deliver()

    assert section(world)["alarms"] == [{"name": "errors", "state": "ALARM"}]
    assert section(other)["notes"] == ["alarms not read: denied"]


@pytest.mark.parametrize("error", [NoticeError("topic gone"), RuntimeError("bug in a sink")], ids=["port", "bug"])
def test_a_way_to_tell_that_fails_changes_nothing_else(error: Exception) -> None:
    """Report and alias are as they must be; the run asks for another, which tells."""
    world = ReleaseWorld(alias=MOVED)
    world.notices.fails = error
    with pytest.raises(UnsettledError, match=str(error)):
        world.deliver()
    assert (world.alias, section(world)["outcome"]) == (HOME, "rolled_back")

    world.notices.fails = None
    world.deliver()

    assert (outcomes(world), world.codedeploy.enforced) == (["rolled_back"], [ENFORCED])


@pytest.mark.parametrize("broken", ["read_fails", "write_fails"])
def test_a_report_that_cannot_be_stored_is_told_and_tried_again(broken: str) -> None:
    """People hear of the release although its report cannot be completed."""
    world = ReleaseWorld(alias=MOVED)
    setattr(world.reports, broken, ReportError("bucket gone"))
    with pytest.raises(UnsettledError, match="bucket gone"):
        world.deliver()

    assert (outcomes(world), world.alias) == (["rolled_back"], HOME)


def test_an_unreadable_store_and_no_hook_of_ours_asks_for_another_run() -> None:
    """Whether Warmgate knows the deployment cannot be said: nothing is done."""
    world = ReleaseWorld(alias=MOVED)
    world.codedeploy.release = replace(world.codedeploy.release, hooks=())
    world.reports.read_fails = ReportError("bucket gone")
    with pytest.raises(UnsettledError, match="bucket gone"):
        world.deliver()

    assert (world.alias, outcomes(world)) == (MOVED, [])


def test_a_deployment_without_appspec_is_told_as_unknown() -> None:
    """Where function and alias are not known, the report says so and nothing is moved."""
    world = ReleaseWorld()
    world.codedeploy.release = replace(world.codedeploy.release, target=UNKNOWN_TARGET, baseline="", candidate="")
    world.deliver()

    assert (outcomes(world), section(world)["alias"]) == ([ReleaseOutcome.UNKNOWN.value], None)


def _document(*, reason: str) -> dict[str, Any]:
    finding = {"outcome": "failed", "check": "limits.duration.p95", "reason": reason}
    return {
        "deployment_id": FAILED,
        "target": {"function": "checkout-api", "alias": "live"},
        "baseline": "6",
        "candidate": "7",
        "outcome": "failed",
        "status": "Failed",
        "reason": reason,
        "findings": [finding],
    }


def test_a_chat_that_takes_no_message_is_no_reason_to_run_again() -> None:
    """It is logged; the other ways have told people, and the report is complete."""
    world = ReleaseWorld()
    world.notices.essential = False
    world.notices.fails = NoticeError("the webhook did not take the message: HTTP 404")

    world.deliver()

    assert outcomes(world) == []
    assert any("could not notify by fake" in line and "HTTP 404" in line for line in world.lines)
    assert section(world)["outcome"] == "rolled_back"
