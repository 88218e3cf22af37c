"""What runtimes write of an exception that left the handler: the platform's own report may say success all the same.

Read in the runtimes' published code (aws-lambda-python-runtime-interface-client `bootstrap.log_error`, the Node.js
client's `LogPatch`, the Ruby client's `LambdaLogger`, the Java client's `UserFault`). What a runtime writes exactly as
an application's logger would is not read: it would fail calls that went well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

TEXT: Final = "Text"
JSON: Final = "JSON"
SHOWN: Final = {"python": (TEXT, JSON), "nodejs": (TEXT,), "ruby": (TEXT, JSON)}
"""The log formats in which a family of managed runtimes writes such a record that no logger writes."""

# A logger's line has a tab and a time behind the level.
_PYTHON = re.compile(r"\[ERROR\] (?P<type>[A-Za-z_][\w.]{0,99})(?::|\s*(?:\n|$))")
_NODE = re.compile(r"(?:\S+\t)?(?P<id>\S+)\tERROR\tInvoke Error \t\{\s*\"errorType\":\s*\"(?P<type>[^\"]{0,99})\"")
_RUBY = re.compile(r"Function<(?P<type>[^<>]{1,99})>")
# Python's logger writes `message`, `logger` and `location` too; `log_level` became `level` in version 4.0.4.
_PYTHON_KEYS = frozenset(
    {"timestamp", "log_level", "level", "errorMessage", "errorType", "requestId", "stackTrace", "tenantId"}
)
_RUBY_KEYS = frozenset({"errorMessage", "errorType", "stackTrace"})
ERROR_KEYS = frozenset({"errorType", "errorMessage", "stackTrace"})
"""What every error record of a runtime has."""


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception left the handler; of the call that runs in the stream where no request id is given."""

    error_type: str
    request_id: str | None = None


def hidden_failures(runtime: str, log_format: str) -> str:
    """Return why the log of a version does not show exceptions that left its handler; empty where it does."""
    if any(runtime.startswith(family) and log_format in formats for family, formats in SHOWN.items()):
        return ""
    family = runtime or "a runtime that is not known"
    shown = "the log shows crashes and time-outs alone"
    return f"{family} writes an exception in {log_format} format as any logger does: {shown}"


def raised_of_text(text: str) -> Raised | None:
    """Return the exception that a line of text states, None for any other line."""
    if found := _PYTHON.match(text):
        return Raised(found["type"])
    if "Invoke Error" in text and (found := _NODE.match(text)):
        return Raised(found["type"], found["id"])
    return None


def raised_of_record(record: dict[str, Any]) -> Raised | None:
    """Return the exception that a runtime's JSON record states, None where an application may have written it."""
    error_type, request_id, keys = record.get("errorType"), record.get("requestId"), record.keys()
    if not isinstance(error_type, str):
        return None
    if keys - {"tenantId"} == _RUBY_KEYS and (found := _RUBY.fullmatch(error_type)):
        return Raised(found["type"])
    is_pythons = keys <= _PYTHON_KEYS and "ERROR" in {record.get("level"), record.get("log_level")}
    # An init that failed names no request: the platform's report shows it.
    if is_pythons and error_type and isinstance(request_id, str) and request_id:
        return Raised(error_type[:100], request_id)
    return None
