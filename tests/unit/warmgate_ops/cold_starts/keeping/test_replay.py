"""The replay: queues that can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

from warmgate.model.hours import Rhythm
from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.keeping.arrivals import Arrival, arrivals_of, recency_of
from warmgate_ops.cold_starts.keeping.lines import Keep
from warmgate_ops.cold_starts.keeping.replay import Habits, Means, replay

ARRIVAL = Arrival(at_ms=0.0, version="1", warm_ms=100.0, cold_ms=150.0, init_ms=500.0, was_cold=True)
HABITS = Habits(idle_s=600.0)
MINUTE_MS = 60_000.0


def at(*minutes: float, version: str = "1") -> list[Arrival]:
    """Return arrivals at minutes."""
    return [replace(ARRIVAL, at_ms=minute * MINUTE_MS, version=version) for minute in minutes]


def kept(count: int, minutes: int = 5) -> Means:
    """Return pings to so many environments."""
    return Means(keep=Keep(otherwise=count), every=Rhythm(minutes=minutes))


def test_an_idle_environment_lives_so_long() -> None:
    """The second call comes in time, the third too late."""
    assert replay(at(0, 9, 20), HABITS).cold == 2
    assert replay(at(0, 9, 20), replace(HABITS, idle_s=1200.0)).cold == 1


def test_an_environment_gets_so_old() -> None:
    """However often it is called, it ends at half as much again at the latest."""
    arrivals = at(*range(0, 300, 5))

    assert replay(arrivals, HABITS).cold == 1
    assert replay(arrivals, replace(HABITS, age_s=3600.0)).cold in {4, 5, 6, 7, 8, 9, 10}


def test_callers_at_once_need_an_environment_each() -> None:
    """Three in the same moment make three; the same three come back."""
    assert replay(at(0, 0, 0, 1, 1, 1), HABITS).cold == 3
    assert replay(at(0, 0, 0, 1, 1, 1), HABITS).peak == 3


def test_a_cold_caller_holds_its_environment_for_the_init_too() -> None:
    """A call 400 ms later finds it busy, one 700 ms later does not."""
    assert replay(at(0, 0.4 / 60), HABITS).cold == 2
    assert replay(at(0, 0.7 / 60), HABITS).cold == 1


def test_pings_keep_one_environment_alive() -> None:
    """From the first call on there is a version to call; the gap of half an hour costs nothing any more."""
    replayed = replay(at(0, 31, 62), HABITS, kept(1))

    assert (replayed.cold, replayed.pings, replayed.new_by_ping) == (1, 12, 0)
    assert replay(at(0, 31, 62), HABITS).cold == 3


def test_pings_cannot_help_beyond_what_they_keep() -> None:
    """Four callers at once meet two warm environments, and it is said how many were beyond."""
    replayed = replay(at(0, 31, 31, 31, 31), HABITS, kept(2))

    assert (replayed.cold, replayed.beyond) == (3, 2)


def test_pings_that_come_too_seldom_keep_nothing() -> None:
    """Every half hour a new environment is made, and has ended before somebody calls."""
    replayed = replay(at(0, 45, 105), HABITS, kept(1, minutes=30))

    assert replayed.cold == 3
    assert replayed.new_by_ping == replayed.pings > 0


def test_nothing_kept_is_nothing_called() -> None:
    """With none to keep no ping is made, and the cold starts are those of nothing."""
    replayed = replay(at(0, 31, 62), HABITS, kept(0))

    assert (replayed.cold, replayed.pings, replayed.runs) == (3, 0, 0)


def test_versions_share_the_pings_by_their_calls() -> None:
    """While both are called both are kept, rounded up; a version that nobody calls any more is left alone."""
    both = [*at(0, 1, 2), *at(1, 2, version="2"), *at(31, version="2")]
    replayed = replay(sorted(both, key=lambda each: each.at_ms), HABITS, kept(1))

    assert replayed.cold == 2
    assert replayed.pings == 2 + 5


def test_provisioned_environments_never_end() -> None:
    """Two are always there, whoever else comes spills over, and their work is added up."""
    means = Means(keep=Keep(otherwise=2), provisioned=True)
    replayed = replay(at(0, 60, 60, 60), HABITS, means)

    assert (replayed.cold, replayed.pings, replayed.provisioned_ms) == (1, 0, 300.0)


def test_a_warm_call_would_have_been_longer_cold() -> None:
    """By the median of its version's first calls; a cold one would have been as short as a warm one."""
    call = Call(
        function="f", version="1", environment="a", beginning=Beginning.WARM, ended_ms=1000.0, duration_ms=100.0
    )
    cold = replace(call, beginning=Beginning.COLD, ended_ms=500.0, duration_ms=160.0, init_ms=300.0)
    first, second = arrivals_of([call, cold])

    assert (first.at_ms, first.warm_ms, first.cold_ms, first.init_ms, first.was_cold) == (
        40.0,
        100.0,
        160.0,
        300.0,
        True,
    )
    assert (second.at_ms, second.warm_ms, second.cold_ms, second.init_ms) == (900.0, 100.0, 160.0, 300.0)


def test_who_was_chosen_says_how_environments_are_chosen() -> None:
    """Always the one that was used last, or each in turn; of too few choices nothing is made."""

    def calls(names: list[str]) -> list[Call]:
        each = Call(function="f", version="1", environment="", beginning=Beginning.WARM, ended_ms=0.0, duration_ms=1.0)
        return [replace(each, environment=name, ended_ms=1000.0 * at) for at, name in enumerate(names, 1)]

    assert recency_of(calls(["a", "b", *["b"] * 60, "a"])) == 1.0
    assert recency_of(calls(["a", "b"] * 40)) == 0.0
    assert recency_of(calls(["a", "b"] * 4)) == 1.0
