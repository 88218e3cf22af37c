"""Reads the payload of an answer: parsed where an expectation or an error needs it; nothing but words is kept of it."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from warmgate.model.calls import Reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from warmgate.policy.values import Expect

EXCERPT = 400
"""Bytes of a wrong answer that are kept where the policy says `store_payloads`."""
LONGEST_ERROR_TYPE = 200
LONGEST_MESSAGE = 4_000
"""Characters of an errorMessage in which a time-out is looked for."""
LONGEST_SAID = 120
SAY_NO_VALUES = frozenset(
    {"AttributeError", "ImportError", "IndexError", "KeyError", "ModuleNotFoundError", "NameError", "NoMethodError"}
    | {"ReferenceError", "Runtime.HandlerNotFound", "Runtime.ImportModuleError", "TypeError", "UnboundLocalError"}
)
"""Errors that a language raises itself: their messages name keys, attributes and modules. Others may hold secrets."""


def read_payload(expect: Expect, payload: bytes, error: str | None, *, keeps_answers: bool = False) -> Reading:
    """Return what an answer says, beside its FunctionError; never raises."""
    excerpt = payload[:EXCERPT].decode("utf-8", "replace") if keeps_answers else ""
    if error is not None:
        error_type, message, timed_out = _error_in(_parsed(payload))
        return Reading(error_type=error_type, message=message, timed_out=timed_out, excerpt=excerpt)
    if expect.jmespath is None:
        return Reading(excerpt=excerpt)
    why = _why_not(expect.jmespath, payload)
    return Reading(accepted=not why, why=why, message=_status_in(payload) if why else "", excerpt=excerpt)


def _parsed(payload: bytes) -> Any:
    """Return the JSON value of a payload; what is none, or too deep to be read, is plain text."""
    try:
        return json.loads(payload) if payload else None
    except (ValueError, RecursionError):
        return payload.decode("utf-8", "replace")


def _status_in(payload: bytes) -> str:
    """Return the HTTP status of an answer in words, empty where it has none."""
    said = _parsed(payload)
    status = said.get("statusCode") if isinstance(said, dict) else None
    return f"statusCode {status}" if isinstance(status, int) and 0 <= status < 1000 else ""


def _error_in(said: Any) -> tuple[str, str, bool]:
    fields = said if isinstance(said, dict) else {"errorMessage": said}
    # Time-outs carry no errorType in the older form, only this sentence (Lambda, Invoke).
    message = _text(fields.get("errorMessage"))[:LONGEST_MESSAGE]
    error_type = _text(fields.get("errorType"))[:LONGEST_ERROR_TYPE]
    said_in_words = " ".join(message.split())[:LONGEST_SAID] if error_type in SAY_NO_VALUES else ""
    return error_type, said_in_words, "Task timed out after" in message


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _why_not(expression: str, payload: bytes) -> str:
    try:
        accepted = _compiled(expression)(_parsed(payload))
    except Exception as error:  # noqa: BLE001 - an expression that breaks on this answer does not accept it
        if type(error).__name__ == "CostlyExpressionError":
            return f"expression too costly for this answer ({error}): {expression}"
        accepted = False
    return "" if accepted else f"jmespath is not true: {expression}"


@lru_cache(maxsize=128)
def _compiled(expression: str) -> Callable[[Any], bool]:
    from warmgate.policy.expressions import compiled

    return compiled(expression)
