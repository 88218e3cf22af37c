"""From findings to a verdict and a status."""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import pytest

from unit.warmgate.judge.series import LIMIT, POLICY, cold, evidence, measured, paired, policy, sample, slow_rounds
from warmgate.judge import judge, measured_calls, verdict_of_error, verdict_of_findings
from warmgate.model.calls import Arm, Closed, Phase
from warmgate.model.deployment import Status
from warmgate.model.verdict import Because, Finding, Mode, Outcome, Unit
from warmgate.policy.values import (
    Budget,
    Compare,
    ErrorAction,
    Expect,
    Limits,
    OnInconclusive,
    PercentileLimit,
    Policy,
    Probe,
    RatioLimit,
    When,
)

COMPARE = Compare(init=RatioLimit(statistic="median", ratio=1.2), duration=RatioLimit(statistic="p95", ratio=1.2))
FULL = Policy(
    name="full",
    probes=(Probe(name="default", expect=Expect(jmespath="ok")), Probe(name="plain")),
    limits=Limits(
        init=(PercentileLimit(percentile=0.95, limit_ms=1500.0),),
        duration=(PercentileLimit(percentile=0.5, limit_ms=200.0), LIMIT),
        error_ratio=0.0,
        memory_ratio=0.9,
    ),
    compare=COMPARE,
)


def finding(outcome: Outcome, **changes: object) -> Finding:
    """Return a finding with an outcome."""
    fields: dict[str, object] = {"check": "c", "reason": "r", "outcome": outcome}
    return Finding(**(fields | changes))  # type: ignore[arg-type]


PASSED = finding(Outcome.PASSED)
FAILED = finding(Outcome.FAILED, check="f", reason="too slow")
ERROR = finding(Outcome.ERROR)
OPEN = finding(Outcome.INCONCLUSIVE, inconclusive_because=Because.CAP, decided=False)
LEANING = replace(OPEN, leans_to_fail=True)
EMPTY = replace(OPEN, inconclusive_because=Because.NO_DATA)


@pytest.mark.parametrize(
    ("findings", "outcome", "status"),
    [
        ((), Outcome.INCONCLUSIVE, Status.FAILED),
        ((PASSED,), Outcome.PASSED, Status.SUCCEEDED),
        ((PASSED, FAILED, ERROR, OPEN), Outcome.FAILED, Status.FAILED),
        ((PASSED, ERROR, OPEN), Outcome.ERROR, Status.FAILED),
        ((PASSED, OPEN), Outcome.INCONCLUSIVE, Status.SUCCEEDED),
        ((PASSED, LEANING), Outcome.INCONCLUSIVE, Status.FAILED),
        ((PASSED, EMPTY), Outcome.INCONCLUSIVE, Status.FAILED),
    ],
)
def test_the_worst_finding_decides(findings: tuple[Finding, ...], outcome: Outcome, status: Status) -> None:
    """Failed before error before inconclusive before passed."""
    verdict = verdict_of_findings(findings, POLICY)
    assert (verdict.outcome, verdict.status) == (outcome, status)


@pytest.mark.parametrize(
    ("found", "when", "status"),
    [
        (OPEN, When(inconclusive=OnInconclusive.HALF), Status.SUCCEEDED),
        (OPEN, When(inconclusive=OnInconclusive.PASS), Status.SUCCEEDED),
        (OPEN, When(inconclusive=OnInconclusive.FAIL), Status.FAILED),
        (LEANING, When(inconclusive=OnInconclusive.HALF), Status.FAILED),
        (LEANING, When(inconclusive=OnInconclusive.PASS), Status.SUCCEEDED),
        (EMPTY, When(inconclusive=OnInconclusive.PASS), Status.FAILED),
        (EMPTY, When(inconclusive=OnInconclusive.FAIL, no_data=ErrorAction.PASS), Status.SUCCEEDED),
        (ERROR, When(error=ErrorAction.PASS), Status.SUCCEEDED),
        (ERROR, When(), Status.FAILED),
        (FAILED, When(inconclusive=OnInconclusive.PASS, error=ErrorAction.PASS), Status.FAILED),
    ],
)
def test_when_maps_what_is_not_decided(found: Finding, when: When, status: Status) -> None:
    """A policy's `when` speaks of undecided checks only."""
    verdict = verdict_of_findings((PASSED, found), replace(POLICY, when=when))
    assert verdict.status is status
    mended = found.outcome is not Outcome.FAILED and status is Status.SUCCEEDED
    assert bool(verdict.warnings) is mended


@pytest.mark.parametrize(
    ("findings", "settled_by"),
    [
        ((PASSED,), ""),
        ((FAILED, OPEN, ERROR), ""),
        ((PASSED, OPEN), "when.inconclusive: half"),
        ((LEANING, OPEN), "when.inconclusive: half"),
        ((OPEN, EMPTY), "when.no_data: fail"),
        ((LEANING, EMPTY), "when.inconclusive: half, when.no_data: fail"),
        ((ERROR,), "when.error: fail"),
    ],
)
def test_a_verdict_says_whose_word_settled_it(findings: tuple[Finding, ...], settled_by: str) -> None:
    """The words of `when` that made the status, none where a check decided it."""
    assert verdict_of_findings(findings, POLICY).settled_by == settled_by


@pytest.mark.parametrize(
    ("given", "settled_by"),
    [
        (None, ""),
        (POLICY, "when.error: fail"),
        (replace(POLICY, when=When(error=ErrorAction.PASS)), "when.error: pass"),
        (replace(POLICY, mode=Mode.OBSERVE), "mode: observe"),
    ],
)
def test_an_error_says_whose_word_settled_it(given: Policy | None, settled_by: str) -> None:
    """The policy's, where there is one."""
    assert verdict_of_error("lost", given).settled_by == settled_by


def test_observing_never_blocks() -> None:
    """In observe mode the outcome stays and the status is Succeeded, with a warning."""
    verdict = verdict_of_findings((FAILED,), replace(POLICY, mode=Mode.OBSERVE))
    assert (verdict.outcome, verdict.status) == (Outcome.FAILED, Status.SUCCEEDED)
    assert verdict.warnings == ("mode observe: this release would have been refused",)
    assert verdict.settled_by == "mode: observe"


@pytest.mark.parametrize(
    ("findings", "decided"),
    [((PASSED, OPEN), False), ((FAILED, OPEN), True), ((PASSED,), True), ((PASSED, replace(OPEN, decided=True)), True)],
)
def test_when_no_more_calls_are_needed(findings: tuple[Finding, ...], decided: bool) -> None:
    """Every check has decided, or one has failed."""
    assert verdict_of_findings(findings, POLICY).decided is decided


@pytest.mark.parametrize(
    ("findings", "reason"),
    [
        ((), "the policy has no check"),
        ((PASSED, FAILED, LEANING), "f: too slow"),
        ((LEANING,), "c: inconclusive (cap, at least half-way to failed): r"),
        ((EMPTY,), "c: inconclusive (no data): r"),
        ((ERROR,), "c: error: r"),
        (
            (PASSED, finding(Outcome.PASSED, measured=0.02, limit=0.05, unit=Unit.RATIO, sample_count=50)),
            "2 checks: c passed, c passed (2 % of 5 % in 50)",
        ),
    ],
)
def test_the_reason_is_one_line(findings: tuple[Finding, ...], reason: str) -> None:
    """What refused stands alone; where nothing did, every check is listed."""
    assert verdict_of_findings(findings, POLICY).reason == reason


def test_warnings_name_what_was_let_through() -> None:
    """An undecided check that passes is said aloud."""
    assert verdict_of_findings((OPEN,), POLICY).warnings == ("c: inconclusive (cap): r",)


def test_a_long_reason_is_cut() -> None:
    """A reason fits a log line."""
    long = verdict_of_findings((replace(FAILED, reason="x" * 2000),), POLICY).reason
    assert len(long) == 600
    assert long.endswith(" ...")
    assert len(verdict_of_error("x" * 2000, None).reason) == 600


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (None, Status.FAILED),
        (POLICY, Status.FAILED),
        (replace(POLICY, when=When(error=ErrorAction.PASS)), Status.SUCCEEDED),
        (replace(POLICY, mode=Mode.OBSERVE), Status.SUCCEEDED),
    ],
)
def test_an_error_is_mapped_by_the_policy(given: Policy | None, status: Status) -> None:
    """Without a policy that says otherwise an error blocks."""
    verdict = verdict_of_error("no\n  answer", given)
    assert (verdict.outcome, verdict.status, verdict.reason) == (Outcome.ERROR, status, "no answer")
    assert bool(verdict.warnings) is (status is Status.SUCCEEDED)
    assert verdict_of_error(" ", given).reason == "no reason given"


def test_every_check_of_a_policy_has_its_finding() -> None:
    """The findings come in the policy's order, one for each limit; a probe without expectation has none."""
    samples = [*cold([900.0] * 20), *cold([900.0] * 20, arm=Arm.BASELINE)]
    samples += paired(slow_rounds(0, 0, 0), slow_rounds(0, 0, 0))
    verdict = judge(evidence([replace(s, memory_mb=60.0, memory_size_mb=128.0) for s in samples]), FULL)
    assert [f.check for f in verdict.findings] == [
        "limits.init.p95",
        "limits.duration.p50",
        "limits.duration.p95",
        "limits.errors.rate",
        "limits.memory.max",
        "probes.default.expect",
        "compare.init.median",
        "compare.duration.body",
        "compare.duration.tail",
    ]
    assert verdict.outcome is Outcome.PASSED
    assert judge(evidence([]), policy()).reason == "the policy has no check"


@pytest.mark.parametrize(
    ("samples", "closed", "compared"),
    [
        (measured(slow_rounds(0)), Closed.PLANNED, False),
        (measured(slow_rounds(0, 0)), Closed.DEADLINE, False),
        (measured(slow_rounds(0)), Closed.DEADLINE, True),
        (measured(slow_rounds(0), arm=Arm.BASELINE), Closed.PLANNED, True),
        ([], Closed.PLANNED, True),
    ],
)
def test_without_a_baseline_nothing_is_compared(samples: list, closed: Closed, compared: bool) -> None:  # type: ignore[type-arg]
    """A first deployment passes its comparisons saying so; a baseline that was cut off is missing data."""
    verdict = judge(evidence(samples, closed=closed), policy(compare=COMPARE))
    assert [f.check for f in verdict.findings] == [
        "compare.init.median",
        "compare.duration.body",
        "compare.duration.tail",
    ]
    assert {f.reason == "not compared: there is no baseline" for f in verdict.findings} == {not compared}
    assert verdict.status is (Status.FAILED if compared else Status.SUCCEEDED)


def test_an_infinite_ratio_is_not_a_figure() -> None:
    """A baseline of next to nothing leaves no number that a report could not hold."""
    samples = [*cold([5e-324] * 20, arm=Arm.BASELINE), *cold([1e12] * 20)]
    (found,) = judge(
        evidence(samples), policy(compare=Compare(init=RatioLimit(statistic="median", ratio=1.2)))
    ).findings
    assert found.outcome is Outcome.FAILED
    assert (found.measured, found.margin) == (None, None)


@pytest.mark.parametrize(
    ("compare", "compared", "environments", "invocations", "calls"),
    [
        (None, True, 20, 400, 320),
        (COMPARE, True, 20, 400, 130),
        (COMPARE, False, 20, 400, 320),
        (COMPARE, True, 20, 240, 50),
        (COMPARE, True, 20, 100, 0),
        (COMPARE, True, 0, 400, 400),
        (None, True, -3, 400, 400),
        (None, True, 200, 400, 0),
    ],
)
def test_the_calls_that_a_budget_has_room_for(
    compare: Compare | None, compared: bool, environments: int, invocations: int, calls: int
) -> None:
    """Cold and warm-up calls and the baseline's share come off first; never fewer than none."""
    asked = replace(policy(compare=compare), budget=Budget(invocations=invocations))
    assert measured_calls(asked, environments, compared=compared) == calls


def test_the_errors_cap_counts_every_phase() -> None:
    """Failures are counted over cold and warm-up calls too: 80 of them, and 320 measured ones."""
    asked = policy(error_ratio=0.01)
    given = [sample(round=i // 20, position=i % 20, phase=Phase.WARMUP) for i in range(40)]
    (found,) = judge(evidence(given, closed=None), asked).findings
    assert found.reason == "None of 40 calls failed"
    assert found.details == "of 40, 3 or more are half-way to failed, 5 or more fail"


@pytest.mark.quiet
def test_a_judgement_of_400_calls_takes_milliseconds() -> None:
    """The judge runs after every round; the fastest of several runs is what it costs."""
    samples = [*cold([900.0] * 20), *cold([900.0] * 20, arm=Arm.BASELINE), *measured(slow_rounds(*[1] * 5, 1, 1, 1))]
    samples += measured(slow_rounds(*[1] * 10), arm=Arm.BASELINE)
    given = evidence(samples)
    without_comparison = replace(FULL, compare=Compare())
    taken = []
    for _ in range(100):
        began = time.perf_counter()
        judge(given, without_comparison)
        taken.append(time.perf_counter() - began)
    assert len(samples) == 400
    # A coverage tracer multiplies what a line costs.
    assert min(taken) < (0.003 if sys.gettrace() is None else 0.03)
