"""What one call shows, read from its answer and its log tail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.fakes.world import FakeInvoker, VirtualClock, VirtualOverlap, report_line, served
from warmgate.errors import InvokeError
from warmgate.model.calls import Arm, CallOutcome, DurationSource, Phase, Sample, Start
from warmgate.model.deadline import Deadline
from warmgate.planning import Call, Round
from warmgate.policy.values import Expect, Probe
from warmgate.probing.rounds import ArmVersion, Prober, RoundResult, VersionMismatchError

VERSION = ArmVersion(function="checkout-api", version="7", timeout_s=10)


def sampled(answer: object, *, version: ArmVersion = VERSION, expect: Expect | None = None) -> Sample:
    """Return the sample of one call that is answered like that."""
    return rounded(answer, version=version, expect=expect).samples[0]


def rounded(answer: object, *, version: ArmVersion = VERSION, expect: Expect | None = None) -> RoundResult:
    """Return the result of a round with one call that is answered like that."""
    clock = VirtualClock()
    invoker = FakeInvoker(clock, answers=lambda index: answer)  # type: ignore[arg-type,return-value]
    prober = Prober(invoker, VirtualOverlap(clock), {Arm.CANDIDATE: version})
    probe = Probe(name="health", expect=expect or Expect())
    planned = Round(Phase.MEASURED, 3, (Call(Arm.CANDIDATE, probe),))
    return prober.run(planned, Deadline(1e9))


def test_a_cold_call_shows_its_init() -> None:
    """Duration, init and memory come from the platform's report."""
    sample = sampled(served(duration_ms=21.5, init_ms=312.25, memory_mb=80))

    assert (sample.start, sample.duration_ms, sample.init_ms, sample.memory_mb) == (Start.COLD, 21.5, 312.25, 80)
    assert (sample.round, sample.position, sample.phase, sample.outcome) == (3, 0, Phase.MEASURED, CallOutcome.OK)


@pytest.mark.parametrize(
    ("told", "init_ms"), [("", None), ("INIT_REPORT Init Duration: 900.00 ms\tPhase: invoke", 900)]
)
def test_a_failed_init_is_no_start_up_time(told: str, init_ms: float | None) -> None:
    """The init inside the call counts where the tail tells it."""
    failed = "INIT_REPORT Init Duration: 60.90 ms\tPhase: init\tStatus: error\tError Type: Extension.Crash"
    sample = sampled(served(log_tail=f"{failed}\n{told}\n{report_line(duration_ms=4448.0)}"))

    assert (sample.start, sample.init_ms, sample.init_failed) == (Start.COLD, init_ms, True)
    assert sample.failed_init_ms == 60.9


def test_a_restored_call_shows_its_restore() -> None:
    """SnapStart prints a restore duration instead of an init duration."""
    sample = sampled(served(extra="Restore Duration: 315.26 ms\tBilled Restore Duration: 118 ms\t"))

    assert (sample.start, sample.restore_ms, sample.init_ms) == (Start.RESTORED, 315.26, None)


def test_a_provisioned_environments_init_is_no_cold_start() -> None:
    """What a provisioned environment prints with its first call is dropped."""
    sample = sampled(served(init_ms=27_800), version=replace(VERSION, provisioned=True))

    assert (sample.start, sample.init_ms) == (Start.PROVISIONED, None)


@pytest.mark.parametrize(
    ("answer", "outcome", "error_type"),
    [
        (served(function_error="Unhandled", payload=b'{"errorType":"KeyError"}'), CallOutcome.ERROR, "KeyError"),
        (served(function_error="Unhandled", payload=b"not json"), CallOutcome.ERROR, "Unhandled"),
        (
            served(function_error="Unhandled", payload=b'{"errorMessage":"2026 id Task timed out after 3.00 seconds"}'),
            CallOutcome.TIMEOUT,
            "Sandbox.Timedout",
        ),
        (
            served(function_error="Unhandled", payload=b'{"errorType":"Sandbox.Timedout"}', extra="Status: timeout"),
            CallOutcome.TIMEOUT,
            "Sandbox.Timedout",
        ),
        (
            served(function_error="Unhandled", payload=b'{"errorType":"Runtime.ExitError"}'),
            CallOutcome.ERROR,
            "Runtime.ExitError",
        ),
        (
            InvokeError("x", code="TooManyRequestsException", throttled=True),
            CallOutcome.THROTTLED,
            "TooManyRequestsException",
        ),
        (InvokeError("x", code="ConnectionClosedError", lost=True), CallOutcome.LOST, "ConnectionClosedError"),
        (InvokeError("x", code="KMSDisabledException", lasting=True), CallOutcome.ERROR, "KMSDisabledException"),
    ],
)
def test_what_went_wrong_is_told_apart(answer: object, outcome: CallOutcome, error_type: str) -> None:
    """A function error comes with status code 200; time-outs, crashes, throttles and refusals are not the same."""
    sample = sampled(answer)

    assert (sample.outcome, sample.error_type) == (outcome, error_type)


@pytest.mark.parametrize(
    ("payload", "expression", "outcome"),
    [
        (b'{"statusCode":200}', "statusCode == `200`", CallOutcome.OK),
        (b'{"statusCode":500}', "statusCode == `200`", CallOutcome.UNEXPECTED_ANSWER),
        (b"", "statusCode == `200`", CallOutcome.UNEXPECTED_ANSWER),
        (b"not json", "length(@) == `8`", CallOutcome.OK),
        (b"[1]", "sum(@) == `1`", CallOutcome.OK),
        (b'["a"]', "sum(@) == `1`", CallOutcome.UNEXPECTED_ANSWER),
        (b'{"ok":"yes"}', "ok", CallOutcome.UNEXPECTED_ANSWER),
    ],
)
def test_an_expectation_must_be_true(payload: bytes, expression: str, outcome: CallOutcome) -> None:
    """True itself counts, not a value that merely is there, and an expression that breaks does not accept."""
    assert sampled(served(payload=payload), expect=Expect(jmespath=expression)).outcome is outcome


@pytest.mark.parametrize(
    ("function_error", "payload", "outcome"),
    [
        ("Unhandled", b'{"errorType":"NotFound"}', CallOutcome.OK),
        ("Unhandled", b'{"errorType":"Other"}', CallOutcome.ERROR),
        (None, b"{}", CallOutcome.UNEXPECTED_ANSWER),
    ],
)
def test_an_error_may_be_what_a_probe_expects(function_error: str | None, payload: bytes, outcome: CallOutcome) -> None:
    """A probe that provokes an error is answered as expected by that error alone."""
    answer = served(function_error=function_error, payload=payload)

    assert sampled(answer, expect=Expect(error_type="NotFound")).outcome is outcome


def test_a_missing_report_is_a_stated_absence() -> None:
    """Without a report there is no duration and no start, and the call still counts as answered."""
    sample = sampled(served(log_tail="application noise"))

    assert (sample.duration_ms, sample.start, sample.outcome) == (None, None, CallOutcome.OK)


def test_a_hidden_report_is_replaced_by_the_callers_clock() -> None:
    """Where the log level hides reports, the caller's wall time stands in and says so."""
    sample = sampled(served(duration_ms=20, log_tail=""), version=replace(VERSION, hides_report=True))

    assert (sample.duration_ms, sample.duration_source) == (23.0, DurationSource.CALLER)


def test_another_version_is_an_error_of_ours() -> None:
    """The version that ran must be the one that was meant."""
    result = rounded(served(version="9"))

    assert isinstance(result.fault, VersionMismatchError)
    assert "called version 7, version 9 answered" in str(result.fault)
    assert (result.samples, result.attempts) == ((), 1)


def test_a_cut_round_is_incomplete() -> None:
    """Calls that a deadline cut leave no sample."""
    clock = VirtualClock()
    invoker = FakeInvoker(clock, answers=lambda index: served(duration_ms=10 if index == 0 else 5_000))
    prober = Prober(invoker, VirtualOverlap(clock), {Arm.CANDIDATE: VERSION})
    planned = Round(Phase.MEASURED, 1, (Call(Arm.CANDIDATE, Probe(name="p")),) * 2)

    result = prober.run(planned, Deadline(100))

    assert (len(result.samples), result.complete, clock.at_ms) == (1, False, 100)
    assert result.attempts == 2


def test_the_tail_of_another_call_is_not_mixed_up() -> None:
    """Of two reports in a tail the last one belongs to this call."""
    tail = report_line(duration_ms=900) + report_line(duration_ms=12)

    assert sampled(served(log_tail=tail)).duration_ms == 12
