"""Environment variables that a user gives for a function: `KEY=VALUE`, one by one or in a file. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from warmgate.errors import SettingsError

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
RESERVED = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    }
)
"""What Lambda sets itself and refuses from a function (Lambda, environment variables)."""


def variables_given(pairs: Iterable[str], where: str = "--env") -> dict[str, str]:
    """Return what `KEY=VALUE` texts say; raises SettingsError for what is none, or a name that Lambda keeps."""
    found: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not _KEY.fullmatch(key):
            raise SettingsError(
                f"{where}: found {key!r}, expected KEY=VALUE, KEY of letters, digits and underscores",
                hint="for example TABLE=orders",
            )
        if key in RESERVED:
            raise SettingsError(f"{where}: found {key}, which Lambda sets itself and refuses", hint="leave it out")
        found[key] = value
    return found


def variables_in(text: str, source: str) -> dict[str, str]:
    """Return what a file says: a `KEY=VALUE` a line, with `export` or quotes around the value if they are there."""
    found: dict[str, str] = {}
    for number, written in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = written.strip().removeprefix("export ").lstrip()
        if not line or line.startswith("#"):
            continue
        for key, value in variables_given([line], f"{source}:{number}").items():
            found[key] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    is_quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if is_quoted else value
