"""What nobody judged is told to people: skips, deployments without hooks, and what only claims to be a rollback."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.fakes.release_world import FAILED, ReleaseWorld
from support.fakes.world import TARGET
from warmgate.errors import FunctionLookupError, UnsettledError
from warmgate.model.deployment import Deployment, HookRun, Status
from warmgate.model.marks import rollback_mark_of
from warmgate.model.release import AliasState, StoredReport
from warmgate.model.verdict import Judgement, Outcome, Spending, Unjudged, Verdict
from warmgate.policy.values import RollbackMode
from warmgate.report.document import build_document
from warmgate.report.markdown import render_markdown

MOVED = AliasState(version="7")
FOREIGN = HookRun(event="BeforeAllowTraffic", function="CodeDeployHook_smoke", status="Succeeded")


def released(*hooks: HookRun) -> ReleaseWorld:
    """Return a world in which version 7 went through, with these hooks."""
    world = ReleaseWorld(alias=MOVED, status="Succeeded")
    world.codedeploy.release = replace(world.codedeploy.release, hooks=hooks)
    return world


@pytest.mark.parametrize("hooks", [(), (FOREIGN,)], ids=["no hooks", "somebody else's"])
def test_a_release_without_a_gate_is_told(hooks: tuple[HookRun, ...]) -> None:
    """Its function allows Warmgate, and no hook of Warmgate's looked at it."""
    world = released(*hooks)

    world.deliver("SUCCESS")

    (notice,) = world.notices.sent
    assert "RELEASED WITHOUT A GATE" in notice.subject
    assert (notice.unjudged, notice.detail["verdict"], notice.detail["unjudged"]) == ("no_hooks", "skipped", "no_hooks")
    assert "names no hook of Warmgate" in notice.text


def test_a_function_that_is_not_tagged_is_none_of_warmgates() -> None:
    """Its owner asked for no gate."""
    world = released()
    world.allow_tag.tagged = False

    assert world.deliver("SUCCESS") is None
    assert world.notices.sent == []


def test_a_failed_deployment_without_a_gate_released_nothing() -> None:
    """There is nothing to tell of a version that serves nobody."""
    world = ReleaseWorld()
    world.codedeploy.release = replace(world.codedeploy.release, hooks=())

    assert world.deliver("FAILURE") is None


def test_whether_a_gate_was_needed_is_asked_again() -> None:
    """A tag that cannot be read lets nothing pass in silence: Lambda delivers the event again."""
    world = released()
    world.allow_tag.fails = FunctionLookupError("throttled")
    with pytest.raises(UnsettledError, match="throttled"):
        world.deliver("SUCCESS")

    world.allow_tag.fails = None
    world.deliver("SUCCESS")
    assert len(world.notices.sent) == 1


def test_a_deployment_that_only_claims_to_be_a_rollback_is_settled_as_a_release() -> None:
    """Its notice is its own, and says that it is not believed; the cited deployment's report stays as it is."""
    world = released(HookRun(event="BeforeAllowTraffic", function="CodeDeployHook_warmgate-before", status="Succeeded"))
    world.codedeploy.release = replace(
        world.codedeploy.release, description=f"hotfix {rollback_mark_of('d-EARLIER00')}"
    )

    world.deliver("SUCCESS")

    (notice,) = world.notices.sent
    assert notice.deployment_id == FAILED
    assert "NOT A ROLLBACK: its description says that it rolls back d-EARLIER00" in notice.text


def test_warmgates_own_way_back_is_no_release_without_a_gate() -> None:
    """It has no hooks, and its record proves what it is."""
    world = ReleaseWorld(alias=MOVED)
    world.deliver()
    made = world.codedeploy.enforced[0]

    world.deliver("SUCCESS", made)

    assert [notice.deployment_id for notice in world.notices.sent] == [FAILED]
    assert world.notices.sent[0].unjudged == ""


def test_an_alias_is_not_sent_back_for_a_function_without_the_tag() -> None:
    """Whatever the policy says: CreateDeployment cannot be bound to functions by a role."""
    world = ReleaseWorld(alias=MOVED, rollback=RollbackMode.ENFORCE)
    world.allow_tag.tagged = False

    world.deliver()

    assert (world.codedeploy.enforced, world.alias) == ([], MOVED)
    assert "has no tag `warmgate:allow`" in world.notices.sent[0].text


def test_a_skip_is_a_line_of_the_notice() -> None:
    """Subject, event and text say that nothing was judged, and the reason that was given."""
    world = ReleaseWorld(alias=MOVED, status="Succeeded")
    reason = "SKIPPED by the deployment's description, nothing was judged: incident 4711"
    verdict = Verdict(
        outcome=Outcome.SKIPPED, status=Status.SUCCEEDED, reason=reason, warnings=(reason,), unjudged=Unjudged.SKIP
    )
    deployment = Deployment(deployment_id=FAILED, target=TARGET, baseline="6", candidate="7", lifecycle_event=None)
    judgement = Judgement(
        deployment=deployment, execution=None, policy_name="", policy_source="", verdict=verdict, spending=Spending()
    )
    document, markdown = build_document(judgement, Status.SUCCEEDED), render_markdown(judgement, Status.SUCCEEDED)
    world.reports.kept[FAILED] = StoredReport(document, markdown)

    world.deliver("SUCCESS")

    (notice,) = world.notices.sent
    assert notice.subject.startswith("[warmgate] RELEASED, SKIPPED: checkout-api:live")
    assert "incident 4711" in notice.text
    assert (notice.unjudged, notice.detail["unjudged"]) == ("skip", "skip")


def test_warnings_stand_in_the_notice() -> None:
    """What was let through with a warning is told with it."""
    world = ReleaseWorld(alias=MOVED, status="Succeeded")
    verdict = Verdict(outcome=Outcome.PASSED, status=Status.SUCCEEDED, reason="4 checks", warnings=("NOT SKIPPED: x",))
    deployment = Deployment(deployment_id=FAILED, target=TARGET, baseline="6", candidate="7", lifecycle_event=None)
    judgement = Judgement(
        deployment=deployment, execution=None, policy_name="", policy_source="", verdict=verdict, spending=Spending()
    )
    world.reports.kept[FAILED] = StoredReport(build_document(judgement, Status.SUCCEEDED), "")

    world.deliver("SUCCESS")

    assert "warning: NOT SKIPPED: x" in world.notices.sent[0].text
