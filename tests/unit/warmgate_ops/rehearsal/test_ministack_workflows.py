"""Tasks of a workflow end as Step Functions would say: with an answer, or with an error that Retry and Catch know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from warmgate_ops.rehearsal.cloud.ministack_site.stack_types.front import Invoked
from warmgate_ops.rehearsal.cloud.ministack_site.workflows import call_function


class TaskError(Exception):
    """What MiniStack raises where a task fails."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error, self.cause = error, cause


@dataclass
class Front:
    """A front that gives one answer."""

    answer: Invoked
    sent: list[tuple[str, bytes]] = field(default_factory=list)

    def invoke(self, function: str, payload: bytes) -> Invoked:
        """Keep what is sent."""
        self.sent.append((function, payload))
        return self.answer

    def relay_events(self, entries: list[dict[str, Any]]) -> None:
        """Nothing is relayed here."""


def test_an_answer_is_the_tasks_result() -> None:
    """The function gets the input as JSON, and nothing is added to what it says."""
    front = Front(Invoked(b'{"ended": false}'))

    assert call_function("arn:aws:lambda:bake", {"look": 1}, front, TaskError) == {"ended": False}
    assert front.sent == [("arn:aws:lambda:bake", b'{"look": 1}')]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Invoked(b'{"errorType": "KeyError", "errorMessage": "now"}', failed=True), "KeyError"),
        (Invoked(b"null", failed=True), "Lambda.Unknown"),
        (Invoked(b"Rate exceeded", refused="TooManyRequestsException"), "Lambda.TooManyRequestsException"),
        (Invoked(b"no such function", refused="ResourceNotFoundException"), "Lambda.ResourceNotFoundException"),
        (Invoked(b"no runtime", refused="ServiceException"), "Lambda.ServiceException"),
        (Invoked(b"nobody answers", refused="no answer"), "Lambda.SdkClientException"),
    ],
)
def test_a_failure_has_the_name_that_step_functions_gives_it(answer: Invoked, error: str) -> None:
    """Else a definition's Retry would be tried on errors that AWS never has."""
    with pytest.raises(TaskError) as raised:
        call_function("bake", {}, Front(answer), TaskError)

    assert raised.value.error == error
    assert raised.value.cause
