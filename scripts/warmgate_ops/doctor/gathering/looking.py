"""Turns what the SDK raises into facts: missing where the thing is not there, else denied with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from warmgate.adapters.faults import DENIED, SDK_ERRORS, UNREACHED, code_of, setup_fault_in
from warmgate.visible import one_line
from warmgate_ops.doctor.facts import Denied, Missing

T = TypeVar("T")
Clients = Callable[[str], Any]
"""Gives the client of a service."""
ABSENT = frozenset(
    {
        "ResourceNotFoundException",
        "ApplicationDoesNotExistException",
        "DeploymentGroupDoesNotExistException",
        "DeploymentDoesNotExistException",
        "RevisionDoesNotExistException",
        "NoSuchEntity",
        "NoSuchEntityException",
        "NoSuchBucket",
        "NotFound",
        "StateMachineDoesNotExist",
    }
)


def look(place: str, action: str, read: Callable[[], T]) -> T | Denied | Missing:
    """Return what `read` returns.

    Args:
        place: what is read, by name.
        action: the IAM action that reading it needs.
        read: makes the calls.

    What keeps AWS from being asked at all, such as missing credentials, is raised as the SDK raised it.
    """
    try:
        return read()
    except SDK_ERRORS as error:
        fault = setup_fault_in(error)
        if fault is not None and not isinstance(fault, UNREACHED):
            raise  # No other look-up would be answered either.
        code = code_of(error)
        if code in ABSENT:
            return Missing(place=place)
        allow = f"; allow {action} to the caller" if code in DENIED or "Unauthorized" in code else ""
        return Denied(place=place, reason=f"{action}: {code}: {_short(error)}{allow}")
    except (KeyError, TypeError, AttributeError) as error:
        # The SDK takes a page that a proxy answers with 200 for an answer without members.
        return Denied(place=place, reason=f"{action}: the answer is not AWS's: no {_short(error)}")


def pages(client: Any, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
    """Yield the entries of every page of a list."""
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page.get(key, [])


def _short(error: BaseException) -> str:
    return one_line(str(error))[:300]
