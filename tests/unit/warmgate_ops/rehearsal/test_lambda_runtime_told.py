"""ARN, client context and trace come out of what the emulator passes on as they went in."""

from __future__ import annotations

import base64

import pytest

from warmgate_ops.rehearsal.cloud.lambda_runtime.relay import told_apart
from warmgate_ops.rehearsal.cloud.lambda_runtime.told import heard, told

ARN = "arn:aws:lambda:us-east-1:123456789012:function:checkout:live"


@pytest.mark.parametrize("context", [None, '{"custom": {"who": "Zoë"}}'])
def test_all_come_out_as_they_went_in(context: str | None) -> None:
    """The emulator decodes base64 and passes the text on."""
    sent = base64.b64encode(context.encode()).decode() if context else None

    carried = base64.b64decode(told(ARN, sent, "Root=1-5-a")).decode("ascii")

    assert heard(carried) == (ARN, context, "Root=1-5-a")


def test_what_is_no_call_has_neither() -> None:
    """An environment of provisioned concurrency is initialised without a context."""
    assert heard("") == ("", None, "")


def test_a_custom_runtime_sees_the_headers_that_lambda_sends() -> None:
    """The deadline is the call's own, and there is no context where the caller sent none."""
    carried = base64.b64decode(told(ARN, None, "Root=1-5-a")).decode()
    emulator = {"Lambda-Runtime-Deadline-Ms": "9", "Lambda-Runtime-Client-Context": carried, "Content-Type": "x"}

    assert told_apart(emulator, 1700) == {
        "Lambda-Runtime-Deadline-Ms": "1700",
        "Lambda-Runtime-Invoked-Function-Arn": ARN,
        "Lambda-Runtime-Trace-Id": "Root=1-5-a",
        "Content-Type": "x",
    }
