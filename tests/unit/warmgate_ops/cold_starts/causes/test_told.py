"""An explanation as text, JSON and page: counts and causes agree, names of others are safe, gaps are named."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from random import Random

import pytest

from support.cold_worlds.worlds import WORLDS
from warmgate_ops.cold_starts.causes.beside import init_changes
from warmgate_ops.cold_starts.causes.cause import Cause
from warmgate_ops.cold_starts.causes.document import document_of
from warmgate_ops.cold_starts.causes.explain import explain
from warmgate_ops.cold_starts.causes.explanation import Explanation, TraceSummary
from warmgate_ops.cold_starts.causes.happened import Event, Happening
from warmgate_ops.cold_starts.causes.lines import lines_of
from warmgate_ops.cold_starts.causes.page import page_of
from warmgate_ops.cold_starts.causes.wording import span


@lru_cache(maxsize=16)
def told(cause: Cause) -> Explanation:
    """Return the explanation of a day."""
    known = WORLDS[cause](Random(0)).known()
    assert known.since_ms is not None
    assert known.until_ms is not None
    return Explanation(
        function="checkout-api",
        qualifier="live",
        since_ms=known.since_ms,
        until_ms=known.until_ms,
        calls=len(known.calls),
        explained=explain(known),
        not_asked=("not asked: cloudtrail:LookupEvents denied",),
        notes=("a note",),
    )


@pytest.mark.parametrize("cause", WORLDS)
def test_groups_hold_every_cold_start_once(cause: Cause) -> None:
    """The counts of the lines and of the document add up to all."""
    explanation = told(cause)

    document = json.loads(json.dumps(document_of(explanation)))

    assert sum(group["count"] for group in document["causes"]) == document["cold_starts"] == len(document["each"])
    assert cause.value in {group["cause"] for group in document["causes"]}
    lines = lines_of(explanation)
    assert f"{document['cold_starts']:,} cold" in lines[0]
    assert sum(int(line[:7].replace(",", "")) for line in lines if line[:7].strip().isdigit()) == len(document["each"])
    assert all(len(line) <= 118 for line in lines[1:-3])


def test_what_stands_behind_each_cause() -> None:
    """Each kind is told by its own figures."""
    words = {cause: next(g.words for g in told(cause).groups if g.cause is cause) for cause in WORLDS}

    assert words[Cause.SCALE_OUT].startswith("every live environment was busy; peak ")
    assert words[Cause.IDLE].startswith("no call for ")
    assert words[Cause.SCHEDULE].startswith("EventBridge rule every-other-hour cron(0 0/2 * * ? *): ")
    assert words[Cause.DEPLOYMENT] == ("d-H8Q5OLDVM 6 -> 7 2026-11-20 01:29: environments made until 7 had all traffic")
    assert words[Cause.ROLLBACK].startswith("d-3SPRJ9WPZ 7 -> 6 2026-11-20 03:03")
    assert words[Cause.CONFIGURATION] == "configuration changed $LATEST by role/ops 2026-11-20 05:33"
    assert "after a time-out" in words[Cause.FAILURE]
    assert words[Cause.RECYCLING].startswith("probably: environments ended at an age of ")


def test_gaps_and_the_next_step_stand_at_the_end() -> None:
    """A source that was denied has a line of its own, before the command that goes on."""
    assert lines_of(told(Cause.IDLE))[-3:] == [
        "not asked: cloudtrail:LookupEvents denied",
        "note: a note",
        "next: warmgate cold advise --function checkout-api --alias live",
    ]


def test_too_few_are_said_to_be() -> None:
    """Four cold starts have causes, and no share."""
    few = replace(told(Cause.IDLE), explained=told(Cause.IDLE).explained[:4])

    assert lines_of(few)[1] == "too few cold starts for a share or a trend: 4, expected 5 at least"


def test_none_are_no_table() -> None:
    """A function without cold starts has one line, and its gaps."""
    none = replace(told(Cause.IDLE), explained=(), notes=(), not_asked=())

    assert len(lines_of(none)) == 1


def slower() -> Explanation:
    """Return a day on which version 7 is twice as slow to initialise as 6, with two events at the same time."""
    known = WORLDS[Cause.SCALE_OUT](Random(0)).known()
    half = sorted(call.called_ms for call in known.calls)[len(known.calls) // 2]
    calls = [
        replace(call, version="7", init_ms=2 * call.init_ms if call.init_ms else None)
        if call.called_ms > half
        else call
        for call in known.calls
    ]
    events = [
        Event(kind=Happening.DEPLOYMENT, at_ms=half - 60_000, until_ms=half + 9e9, version="7", before="6", name="d-X"),
        Event(kind=Happening.CONFIGURATION, at_ms=half - 120_000, version="$LATEST", by="role/ops"),
        Event(kind=Happening.CODE, at_ms=half - 9e7, version="$LATEST"),
    ]
    events[1] = replace(events[1], until_ms=half + 9e9)
    base = replace(told(Cause.SCALE_OUT), changes=init_changes(calls, events), differences={("6", "7"): "layers same"})
    traces = TraceSummary(
        asked=20, kept=14, where="X-Ray", seconds={"Initialization": 1.21, "Overhead": 0.004, "DynamoDB": 0.21}
    )
    return replace(base, traces=traces)


def test_a_change_stands_beside_all_that_happened_then() -> None:
    """Both events are named, neither is blamed, and what came long before is not there."""
    lines = lines_of(slower())

    line = next(line for line in lines if line.startswith("init became slower"))
    assert "at the same time as configuration changed $LATEST by role/ops" in line
    assert " and d-X 6 -> 7 " in line
    assert "because" not in line
    assert "code changed" not in line
    assert "  version 7 against 6: layers same" in lines
    traces = next(line for line in lines if line.startswith("X-Ray"))
    assert traces.startswith("X-Ray, 20 slowest with a trace (14 kept): Initialization 1.21 s, Overhead 4 ms, of it ")
    assert traces.endswith("DynamoDB 210 ms (medians)")
    assert lines[-1] == "next: warmgate cold imports --function checkout-api --old 6 --new 7"


def test_the_document_tells_a_change_and_its_traces() -> None:
    """With medians, counts, chance and both versions."""
    document = document_of(slower())

    (change,) = document["changes"]
    assert change["versions"] == ["6", "7"]
    assert change["init_after_ms"] == pytest.approx(2 * change["init_before_ms"], rel=0.1)
    assert [event["name"] for event in change["at_the_same_time"]] == ["", "d-X"]
    assert document["traces"]["kept"] == 14


@pytest.mark.parametrize("cause", [Cause.SCALE_OUT, Cause.DEPLOYMENT, Cause.AHEAD])
def test_the_page_shows_causes_and_events(cause: Cause) -> None:
    """A strip with a row for each cause, tables, no script, and the same bytes each time."""
    events = WORLDS[cause](Random(0)).known().events
    page = page_of(told(cause), events)

    assert page == page_of(told(cause), events)
    assert "<script" not in page
    assert f">{cause.value}</text>" in page or cause is Cause.AHEAD
    assert all(event.in_words().replace(">", "&gt;") in page for event in events)
    assert "not asked: cloudtrail:LookupEvents denied" in page


def test_names_of_others_are_escaped() -> None:
    """Markup and control characters of an event, a function, a note are shown and not obeyed."""
    nasty = "<b>\x1b[31m"
    event = Event(kind=Happening.CODE, at_ms=told(Cause.IDLE).since_ms + 1, version="7", by=nasty)
    page = page_of(replace(told(Cause.IDLE), function=nasty, not_asked=(f"not asked: {nasty}",)), [event])

    assert "<b>" not in page
    assert "\x1b" not in page


@pytest.mark.parametrize(
    ("duration_ms", "words"),
    [
        (420.4, "420 ms"),
        (1_500.0, "1.5 s"),
        (42_000.0, "42 s"),
        (340_000.0, "5 min 40 s"),
        (3_599_900.0, "1 h"),
        (5_430_000.0, "1 h 30 min"),
        (180_000_000.0, "2 d 2 h"),
    ],
)
def test_spans_are_told_in_two_units(duration_ms: float, words: str) -> None:
    """None of them says sixty of a unit."""
    assert span(duration_ms) == words
