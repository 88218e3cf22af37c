"""Laws of what recorded calls say of concurrency."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from warmgate_ops.cold_starts.advising.facts import cold_facts, peak_of
from warmgate_ops.cold_starts.calls import WAITED, Beginning, Call
from warmgate_ops.cold_starts.concurrency.replay import refused_by, reservation_of, steepest_rise


def call(began: int, took: int, beginning: Beginning, init: int) -> Call:
    """Return a call that began to be waited for at a time."""
    waited = init if beginning in {Beginning.COLD, Beginning.RESTORED} else 0
    return Call(
        function="shop",
        version="7",
        environment="",
        beginning=beginning,
        ended_ms=float(began + waited + took),
        duration_ms=float(took),
        init_ms=float(init) if waited or beginning is Beginning.AHEAD else None,
    )


CALLS = st.lists(
    st.builds(call, st.integers(0, 60_000), st.integers(1, 20_000), st.sampled_from(Beginning), st.integers(0, 900)),
    max_size=30,
)


@given(CALLS)
def test_a_peak_is_the_most_that_run_at_the_begin_of_any_call(calls: list[Call]) -> None:
    """As counting at each begin says; a call that ends as another begins does not overlap it."""
    begins = [each.called_ms for each in calls]
    counts = [sum(each.called_ms <= at < each.ended_ms for each in calls) for at in begins]

    assert peak_of(calls) == max(counts, default=0)


@given(CALLS, st.integers(0, 30))
def test_a_reservation_refuses_nothing_from_the_peak_on_and_something_below(calls: list[Call], less: int) -> None:
    """What is advised is what is needed, and not one more."""
    wanted = reservation_of(calls)

    assert refused_by(calls, wanted) == 0
    assert refused_by(calls, wanted + less) == 0
    if wanted:
        assert refused_by(calls, wanted - 1) > 0


@given(CALLS)
def test_the_steepest_rise_is_no_more_than_the_peak_and_the_longest_window_reaches_it(calls: list[Call]) -> None:
    """It is at least one where anything was called."""
    rise = steepest_rise(calls)

    assert min(1, len(calls)) <= rise <= peak_of(calls)


@given(CALLS)
def test_counts_add_up(calls: list[Call]) -> None:
    """Every call has one beginning, and no more cold starts overlap than there are."""
    found = cold_facts(calls, "7", 0.0, 1_000_000.0)

    assert found.calls == len(calls)
    assert found.overlapping <= sum(each.beginning in WAITED for each in calls)
    assert found.cold + found.suppressed == sum(each.beginning in WAITED for each in calls)
    assert 0.0 <= found.share <= 1.0
