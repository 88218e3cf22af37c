"""Answers are received within bounds of memory, whatever a function answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from support.fakes.lambda_stub import LambdaStub, Reply, failure, lambda_stub
from warmgate.adapters.answers import BEGINNING, LONGEST_ANSWER, received, tail_of
from warmgate.adapters.invoker import LambdaInvoker
from warmgate.adapters.waiting import SystemClock, ThreadOverlap
from warmgate.model.calls import Answer, Invocation, Reading
from warmgate.model.deadline import Deadline

ROOT = Path(__file__).parents[4]
LONG = Reply(body=json.dumps([{"id": n, "name": f"item {n}", "tags": ["a", "b"]} for n in range(100_000)]).encode())
RAISED = failure(json.dumps({"errorType": "K" * 5_000_000, "errorMessage": "m"}).encode())
HOOK_MB = 512
"""The memory of the hook in template.yaml."""


class Body:
    """A body that never ends, and counts what was read of it."""

    def __init__(self) -> None:
        self.count, self.closed = 0, False

    def read(self, size: int) -> bytes:
        """Return so many bytes."""
        self.count += size
        return b"x" * size

    def close(self) -> None:
        """Note it."""
        self.closed = True


def asked(stub: LambdaStub, *, whole: bool) -> tuple[Answer, list[int]]:
    """Return an answer and how many bytes its reader was given."""
    seen: list[int] = []

    def read(payload: bytes, _error: str | None) -> Reading:
        seen.append(len(payload))
        return Reading()

    invocation = Invocation(
        function="f", version="7", payload=b"{}", client_context="", timeout_s=3, read=read, read_whole=whole
    )
    clock = SystemClock()
    return LambdaInvoker(stub.client(), clock).invoke(invocation, Deadline(clock.now_ms() + 30_000)), seen


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reply", "expression", "outcome"),
    [
        (LONG, "", "ok"),
        (LONG, "length(@) == `100000`", "ok"),
        (Reply(body=b"[" * 5_000_000), "@", "unexpected_answer"),
        (RAISED, "", "error"),
    ],
    ids=["unread", "parsed", "deep", "error"],
)
def test_forty_long_answers_at_once_leave_half_of_the_hooks_memory(reply: Reply, expression: str, outcome: str) -> None:
    """Forty overlapping answers of 5 MB, read or not, take less than half of what the hook has."""
    with lambda_stub(lambda _number: reply) as stub:
        command = [sys.executable, "-m", "support.fakes.answer_memory", stub.url, expression]
        path = os.pathsep.join(str(ROOT / folder) for folder in ("hooks", "scripts", "tests"))
        reported = subprocess.run(
            command, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
        )

    peak, *rest = reported.stdout.split()
    assert rest == [outcome, "40"]
    assert int(peak) <= HOOK_MB // 2


@pytest.mark.parametrize(("whole", "given"), [(True, len(LONG.body)), (False, BEGINNING)])
def test_only_what_is_needed_of_an_answer_is_held(whole: bool, given: int) -> None:
    """A reader that needs no whole answer is given its beginning, and the answer keeps no more than that."""
    with lambda_stub(lambda _number: LONG) as stub:
        answer, seen = asked(stub, whole=whole)

    assert (seen, len(answer.payload)) == ([given], BEGINNING)


def test_long_answers_are_read_one_at_a_time() -> None:
    """While one is held no other is, and all of them are read by one thread."""
    together = threading.Barrier(8)
    met, readers = [], set()

    def read(_payload: bytes, _error: str | None) -> Reading:
        readers.add(threading.get_ident())
        with suppress(threading.BrokenBarrierError):
            met.append(together.wait(0.05))
        return Reading()

    clock = SystemClock()
    invocation = Invocation(
        function="f", version="7", payload=b"{}", client_context="", timeout_s=3, read=read, read_whole=True
    )
    with lambda_stub(lambda _number: LONG) as stub:
        invoker, deadline = LambdaInvoker(stub.client(), clock), Deadline(clock.now_ms() + 30_000)
        tasks = [partial(invoker.invoke, invocation, deadline)] * 8
        assert None not in ThreadOverlap().run(tasks, deadline)

    assert (met, len(readers)) == ([], 1)


def test_the_payload_of_an_error_is_read_whole() -> None:
    """The name of an error may stand at its end."""
    with lambda_stub(lambda _number: RAISED) as stub:
        _, seen = asked(stub, whole=False)

    assert seen == [len(RAISED.body)]


def test_an_answer_without_an_end_is_left() -> None:
    """No more is read than Lambda can have answered, and the connection is closed."""
    body = Body()

    assert len(received(body, LONGEST_ANSWER)) == LONGEST_ANSWER
    assert body.closed
    assert body.count <= LONGEST_ANSWER + 2 * BEGINNING


@pytest.mark.parametrize("header", ["", "a", "%%%", None])
def test_a_log_tail_that_is_none_is_empty(header: str | None) -> None:
    """What something on the way wrote into the header breaks nothing."""
    assert tail_of({"LogResult": header}) == ""
