"""Whether a release is what its scenario expects: every promise, broken one at a time, is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from warmgate.model.deployment import LiveJudge
from warmgate_ops.cli.rehearse_run import own_exit_code
from warmgate_ops.rehearsal.catalogue import chosen, live_release, own_release
from warmgate_ops.rehearsal.expect import RehearsedRelease, differences, row_of
from warmgate_ops.rehearsal.scenario import FunctionSettings, Live

HEALTHY, SLOW = chosen(["healthy"])[0], chosen(["slow_init"])[0]


def report(status: str, **changes: Any) -> dict[str, Any]:
    """Return the part of a report that a row is made from."""
    check = {"check": "compare.init.median", "outcome": "failed" if status == "Failed" else "passed"}
    outcome = "failed" if status == "Failed" else "passed"
    plain = {"status": status, "outcome": outcome, "reason": "because", "spending": {"invocations": 40}}
    return {**plain, "findings": [check], **changes}


RELEASED = RehearsedRelease(
    deployment_id="d-1",
    deployment_status="Succeeded",
    baseline="1",
    candidate="2",
    alias_before="1",
    alias_after="2",
    highest_weight=1.0,
    reported={"execution-1": ("Succeeded",)},
    report=report("Succeeded"),
)
REFUSED = replace(
    RELEASED,
    deployment_status="Failed",
    rollback_status="Succeeded",
    alias_after="1",
    highest_weight=0.0,
    reported={"execution-1": ("Failed",)},
    rollback_reported={"execution-2": ("Succeeded",)},
    report=report("Failed"),
)


def test_what_is_expected_has_no_difference() -> None:
    """A good release that went through and a bad one that was rolled back are as expected."""
    assert differences(HEALTHY, RELEASED) == ()
    assert differences(SLOW, REFUSED) == ()


@pytest.mark.parametrize(
    ("changes", "reported"),
    [
        ({"deployment_status": "Failed"}, "deployment: found Failed, expected Succeeded"),
        ({"alias_after": "1 + 10% 2"}, "alias: found 1 + 10% 2, expected 2"),
        ({"reported": {"execution-1": ()}}, "hook execution execution-1: 0 statuses were accepted, expected one"),
        ({"reported": {}}, "no hook was called"),
        ({"report": None}, "no report of deployment d-1 was stored"),
    ],
)
def test_a_released_candidate_keeps_every_promise(changes: dict[str, Any], reported: str) -> None:
    """Each promise of a release that passed, broken alone, is the one difference."""
    assert differences(HEALTHY, replace(RELEASED, **changes)) == (reported,)


@pytest.mark.parametrize(
    ("changes", "reported"),
    [
        ({"deployment_status": "Succeeded"}, "deployment: found Succeeded, expected Failed"),
        ({"rollback_status": ""}, "rollback: found none, expected Succeeded"),
        ({"alias_after": "2"}, "alias: found 2, expected 1"),
        (
            {"rollback_reported": {"execution-2": ()}},
            "hook execution execution-2: 0 statuses were accepted, expected one",
        ),
        ({"highest_weight": 0.1}, "highest share of the refused candidate: found 0.1, expected 0.0"),
        (
            {"reported": {"execution-1": ("Failed", "Failed")}},
            "hook execution execution-1: 2 statuses were accepted, expected one",
        ),
        (
            {"report": report("Failed", findings=[{"check": "limits.memory.max", "outcome": "failed"}])},
            "failed checks: found limits.memory.max, expected limits.init or compare.init",
        ),
        (
            {"report": report("Failed", findings=[{"check": "limits.init.p95", "outcome": "inconclusive"}])},
            "failed checks: found none, expected limits.init or compare.init",
        ),
    ],
)
def test_a_refused_candidate_keeps_every_promise(changes: dict[str, Any], reported: str) -> None:
    """Each promise of a release that was refused, broken alone, is the one difference."""
    assert differences(SLOW, replace(REFUSED, **changes)) == (reported,)


def test_the_wrong_verdict_is_a_difference() -> None:
    """A bad candidate that was let through is told, even where all else is consistent."""
    assert differences(SLOW, RELEASED)[0] == "status: found Succeeded, expected Failed"


def test_a_row_is_made_from_the_report() -> None:
    """The line shows the verdict's own words on one line."""
    row = row_of(SLOW, replace(REFUSED, report=report("Failed", reason="two\nlines"), seconds=7.26))

    assert (row.scenario, row.expected, row.status, row.calls, row.seconds) == (
        "slow_init",
        "Failed",
        "Failed",
        40,
        7.3,
    )
    assert row.reason == "two lines"


def test_a_row_without_a_report_says_so() -> None:
    """Where no report was stored the line stands all the same."""
    row = row_of(HEALTHY, replace(RELEASED, report=None))

    assert (row.status, row.outcome, row.reason) == ("Succeeded", "-", "no report was stored")
    assert (row.ended, row.refused_by) == ("", "")


LIVE = live_release(
    "callers",
    "fails for callers",
    Live(refused_by=LiveJudge.AFTER, rolled_back_by="warmgate", reason="live.errors", highest_share=0.5),
)
LATER = {"by": "after", "outcome": "failed", "status": "Failed", "reason": "live.errors.rate: 9 of 20"}
SECTION = {
    "outcome": "rolled_back",
    "deployment": {"error_code": "HEALTH_CONSTRAINTS", "error_message": "too many hooks failed"},
    "rollback": {"by": "warmgate"},
    "verdicts": [{**LATER, "by": "guard", "status": "Succeeded"}, LATER],
}


def ended(**changes: Any) -> RehearsedRelease:
    """Return a release that its first hook let through and the second one refused, with a section of other values."""
    section = {**SECTION, **changes}
    reported = {"execution-1": ("Succeeded",), "execution-2": ("Failed",)}
    return replace(REFUSED, reported=reported, highest_weight=0.5, report=report("Succeeded", release=section))


def test_a_row_of_live_traffic_tells_who_refused_and_where_it_ended() -> None:
    """What CodeDeploy was sent, the verdict that decided, the end and who refused are each in their own field."""
    row = row_of(LIVE, ended())

    assert (row.expected, row.status, row.outcome) == ("rolled_back", "Failed", "failed")
    assert (row.ended, row.refused_by, row.reason) == ("rolled_back", "after", LATER["reason"])
    assert row.differences == ()


def test_a_row_of_live_traffic_that_nobody_refused_has_codedeploys_error() -> None:
    """The first verdict's outcome stands, and its reason behind the error."""
    row = row_of(LIVE, ended(verdicts=[]))

    assert (row.outcome, row.refused_by) == ("passed", "")
    assert row.reason == "HEALTH_CONSTRAINTS: too many hooks failed; because"


@pytest.mark.parametrize(
    ("release", "reported"),
    [
        (ended(outcome="not_rolled_back"), "outcome: found not_rolled_back, expected rolled_back"),
        (ended(rollback=None), "rolled back by: found none, expected warmgate"),
        (ended(verdicts=[{**LATER, "by": "guard"}]), "refused by: found guard, expected after"),
        (
            ended(verdicts=[{**LATER, "reason": "because"}]),
            "reason: found because, expected one that names live.errors",
        ),
        (replace(ended(), alias_after="2"), "alias: found 2, expected 1"),
        (replace(ended(), highest_weight=0.75), "highest share: found 75%, expected 50% at the most"),
        (replace(ended(), report=None), "no report of deployment d-1 was stored"),
        (replace(ended(), reported={"e": ()}), "hook execution e: 0 statuses were accepted, expected one"),
    ],
)
def test_a_release_under_live_traffic_keeps_every_promise(release: RehearsedRelease, reported: str) -> None:
    """Each expectation, unmet alone, is the one difference."""
    assert differences(LIVE, release) == (reported,)


def test_a_hook_that_is_silent_on_purpose_tells_nothing() -> None:
    """Where silence is rehearsed a status is the difference, and none is as expected."""
    silent = live_release("silent", "never answers", Live(silent_hook=True))

    assert differences(silent, replace(ended(), reported={"e": ()}, rollback_reported={})) == ()
    assert differences(silent, replace(ended(), reported={"e": ("Failed",)}, rollback_reported={})) == (
        "hook execution e: 1 statuses were accepted, expected none",
    )


@pytest.mark.parametrize(
    ("release", "code"),
    [
        (RELEASED, 0),
        (REFUSED, 1),
        (replace(REFUSED, report=report("Failed", outcome="error")), 3),
        (replace(REFUSED, alias_after="2"), 3),
    ],
)
def test_the_exit_code_of_own_code_follows_the_verdict(release: RehearsedRelease, code: int) -> None:
    """Released is 0, refused 1, not found out 3."""
    scenario = own_release("own", HEALTHY.baseline, HEALTHY.candidate, HEALTHY.policy, FunctionSettings())

    assert own_exit_code(row_of(scenario, release)) == code
