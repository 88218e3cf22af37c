"""Laws of reading calls from logs: the quick way gives what the assembly gives, whatever a log holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from warmgate.logs.invocations import Assembly, events_of
from warmgate.logs.records import InvocationRecord
from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.finding.gathered import Tally
from warmgate_ops.cold_starts.finding.trend import FEWEST, History, inside
from warmgate_ops.cold_starts.reading.assembling import Reading, joined
from warmgate_ops.cold_starts.reading.calls_of import call_of
from warmgate_ops.cold_starts.reading.carried import read_carried
from warmgate_ops.cold_starts.reading.said import Said

STREAMS = ("2026/11/24/[7]aaaaaaaa", "2026/11/24/[8]bbbbbbbb", "2026/11/24/basket[3]cccccccc")
FIELDS = "Billed Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t"
INIT_START = "INIT_START Runtime Version: python:3.12.v5\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:0c"

durations = st.integers(1, 900_000).map(lambda hundredths: f"{hundredths / 100:.2f}")
inits = st.sampled_from(("", "Init Duration: 300.00 ms\t", "Restore Duration: 120.00 ms\t", "Status: timeout\t"))
rare = st.sampled_from(
    (
        INIT_START,
        "INIT_REPORT Init Duration: 300.00 ms\tPhase: init\tStatus: success",
        "INIT_REPORT Init Duration: 9999.00 ms\tPhase: init\tStatus: timeout",
        "EXTENSION\tName: agent\tState: Ready\tEvents: [INVOKE]",
        "RESTORE_REPORT Restore Duration: 120.00 ms",
        "[ERROR] KeyError: 'price'",
    )
)
failures = st.sampled_from(
    (
        "2026-11-24T09:00:00.000Z {} Task timed out after 3.00 seconds",
        "RequestId: {} Error: Runtime exited with error: exit status 1",
    )
)


@st.composite
def groups(draw: st.DrawFn, number: int) -> list[str]:
    """Draw lines of one call, in order and whole as most of a log is, or not; a failure may be of another call."""
    own = f"5e5b0f0a-1111-4111-8111-{number:012d}"
    start, end = f"START RequestId: {own} Version: 7", f"END RequestId: {own}"
    report = f"REPORT RequestId: {own}\tDuration: {draw(durations)} ms\t{FIELDS}{draw(inits)}"
    if draw(st.booleans()):
        return [start, end, report]
    of = f"5e5b0f0a-1111-4111-8111-{draw(st.integers(0, number)):012d}"
    told = [line for line in (start, end) if draw(st.booleans())]
    before, after = (draw(st.lists(st.one_of(rare, failures), max_size=2)) for _ in range(2))
    place = draw(st.integers(0, len(told)))
    return [line.format(of) for line in (*told[:place], *before, *told[place:], report, *after)]


@st.composite
def logs(draw: st.DrawFn, streams: tuple[str, ...] = STREAMS) -> str:
    """Draw a log of several environments, each in order and mixed with the others; each call has an id of its own."""
    of_streams: list[list[str]] = [[] for _ in streams]
    for at in range(draw(st.integers(0, 20))):
        of_streams[draw(st.integers(0, len(streams) - 1))] += draw(groups(at))
    lines: list[str] = []
    turns = [number for number, found in enumerate(of_streams) for _ in found]
    left = [iter(found) for found in of_streams]
    for at, number in enumerate(draw(st.permutations(turns))):
        lines.append(f"2026-11-24T09:{at // 60:02d}:{at % 60:02d}.123+00:00 {streams[number]} {next(left[number])}\n")
    return "".join(lines)


def _assembled(messages: list[Said]) -> list[Call]:
    assembly = Assembly()
    records: list[InvocationRecord] = []
    for message, event in events_of(said.message() for said in messages):
        records += assembly.take(message, event)
    return [call_of(record) for record in (*records, *assembly.rest()) if record.duration_ms is not None]


def _alike(calls: list[Call]) -> Counter[Call]:
    """Return calls to compare: a version that a beginning tells is the quick reading's alone."""
    return Counter(replace(call, version="") if not call.environment else call for call in calls)


@given(log=logs())
def test_the_quick_reading_is_the_assemblys(log: str) -> None:
    """With streams: the same calls, each with the same values.

    Each has a request id of its own: of a call that is tried again both count, and which of them a failure told in the
    older form belongs to is not said.
    """
    messages = list(joined(read_carried(iter(log.splitlines(keepends=True)))))
    assert _alike(list(Reading().calls(iter(messages)))) == _alike(_assembled(messages))


@given(log=logs(streams=("", "")))
def test_the_quick_reading_is_the_assemblys_without_streams(log: str) -> None:
    """Environments that are mixed and not named: the same calls."""
    messages = list(joined(read_carried(iter(log.splitlines(keepends=True)))))
    assert _alike(list(Reading().calls(iter(messages)))) == _alike(_assembled(messages))


@given(text=st.text(max_size=300))
def test_no_text_breaks_the_reading(text: str) -> None:
    """Whatever a file holds is read without an error."""
    for call in Reading().calls(read_carried(iter(text.splitlines(keepends=True)))):
        assert call.duration_ms >= 0


@given(log=logs())
def test_every_call_is_counted_in_one_place(log: str) -> None:
    """Calls of all versions are the calls that were read."""
    calls = list(Reading().calls(read_carried(iter(log.splitlines(keepends=True)))))
    tally = Tally()
    for call in calls:
        tally.add(call)
    assert sum(each.calls for each in tally.versions.values()) == len(calls)
    beginnings = Counter(call.beginning for call in calls)
    assert (
        sum(len(each.cold) for each in tally.versions.values())
        == beginnings[Beginning.COLD] + beginnings[Beginning.RESTORED]
    )


@given(
    waited=st.lists(st.floats(1.0, 10_000.0, allow_nan=False), min_size=2 * FEWEST, max_size=60),
    factor=st.floats(0.1, 10.0),
)
def test_a_change_does_not_depend_on_the_unit(waited: list[float], factor: float) -> None:
    """Milliseconds or seconds: the change is in the same place, and none is a change of less than 1.2x."""
    at_ms = [1_000.0 * place for place in range(1, len(waited) + 1)]
    found = list(inside(History(version="7", at_ms=at_ms, waited_ms=waited)))
    scaled = list(inside(History(version="7", at_ms=at_ms, waited_ms=[value * factor for value in waited])))

    assert [change.at_ms for change in found] == [change.at_ms for change in scaled]
    assert all(max(change.ratio, 1 / change.ratio) >= 1.2 for change in found)
    assert all(change.before >= FEWEST <= change.after for change in found)
