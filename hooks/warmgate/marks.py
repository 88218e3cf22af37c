"""The marks in a deployment's description that Warmgate writes and reads."""

from __future__ import annotations

import re

ROLLBACK_MARK = re.compile(r"\[warmgate rollback of (?P<deployment_id>d-[A-Za-z0-9]+)\]")
"""Stands in the description of a deployment that Warmgate makes."""


def rollback_mark_of(deployment_id: str) -> str:
    """Return the mark of a deployment back from `deployment_id`."""
    return f"[warmgate rollback of {deployment_id}]"
