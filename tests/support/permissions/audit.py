"""Compares what was called with what is granted: what would have been denied, and what nobody used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from support.permissions.grants import Grant
from warmgate_ops.rehearsal.cloud.api_calls import ApiCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The difference between calls and grants; both are empty where the privileges are least."""

    denied: tuple[ApiCall, ...]
    unused: tuple[Grant, ...]


def audit(grants: Iterable[Grant], calls: Iterable[ApiCall]) -> Audit:
    """Return which calls would be denied, each once, and which grants allow no call."""
    granted, called = list(grants), list(dict.fromkeys(calls))
    return Audit(
        denied=tuple(call for call in called if not allows(granted, call)),
        unused=tuple(grant for grant in granted if not grant.denies and not any(grant.covers(call) for call in called)),
    )


def allows(grants: Iterable[Grant], call: ApiCall) -> bool:
    """Return whether a call is allowed: by one grant at least, and denied by none, as IAM evaluates policies."""
    spoken = [grant.denies for grant in grants if grant.covers(call)]
    return bool(spoken) and not any(spoken)
