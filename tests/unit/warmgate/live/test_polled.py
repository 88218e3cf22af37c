"""A look reads what is new; where much is logged, whole slices of it, and says that they are a sample."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from support.fakes.shift_world import ShiftWorld
from support.fakes.world import EPOCH_MS
from warmgate.errors import LogLookupError
from warmgate.live.polled import PolledSource
from warmgate.live.slices import COMPLETE_MS, EVENTS, FIRST_EVENTS
from warmgate.logs.calls import LoggedCall
from warmgate.model.deadline import Deadline
from warmgate.model.log_stream import FunctionLog
from warmgate.ports.live import Look, Watched

LOG = FunctionLog("/aws/lambda/checkout", "checkout")


class Followed:
    """A function whose calls are read every two seconds."""

    def __init__(self, per_s: float, seconds: float, *, late_ms: float = 3_000.0, whole: bool = False) -> None:
        self.world = ShiftWorld(seconds=0.001, log_late_ms=late_ms)
        (call, *_) = ShiftWorld(seconds=5.0).logs.written
        self.world.logs.written = [_at(call, place, per_s) for place in range(int(per_s * seconds))]
        watched = Watched(deployment=self.world.deployment(), logs=(LOG,), since_ms=EPOCH_MS, whole=whole)
        self.world.clock.at_ms = 2_000.0
        self.source = PolledSource(self.world.logs, watched, self.world.clock)
        self.looks: list[Look] = []

    def until(self, seconds: float) -> list[LoggedCall]:
        """Look until an instant; return all calls."""
        while self.world.clock.at_ms < seconds * 1000:
            self.looks.append(self.source.look(Deadline(self.world.clock.at_ms + 20_000)))
            self.world.clock.at_ms += 2_000
        return [call for look in self.looks for call in look.calls]


def _at(call: LoggedCall, place: int, per_s: float) -> LoggedCall:
    name = f"2026/11/27/[2]{place % 40:032x}"
    record = replace(call.record, request_id=f"r{place}", status="error" if place % 5 == 0 else "success")
    return replace(call, record=record, at_ms=EPOCH_MS + place * 1000 / per_s, environment=name, version="2")


def test_little_traffic_is_read_whole_and_each_call_once() -> None:
    """As ever."""
    followed = Followed(per_s=20.0, seconds=60.0)
    seen = Counter(call.record.request_id for call in followed.until(80.0))
    assert set(seen.values()) == {1}
    assert len(seen) == 1200
    assert all(look.part == 1.0 and not look.notes for look in followed.looks)


@pytest.mark.parametrize("per_s", [200.0, 1_000.0, 4_000.0])
def test_much_traffic_is_sampled_in_whole_slices(per_s: float) -> None:
    """No look reads more than its part, no call comes twice, and the share of failures is that of the traffic."""
    followed = Followed(per_s=per_s, seconds=60.0)
    calls = followed.until(60.0)
    seen = Counter(call.record.request_id for call in calls)
    assert set(seen.values()) == {1}
    sizes = [2 * len(look.calls) for look in followed.looks]
    first = next(place for place, size in enumerate(sizes) if size)
    assert sizes[first] <= FIRST_EVENTS
    assert max(sizes[first + 1 :]) <= EVENTS
    failed = sum(call.record.status == "error" for call in calls) / len(calls)
    assert failed == pytest.approx(0.2, abs=0.01)
    late = followed.looks[-1]
    assert late.calls[-1].at_ms >= EPOCH_MS + 58_000 - COMPLETE_MS - 1_000
    places = [int((call.record.request_id or "")[1:]) for call in late.calls]
    assert places == list(range(places[0], places[0] + len(places)))
    if per_s > 1_000:
        assert late.part < 1.0
        assert any("sample" in note for look in followed.looks for note in look.notes)


def test_what_was_a_rush_is_read_as_ever_when_it_is_over() -> None:
    """The latest calls come without the wait for a slice to be complete."""
    followed = Followed(per_s=1_000.0, seconds=20.0)
    last = followed.world.logs.written[-1]
    followed.world.logs.written += [
        replace(last, record=replace(last.record, request_id=f"q{place}"), at_ms=EPOCH_MS + 20_000 + 500 * place)
        for place in range(200)
    ]
    followed.until(110.0)
    newest = max(call.at_ms for call in followed.looks[-1].calls)
    assert newest >= EPOCH_MS + 108_000 - 4_000


def test_a_shift_that_is_over_is_read_whole_at_once() -> None:
    """However much it was."""
    followed = Followed(per_s=1_000.0, seconds=30.0, whole=True)
    followed.world.clock.at_ms = 60_000.0
    assert len(followed.source.look(Deadline(80_000.0)).calls) == 30_000


def test_a_look_that_fails_loses_nothing() -> None:
    """The next one reads on from where the last one stood."""
    followed = Followed(per_s=20.0, seconds=30.0)
    followed.until(10.0)
    followed.world.logs.fails = LogLookupError("refused", throttled=True)
    with pytest.raises(LogLookupError):
        followed.source.look(Deadline(30_000.0))
    followed.world.logs.fails = None
    assert len(followed.until(40.0)) == 600
