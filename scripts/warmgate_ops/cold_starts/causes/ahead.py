"""Environments that Lambda made before anybody called (proactive initialisation)."""

from __future__ import annotations

from warmgate_ops.cold_starts.calls import Beginning
from warmgate_ops.cold_starts.causes.cause import Cause, Certainty, Evidence
from warmgate_ops.cold_starts.causes.scene import Scene


def look(scene: Scene) -> Evidence | None:
    """Return the evidence; the reader of the log saw that the call began long after the init had ended."""
    if scene.call.beginning is not Beginning.AHEAD:
        return None
    words = "initialised before the call came: nobody waited"
    return Evidence(cause=Cause.AHEAD, certainty=Certainty.CERTAIN, words=words)
