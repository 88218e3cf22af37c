"""Live calls are read once each, however the log gives them."""

from __future__ import annotations

from collections import Counter

import pytest

from warmgate.live.reading import Reading, read_new_calls
from warmgate.logs.calls import Logged, LoggedCall, Window
from warmgate.logs.records import InvocationRecord
from warmgate.model.calls import Start
from warmgate.model.deadline import Deadline
from warmgate.model.log_stream import FunctionLog


class CutLogs:
    """Groups of a hundred calls, one every ten seconds, of which a reading gives the earliest few."""

    def __init__(self, most: dict[str, int]) -> None:
        self._most = most
        self.written = {group: [_call(group, place) for place in range(100)] for group in most}

    def calls(self, log: FunctionLog, window: Window, deadline: Deadline) -> Logged:
        """Return the earliest calls of a window."""
        found = [call for call in self.written[log.group] if window.since_ms <= call.at_ms <= window.until_ms]
        found = found[: self._most[log.group]]
        return Logged(calls=tuple(found), read_to_ms=max((call.at_ms for call in found), default=0.0))


def _call(group: str, place: int) -> LoggedCall:
    record = InvocationRecord(request_id=f"{group}-{place}", duration_ms=1.0, start=Start.WARM, status="success")
    return LoggedCall(record=record, at_ms=10_000.0 * place, environment="e", version="1")


@pytest.mark.parametrize("most", [{"a": 100}, {"a": 4}, {"a": 4, "b": 100}, {"a": 100, "b": 4}, {"a": 7, "b": 4}])
def test_a_log_that_is_read_in_pieces_gives_each_call_once(most: dict[str, int]) -> None:
    """A reading that is cut goes on where it was cut, in each group by itself."""
    logs, reading, found = CutLogs(most), Reading(since_ms=0.0), list[LoggedCall]()
    own = [FunctionLog(group, "f") for group in most]
    for _ in range(100):
        reading, calls = read_new_calls(logs, own, reading, 1_000_000.0, Deadline(0.0))  # type: ignore[arg-type]
        found += calls

    written = [call for calls in logs.written.values() for call in calls]
    assert Counter(call.record.request_id for call in found) == Counter(call.record.request_id for call in written)


class GivenReadings:
    """A log whose readings are given, one after the other."""

    def __init__(self, *readings: Logged) -> None:
        self._readings = iter(readings)

    def calls(self, log: FunctionLog, window: Window, deadline: Deadline) -> Logged:
        """Return the next reading."""
        return next(self._readings)


def test_what_a_long_call_prints_is_no_report_in_the_next_reading_either() -> None:
    """Its beginning is behind the window by then: which call runs in an environment is kept."""
    own = [FunctionLog("g", "f")]

    def unbegun(request_id: str, at_ms: float) -> LoggedCall:
        record = InvocationRecord(request_id=request_id, duration_ms=1.0, start=Start.WARM, begun=False)
        return LoggedCall(record=record, at_ms=at_ms, environment="e", version="1")

    readings = (
        Logged(read_to_ms=1_000.0, running={"e": "long"}),
        Logged(calls=(unbegun("printed", 61_000.0),), read_to_ms=61_000.0),
        Logged(calls=(unbegun("long", 90_000.0),), read_to_ms=90_000.0),
        Logged(calls=(unbegun("after", 120_000.0),), read_to_ms=120_000.0),
    )
    logs, reading, found = GivenReadings(*readings), Reading(since_ms=0.0), list[str | None]()
    for _ in readings:
        reading, calls = read_new_calls(logs, own, reading, 200_000.0, Deadline(0.0))  # type: ignore[arg-type]
        found += [call.record.request_id for call in calls]

    assert found == ["long", "after"]


def test_a_reading_goes_on_behind_what_others_wrote_in_a_shared_group() -> None:
    """A busy neighbour is read once, whether the function itself was called or not."""
    own = [FunctionLog("g", "f")]
    logs = GivenReadings(Logged(read_to_ms=500_000.0))
    reading, _ = read_new_calls(logs, own, Reading(since_ms=0.0), 600_000.0, Deadline(0.0))  # type: ignore[arg-type]
    assert reading.groups[own[0]].newest_ms == 500_000.0
