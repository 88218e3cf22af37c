"""A week adds its days up, and names what became slower than the week before by a rank test."""

from __future__ import annotations

import random

import pytest

from warmgate_ops.cold_starts.watching.day import Day
from warmgate_ops.cold_starts.watching.week import expected_of, percentile, week_of
from warmgate_ops.cold_starts.watching.words import message_of


def day(date: str, inits: dict[str, list[float]], *, unread: str = "", causes: dict[str, int] | None = None) -> Day:
    """Return a day of ten calls for each cold start."""
    cold = sum(len(each) for each in inits.values())
    return Day(
        function="checkout-api",
        date=date,
        calls=10 * cold,
        cold=cold,
        over=1 if cold else 0,
        expected_ms=None,
        init_s=sum(sum(each) for each in inits.values()) / 1000,
        usd=0.001,
        inits_ms=inits,
        causes=causes or {},
        events=["d-8K2MZ4QLD 6 -> 7"] if "7" in inits else [],
        unread=unread,
    )


def inits(seed: int, middle_ms: float, count: int = 30) -> list[float]:
    """Return durations around a middle."""
    chance = random.Random(seed)
    return [middle_ms * chance.lognormvariate(0, 0.15) for _ in range(count)]


BEFORE = [day(f"2026-11-{n:02}", {"6": inits(n, 400)}) for n in range(12, 19)]
SAME = [day(f"2026-11-{n:02}", {"6": inits(n, 400)}, causes={"idle": 2, "scale-out": 9}) for n in range(19, 26)]
SLOWER = [day(f"2026-11-{n:02}", {"7": inits(n, 640)}) for n in range(19, 26)]


def test_a_slower_week_is_named_with_its_versions() -> None:
    """1.6 times as long, over 210 cold starts in either week."""
    week = week_of("checkout-api", SLOWER, BEFORE)

    assert week.worse is not None
    assert week.worse.ratio == pytest.approx(1.6, abs=0.1)
    assert (week.worse.versions, week.worse.counts) == (("6", "7"), (210, 210))


@pytest.mark.parametrize(
    ("after", "before"),
    [(SAME, BEFORE), (BEFORE, SLOWER), (SLOWER, []), (SLOWER, [day("2026-11-18", {"6": [400.0] * 4})])],
)
def test_no_change_no_worse(after: list[Day], before: list[Day]) -> None:
    """The same, a faster week, and too few to compare are no reason to write."""
    assert week_of("checkout-api", after, before).worse is None


def test_days_are_added_up() -> None:
    """Counts and causes of all days, the most frequent cause first."""
    week = week_of("checkout-api", SAME, BEFORE)

    assert (week.calls, week.cold, week.over, week.unread) == (2100, 210, 7, 0)
    assert week.causes == [("scale-out", 63), ("idle", 14)]
    assert week.usd == pytest.approx(0.007)


def test_missing_and_cut_days_are_counted() -> None:
    """Four days of which one is cut leave four of seven that are not whole."""
    days = [*SAME[:3], day("2026-11-22", {}, unread="the log was not read to its end in time")]

    assert week_of("checkout-api", days, []).unread == 4


def test_what_is_usual_is_expected() -> None:
    """1.5 times the median; nothing is expected after four cold starts."""
    assert expected_of([day("2026-11-18", {"6": [100.0, 200.0, 200.0, 300.0, 900.0]})]) == 300.0
    assert expected_of([day("2026-11-18", {"6": [100.0] * 4})]) is None
    assert percentile([1.0] * 4, 0.5) is None
    assert percentile([float(n) for n in range(1, 101)], 0.95) == 95.0


def test_a_message_begins_with_what_became_slower() -> None:
    """Who reads the subject alone knows whether to open it."""
    weeks = [week_of("checkout-api", SLOWER, BEFORE), week_of("reports", SAME, BEFORE), week_of("quiet", [], [])]
    message = message_of(weeks, "2026-11-19", "2026-11-25")

    assert message.subject == "[warmgate] 420 cold starts in 2 of 3 functions, 1 slower than the week before"
    lines = message.text.splitlines()
    assert lines[0] == "Cold starts, 2026-11-19 to 2026-11-25 (UTC)"
    assert lines[3] == "Init takes longer than in the week before:"
    assert lines[4].startswith("  checkout-api: ")
    assert lines[4].endswith("210 and 210 cold starts, version 6 -> 7)")
    assert lines[5:7] == [
        "    at the same time: d-8K2MZ4QLD 6 -> 7",
        "    warmgate cold explain --function checkout-api --since 14d",
    ]
    assert "    85 s of init, $0.01; 63 scale-out, 14 idle" in lines
    assert lines[-1] == "Not all of the week was read: quiet"


def test_a_week_without_cold_starts_says_so() -> None:
    """Nothing to read is a message too: silence could be a watch that does not run."""
    message = message_of([week_of("quiet", [day(f"2026-11-{n}", {}) for n in range(19, 26)], [])], "a", "b")

    assert message.subject == "[warmgate] 0 cold starts in 0 of 1 functions, 0 slower than the week before"
    assert message.text.count("\n") == 2
