"""A day keeps counts, cost, causes and enough init durations, and is read back as it was written."""

from __future__ import annotations

import json

import pytest

from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.causes.explain import Known
from warmgate_ops.cold_starts.causes.happened import Event, Happening
from warmgate_ops.cold_starts.watching.day import KEPT, Day, Watched, day_in, day_of, document_of

BEGAN_MS = 1_795_737_600_000.0
MINUTE_MS = 60_000.0
CHECKOUT = Watched(name="checkout-api", architecture="arm64")


def called(minute: float, beginning: Beginning, init_ms: float | None = None, *, place: str = "a") -> Call:
    """Return a call of 20 ms at 512 MB."""
    return Call(
        function="checkout-api",
        version="7",
        environment=place,
        beginning=beginning,
        ended_ms=BEGAN_MS + minute * MINUTE_MS,
        duration_ms=20.0,
        init_ms=init_ms,
        memory_mb=512.0,
    )


CALLS = (
    called(1, Beginning.COLD, 400.0, place="a"),
    called(2, Beginning.WARM, place="a"),
    called(3, Beginning.AHEAD, 300.0, place="b"),
    called(4, Beginning.PROVISIONED, 900.0, place="c"),
    called(5, Beginning.SUPPRESSED, 700.0, place="a"),
    called(6, Beginning.COLD, 1200.0, place="d"),
)


def summed(*calls: Call, expected_ms: float | None = None) -> Day:
    """Return the day of calls, with a deployment before them."""
    deployment = Event(kind=Happening.DEPLOYMENT, at_ms=BEGAN_MS, until_ms=BEGAN_MS, version="7", name="d-8K2MZ4QLD")
    known = Known(calls=calls, events=[deployment], since_ms=BEGAN_MS, until_ms=BEGAN_MS + 1440 * MINUTE_MS)
    return day_of(CHECKOUT, "2026-11-26", known, expected_ms)


def test_those_whose_callers_waited_are_cold() -> None:
    """An init ahead of any call, or of provisioned concurrency, is nobody's wait."""
    day = summed(*CALLS, expected_ms=500.0)

    assert (day.calls, day.cold, day.over) == (6, 3, 1)
    assert day.inits_ms == {"7": [400.0, 1200.0]}
    assert day.events == ("d-8K2MZ4QLD 7",)
    assert sum(day.causes.values()) == 3


def test_init_is_priced_by_memory_and_architecture() -> None:
    """All init but that of provisioned concurrency is billed by duration: 2.6 s at half a GB on arm64."""
    day = summed(*CALLS)

    assert day.init_s == pytest.approx(2.6)
    assert day.usd == pytest.approx(2.6 * 0.5 * 0.0000133334)


def test_without_an_expected_value_nothing_is_over() -> None:
    """A function's first days have none."""
    assert summed(*CALLS).over == 0


def test_no_more_than_enough_is_kept_evenly_over_the_day() -> None:
    """A thousand cold starts leave 200 durations, from the first to near the last."""
    day = summed(*(called(n, Beginning.COLD, float(n), place=str(n)) for n in range(1, 1001)))

    assert len(day.inits_ms["7"]) == KEPT
    assert day.inits_ms["7"][:2] == [1.0, 6.0]
    assert day.inits_ms["7"][-1] == 996.0
    assert day.cold == 1000


def test_a_day_is_read_back_as_it_was_written() -> None:
    """Tuples become lists, which nobody minds."""
    day = summed(*CALLS, expected_ms=500.0)

    assert json.loads(document_of(day_in(document_of(day)) or day)) == json.loads(document_of(day))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 2}', '{"schema": 1, "function": "f"}'])
def test_what_is_no_day_of_this_version_is_none(text: str) -> None:
    """A later version's day is left out, and the week says that a day is missing."""
    assert day_in(text) is None
