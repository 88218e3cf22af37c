"""A report that the log tail does not hold is read from the log group, for its own call alone."""

from __future__ import annotations

from typing import Any

from support.fakes.clone_lab import report_line
from support.fakes.world import VirtualClock
from warmgate.model.calls import Answer, Invocation
from warmgate.model.deadline import Deadline
from warmgate_ops.cold_starts.clones.full_logs import FullLogs, RememberingClient

CALL = Invocation(function="warmgate-sweep-x", version="$LATEST", payload=b"{}", client_context="", timeout_s=3)
REPORT = report_line("1", 12.0, 128, 300.0)
ID = "8f507cfc-2f86-4b1c-9f0a-000000000001"


class Inner:
    """An invoker whose tail is what a test says."""

    def __init__(self, tail: str) -> None:
        self.tail = tail

    def invoke(self, invocation: Invocation, deadline: Deadline) -> Answer:
        """Answer."""
        return Answer(
            payload=b"{}", log_tail=self.tail, executed_version="1", function_error=None, status_code=200, caller_ms=1.0
        )


class LogGroup:
    """A log whose events can be read after some questions."""

    def __init__(self, *messages: str, after: int = 0) -> None:
        self.messages, self.after = messages, after
        self.asked: list[dict[str, Any]] = []

    def filter_log_events(self, **asked: Any) -> dict[str, Any]:
        """Return the events, none at first."""
        self.asked.append(asked)
        late = len(self.asked) <= self.after
        return {"events": [] if late else [{"message": message} for message in self.messages]}


def completed(tail: str, logs: LogGroup, request_id: str = ID) -> str:
    """Return the tail of an answer that went through."""
    clock = VirtualClock()
    invoker = FullLogs(Inner(tail), lambda: request_id, lambda _: logs, clock)
    return invoker.invoke(CALL, Deadline(60_000)).log_tail


def test_a_tail_with_its_report_asks_nobody() -> None:
    """The usual call costs no look at the log."""
    logs = LogGroup(REPORT)

    assert completed(f"printed\n{REPORT}", logs) == f"printed\n{REPORT}"
    assert logs.asked == []


def test_a_cut_tail_is_completed_from_the_group() -> None:
    """By the request id, in the clone's group, as soon as the event can be read."""
    logs = LogGroup("START", REPORT, after=2)

    assert "Init Duration: 300.00 ms" in completed("x" * 4096, logs)
    assert logs.asked[0] == {"logGroupName": "/aws/lambda/warmgate-sweep-x", "filterPattern": f'"{ID}"'}
    assert len(logs.asked) == 3


def test_a_report_that_does_not_come_leaves_the_tail() -> None:
    """After fifteen seconds the call counts without figures."""
    logs = LogGroup("START")

    assert completed("cut", logs) == "cut"
    assert 10 <= len(logs.asked) <= 16


def test_without_an_id_nothing_is_looked_for() -> None:
    """Another call's report would be worse than none."""
    logs = LogGroup(REPORT)

    assert completed("cut", logs, request_id="") == "cut"
    assert logs.asked == []


def test_the_client_remembers_the_id_of_its_last_call() -> None:
    """Whatever else it is asked passes through."""

    class Client:
        region = "eu-central-1"

        def invoke(self, **_: Any) -> dict[str, Any]:
            return {"ResponseMetadata": {"RequestId": ID}}

    client = RememberingClient(Client())
    assert client.request_id == ""
    client.invoke(FunctionName="f")

    assert client.request_id == ID
    assert client.region == "eu-central-1"
