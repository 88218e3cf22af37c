"""What people and Warmgate write into a deployment's description for Warmgate to read."""

from __future__ import annotations

import re

ROLLBACK_MARK = re.compile(r"\[warmgate rollback of (?P<deployment_id>d-[A-Za-z0-9]{1,64})\]")
"""Stands in the description of a deployment that Warmgate makes. Anybody can write it: alone it proves nothing."""
# No bracket may stand inside a mark, so that a search reads each character once, whatever the description holds.
_SKIP = re.compile(r"\[warmgate skip(?::(?P<reason>[^\[\]]*))?\]", re.IGNORECASE)


def rollback_mark_of(deployment_id: str) -> str:
    """Return the mark of a deployment back from `deployment_id`."""
    return f"[warmgate rollback of {deployment_id}]"


def skip_reason(description: str) -> str | None:
    """Return the reason of a `[warmgate skip: reason]`, empty where it gives none, None where there is no skip."""
    found = _SKIP.search(description)
    return None if found is None else " ".join((found["reason"] or "").split())
