"""Compares what was called with what is granted: what would have been denied, and what nobody used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rehearsal.permissions.calls import ApiCall
from rehearsal.permissions.grants import Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The difference between calls and grants; both are empty where the privileges are least."""

    denied: tuple[ApiCall, ...]
    unused: tuple[Grant, ...]


def audit(grants: Iterable[Grant], calls: Iterable[ApiCall]) -> Audit:
    """Return which calls no grant covers, each once, and which grants cover no call."""
    granted, called = list(grants), list(dict.fromkeys(calls))
    return Audit(
        denied=tuple(call for call in called if not any(grant.covers(call) for grant in granted)),
        unused=tuple(grant for grant in granted if not any(grant.covers(call) for call in called)),
    )
