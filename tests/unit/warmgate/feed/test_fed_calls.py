"""Calls of deliveries: each once, whatever comes twice, late or out of order; and nothing of an application is kept."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fakes.feed import events_of_call
from warmgate.feed.fed_calls import LATE_MS, FedCalls, call_key
from warmgate.logs.calls import LogEvent, LoggedCall, logged
from warmgate.logs.invocations import parse_invocations
from warmgate.logs.records import InvocationRecord
from warmgate.logs.reduced import reduced
from warmgate.model.calls import Start
from warmgate.model.feed import FeedEvent
from warmgate.model.log_stream import FunctionLog

LOG = FunctionLog("/aws/lambda/f", "f")
LOGS = Path(__file__).parents[3] / "data" / "logs"


def call(number: int, at_ms: float, *, failed: bool = False, stream: int = 0) -> LoggedCall:
    """Return a call of an environment."""
    record = InvocationRecord(
        request_id=f"00000000-0000-4000-8000-{number:012d}",
        duration_ms=5.0,
        start=Start.WARM,
        status="error" if failed else "success",
        error_type="KeyError" if failed else None,
    )
    return LoggedCall(record=record, at_ms=at_ms, environment=f"2026/01/01/[2]{stream:032x}", version="2")


CALLS = st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=25).map(
    lambda made: [
        call(number, 1_000_000.0 + 700 * number, failed=failed, stream=stream)
        for number, (stream, failed) in enumerate(made)
    ]
)


@given(calls=CALLS, seed=st.integers(0, 2**32), copies=st.integers(1, 3), late_ms=st.integers(0, 60_000))
def test_each_call_is_given_once_with_its_end(calls: list[LoggedCall], seed: int, copies: int, late_ms: int) -> None:
    """Deliveries of one call or parts of it, doubled and in any order, give what the log gives."""
    chance = random.Random(seed)
    deliveries = [
        (made.at_ms + chance.uniform(0, late_ms), events_of_call(made)) for made in calls for _ in range(copies)
    ]
    fed, given_calls = FedCalls(LOG), list[LoggedCall]()
    pending = sorted(deliveries, key=lambda delivery: delivery[0])
    for now_ms in range(1_000_000, 1_000_000 + 700 * 25 + late_ms + 10_000, 2_000):
        while pending and pending[0][0] <= now_ms:
            fed.take(pending.pop(0)[1])
        given_calls += fed.ready(float(now_ms)).calls

    wanted = logged((as_log(event) for made in calls for event in events_of_call(made)), LOG).calls
    assert Counter(map(call_key, given_calls)) == Counter(map(call_key, wanted))
    ends = {call_key(made): made.record.status for made in wanted}
    assert {call_key(made): made.record.status for made in given_calls} == ends


def as_log(event: FeedEvent) -> LogEvent:
    """Return an event as a log holds it."""
    return LogEvent(stream=event.stream, at_ms=event.at_ms, message=event.message)


def test_an_exception_that_comes_behind_its_report_counts() -> None:
    """Parts of a call may come in two deliveries, the later one first."""
    start, error, report = events_of_call(call(1, 1_000_000.0, failed=True))
    fed = FedCalls(LOG)
    fed.take([start, report])
    assert fed.ready(1_000_500.0).calls == ()
    fed.take([error])
    (found,) = fed.ready(1_002_500.0).calls

    assert (found.record.status, found.record.error_type) == ("error", "KeyError")


def test_what_was_read_from_the_log_is_not_given_again() -> None:
    """The overlap of both ways gives each call once."""
    fed, made = FedCalls(LOG), call(1, 1_000_000.0)
    fed.mark([made])
    fed.take(events_of_call(made))

    assert fed.ready(1_000_000.0).calls == fed.ready(1_060_000.0).calls == ()


def test_what_comes_minutes_too_late_is_counted_and_left_out() -> None:
    """Memory has an end: a call that was given so long ago is not known any more."""
    fed = FedCalls(LOG)
    fed.take(events_of_call(call(2, 1_000_000.0 + LATE_MS + 1_000)))
    fed.take(events_of_call(call(1, 1_000_000.0)))

    assert fed.too_late == 2
    fed.ready(2_000_000.0)
    assert [made.record.request_id[-1] for made in fed.ready(2_003_000.0).calls if made.record.request_id] == ["2"]


def test_other_functions_of_the_group_are_left_out() -> None:
    """A custom log group is shared; a stream without a function's name is nobody's there."""
    fed = FedCalls(FunctionLog("/shop", "f"))
    fed.take(events_of_call(call(1, 1_000_000.0)))

    assert fed.newest_ms == 0.0


SECRET = "4111 1111 1111 1111"
SECRETS = [
    f"[ERROR] ValueError: card {SECRET}\nTraceback (most recent call last):\n  File app.py, line 1",
    f'2026-01-01T00:00:00.000Z\tr-1\tERROR\tInvoke Error \t{{"errorType":"Error","errorMessage":"{SECRET}"}}',
    (
        f'{{"timestamp":"t","level":"ERROR","errorMessage":"{SECRET}","errorType":"E","requestId":"r",'
        f'"stackTrace":["{SECRET}"]}}'
    ),
    f"[ERROR] 2026-01-01T00:00:00.000Z r-1 card {SECRET}",
    f"an application says REPORT RequestId: of {SECRET}",
    f'{{"message": "REPORT RequestId: r-1\\tDuration: 1.00 ms {SECRET}"}}',
]


@pytest.mark.parametrize("message", SECRETS)
def test_nothing_that_an_application_wrote_is_kept(message: str) -> None:
    """Exceptions keep their types; what an application prints is no platform line, whatever it quotes."""
    assert SECRET not in reduced(message)


@pytest.mark.parametrize("message", SECRETS[:3])
def test_an_exception_is_read_as_before(message: str) -> None:
    """What is left of a runtime's record says the same of the call."""
    start, report = (f"{word} RequestId: r{'-1' if 'Node' in message or 'Invoke' in message else ''}" for word in WORDS)
    lines = f"{start} Version: 1\n{{}}\n{report}\tDuration: 5.00 ms\tBilled Duration: 5 ms\tMemory Size: 128 MB"
    before, after = (parse_invocations(lines.replace("{}", text)) for text in (message, reduced(message)))

    assert after == before


WORDS = ("START", "REPORT")


@pytest.mark.parametrize("name", ["text_cold_then_warm.log", "json_format.log", "new_style_failures.log"])
def test_the_platforms_lines_are_read_as_before(name: str) -> None:
    """Every invocation of a log is told in what is left of it, line by line as Lambda writes events."""
    # A report with a trace is one event of two lines.
    events = re.split(r"\n(?!XRAY TraceId)", (LOGS / name).read_text())
    left = [text for event in events if (text := reduced(event))]

    assert parse_invocations("\n".join(left)) == parse_invocations("\n".join(events))
