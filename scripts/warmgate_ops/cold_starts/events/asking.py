"""Asks one source: what it answers, or in one line why it was not asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from warmgate.adapters.faults import DENIED, SDK_ERRORS, UNREACHED, code_of, setup_fault_in
from warmgate.errors import WarmgateError
from warmgate.visible import one_line

T = TypeVar("T")
Clients = Callable[[str], Any]
"""Gives the client of a service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAsked:
    """A source that gave no answer: the causes that rest on it are left out."""

    source: str
    """An action of IAM where one was refused, else the service."""
    reason: str

    def __str__(self) -> str:
        """Return the line that is shown."""
        return f"not asked: {self.source} {self.reason}"


def asked(service: str, read: Callable[[], T]) -> T | NotAsked:
    """Return what `read` returns.

    Args:
        service: the prefix of its IAM actions.
        read: makes the calls.

    What keeps AWS from being asked at all, such as missing credentials, is raised as the SDK raised it.
    """
    try:
        return read()
    except SDK_ERRORS as error:
        return _refused(service, error)
    except WarmgateError as error:
        if error.__cause__ is not None and isinstance(error.__cause__, SDK_ERRORS):
            return _refused(service, error.__cause__)
        return NotAsked(source=service, reason=one_line(str(error))[:300])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        # The SDK takes a page that a proxy answers with 200 for an answer without members.
        return NotAsked(source=service, reason=f"gave an answer that is not AWS's: {one_line(str(error))[:300]}")


def _refused(service: str, error: BaseException) -> NotAsked:
    fault = setup_fault_in(error)
    if fault is not None and not isinstance(fault, UNREACHED):
        raise error
    code = code_of(error)
    source = f"{service}:{error.operation_name}" if isinstance(error, ClientError) else service
    if code in DENIED or "Unauthorized" in code:
        return NotAsked(source=source, reason="denied")
    return NotAsked(source=source, reason=f"failed with {code}: {one_line(str(error))[:300]}")
