"""Days whose cold starts have known causes: nearly all are named right, and none wrongly for certain."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from random import Random

import pytest

from support.cold_worlds.worlds import WORLDS
from warmgate_ops.cold_starts.causes.cause import Cause, Certainty, Explained
from warmgate_ops.cold_starts.causes.explain import Known, explain
from warmgate_ops.cold_starts.causes.happened import Happening

SEEDS = (0, 1, 2)
DENIED = {
    "CodeDeploy": {Happening.DEPLOYMENT, Happening.ROLLBACK},
    "CloudTrail": set(Happening) - {Happening.DEPLOYMENT, Happening.ROLLBACK},
    "schedules": set(),
}
"""The kinds of events that are not known where a source is denied."""
LEFT_OUT = {
    "CodeDeploy": {Cause.DEPLOYMENT, Cause.ROLLBACK},
    "CloudTrail": {Cause.MOVED, Cause.CONFIGURATION, Cause.CONCURRENCY},
    "schedules": {Cause.SCHEDULE},
}
"""The causes that rest on a source."""


@lru_cache(maxsize=64)
def day(cause: Cause, seed: int) -> tuple[Known, dict[str, Cause]]:
    """Return what is known of a day, and the truth by request id."""
    world = WORLDS[cause](Random(seed))
    return world.known(), world.pool.truth


@lru_cache(maxsize=64)
def told_of(cause: Cause, seed: int) -> tuple[Explained, ...]:
    """Return the explained cold starts of a day."""
    return explain(day(cause, seed)[0])


@pytest.mark.parametrize("cause", WORLDS)
def test_nearly_every_cold_start_is_named_right(cause: Cause) -> None:
    """Of all cold starts of three days 95 of 100 have their cause, and so have those of the cause that prevails."""
    told: Counter[tuple[bool, bool]] = Counter()
    for seed in SEEDS:
        truth = day(cause, seed)[1]
        for each in told_of(cause, seed):
            told[each.cause is truth[each.call.request_id], truth[each.call.request_id] is cause] += 1

    assert told[True, True] >= 5
    assert told[True, True] >= 0.95 * (told[True, True] + told[False, True])
    assert told[True, False] + told[True, True] >= 0.95 * told.total()


@pytest.mark.parametrize("cause", WORLDS)
def test_nothing_wrong_is_certain(cause: Cause) -> None:
    """Whatever is said to be certain is true."""
    for seed in SEEDS:
        truth = day(cause, seed)[1]
        sure = [each for each in told_of(cause, seed) if each.evidence.certainty is Certainty.CERTAIN]
        assert sure or cause is Cause.RECYCLING
        assert [each for each in sure if each.cause is not truth[each.call.request_id]] == []


@pytest.mark.parametrize("source", DENIED)
@pytest.mark.parametrize("cause", WORLDS)
def test_a_denied_source_leaves_its_own_causes_out(cause: Cause, source: str) -> None:
    """Without it none of its causes is named; what the log tells stays right, and nothing is wrong for certain."""
    known, truth = day(cause, 0)
    kept = tuple(event for event in known.events if event.kind not in DENIED[source])
    poorer = replace(known, events=kept, schedules=() if source == "schedules" else known.schedules)

    found = explain(poorer)

    assert {each.cause for each in found}.isdisjoint(LEFT_OUT[source])
    own = [each for each in found if truth[each.call.request_id] not in LEFT_OUT[source]]
    right = sum(each.cause is truth[each.call.request_id] for each in own)
    assert right >= 0.9 * len(own)
    wrong = [each for each in own if each.cause is not truth[each.call.request_id]]
    assert [each for each in wrong if each.evidence.certainty is Certainty.CERTAIN] == []


def test_the_order_of_calls_does_not_matter() -> None:
    """Calls read in any order have the same causes."""
    known, _ = day(Cause.SCALE_OUT, 0)
    mixed = list(known.calls)
    Random(1).shuffle(mixed)

    assert explain(replace(known, calls=mixed)) == told_of(Cause.SCALE_OUT, 0)
