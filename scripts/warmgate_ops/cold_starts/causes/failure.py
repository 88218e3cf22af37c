"""Environments that are initialised again after a time-out, a crash, too much memory or an init that failed.

Lambda resets an environment after such a call and may use it again (Lambda execution environment, failures).
"""

from __future__ import annotations

from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.causes.cause import Cause, Certainty, Evidence
from warmgate_ops.cold_starts.causes.history import ends_environment
from warmgate_ops.cold_starts.causes.scene import Scene
from warmgate_ops.cold_starts.causes.wording import second, span

LONGEST_MS = 600_000.0
"""An environment that failed longer ago than this would have been reset or gone idle."""


def again(scene: Scene) -> Evidence | None:
    """Return the failure inside of the very environment, or that of its own first init."""
    earlier = _before(scene)
    if earlier is not None and ends_environment(earlier):
        words = f"{kind_of(earlier)} in the call before in the same environment, {second(earlier.ended_ms)}"
        return Evidence(cause=Cause.FAILURE, certainty=Certainty.CERTAIN, words=words, failed=kind_of(earlier))
    if scene.call.beginning is not Beginning.SUPPRESSED:
        return None
    words = "init ran again inside the call: the one before it failed or took longer than Lambda allows"
    # What ended the call before may stand ahead of the first line that was read.
    sure = Certainty.CERTAIN if earlier is None else Certainty.PROBABLE
    return Evidence(cause=Cause.FAILURE, certainty=sure, words=words, failed="an init that failed")


def replaced(scene: Scene) -> Evidence | None:
    """Return the failure of another environment that would have been free and is gone."""
    if scene.call.beginning is Beginning.SUPPRESSED or scene.standing.free:
        return None
    for gone in scene.standing.gone:
        if gone.environment.failed and gone.gap_ms <= LONGEST_MS:
            last = gone.environment.calls[-1]
            words = f"{kind_of(last)} ended an environment {span(gone.gap_ms)} before, and it served nobody since"
            failed = kind_of(last)
            return Evidence(cause=Cause.FAILURE, certainty=Certainty.PROBABLE, words=words, failed=failed)
    return None


def kind_of(call: Call) -> str:
    """Return how a call failed, in a word."""
    if call.error_type:
        return call.error_type
    return "a time-out" if call.status == "timeout" else "a crash"


def _before(scene: Scene) -> Call | None:
    calls = scene.environment.calls
    place = calls.index(scene.call)
    return calls[place - 1] if place else None
