"""What calls of a window say: counts, times, overlap."""

from __future__ import annotations

from unit.warmgate_ops.cold_starts.advising.clinic import DAYS, NOW_MS, Traffic, calls_of, facts_of
from warmgate_ops.cold_starts.advising.facts import DAY_MS, cold_facts, peak_of
from warmgate_ops.cold_starts.calls import Beginning, Call


def call(ended_ms: float, took_ms: float, beginning: Beginning = Beginning.WARM, **more: object) -> Call:
    """Return a call of version 7."""
    return Call(
        function="shop",
        version="7",
        environment="a",
        beginning=beginning,
        ended_ms=ended_ms,
        duration_ms=took_ms,
        **more,  # type: ignore[arg-type]
    )


def test_first_response_is_init_and_the_call_and_overhead_is_what_a_warm_one_lacks() -> None:
    """One number leads, and what init alone would hide stands beside it."""
    found = facts_of(Traffic(cold=10, warm=100, init_ms=400.0, cold_ms=90.0, warm_ms=20.0))

    assert found.cold == 10
    assert found.init is not None
    assert found.first is not None
    assert found.warm is not None
    assert 400 <= found.init.median <= 406
    assert 490 <= found.first.median <= 500
    assert found.overhead_ms is not None
    assert 66 <= found.overhead_ms <= 74


def test_other_versions_and_what_lies_outside_the_window_are_left_out() -> None:
    """A version's figures are its own."""
    calls = [*calls_of(Traffic()), *calls_of(Traffic(version="6"))]

    assert cold_facts(calls, "6", NOW_MS - DAYS * DAY_MS, NOW_MS).calls == 2_200
    assert cold_facts(calls, "6", NOW_MS, NOW_MS + 1).calls == 0


def test_what_nobody_waited_for_is_no_cold_start() -> None:
    """Environments made ahead and provisioned ones are counted apart, inits inside a call too."""
    calls = [
        call(10, 5, Beginning.AHEAD, init_ms=900.0),
        call(20, 5, Beginning.PROVISIONED),
        call(30, 5, Beginning.SUPPRESSED),
        call(40, 5, Beginning.COLD, init_ms=3.0),
    ]
    found = cold_facts(calls, "7", 0, 100)

    assert (found.cold, found.ahead, found.provisioned, found.suppressed) == (1, 1, 1, 1)
    assert not found.enough


def test_a_peak_counts_the_init_that_was_waited_for() -> None:
    """A cold call occupies its environment from when its caller began to wait; touching ends do not overlap."""
    assert peak_of([call(100, 10, Beginning.COLD, init_ms=50.0), call(60, 10)]) == 2
    assert peak_of([call(100, 10), call(90, 10)]) == 1


def test_cold_starts_beside_running_calls_are_told_from_those_after_idle_time() -> None:
    """One environment kept warm would have served the first, not the second."""
    alone, beside = call(100, 10, Beginning.COLD, init_ms=5.0), call(1_000, 50, Beginning.COLD, init_ms=5.0)
    found = cold_facts([alone, beside, call(1_010, 100)], "7", 0, 2_000)

    assert (found.cold, found.overlapping) == (2, 1)


def test_how_busy_it_is_follows_from_time_not_from_counts() -> None:
    """Little's law: two hours of calls in a day are a twelfth of an environment."""
    calls = [call(DAY_MS / 2, 3_600_000.0), call(DAY_MS, 3_600_000.0)]

    assert abs(cold_facts(calls, "7", 0, DAY_MS).busy - 2 / 24) < 1e-9
