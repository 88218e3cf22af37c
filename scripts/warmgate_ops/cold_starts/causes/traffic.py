"""What follows from the calls alone: every environment busy, none called for long, one that ended in use."""

from __future__ import annotations

from warmgate_ops.cold_starts.calls import Beginning
from warmgate_ops.cold_starts.causes.cause import Cause, Certainty, Evidence
from warmgate_ops.cold_starts.causes.history import FEWEST_GAPS
from warmgate_ops.cold_starts.causes.scene import Scene
from warmgate_ops.cold_starts.causes.wording import MINUTE, span

CLEARLY = 1.5
"""A gap so many times as long as any that was survived is one that the idle limit explains for certain."""
UNSTATED_MS = 5 * MINUTE
"""Where too few gaps are known, shorter ones are put down to nothing: AWS states no idle limit."""


def scale_out(scene: Scene) -> Evidence | None:
    """Return that every live environment was busy when the call arrived."""
    standing = scene.standing
    if not standing.serving or standing.free or scene.call.beginning is Beginning.SUPPRESSED:
        return None
    limit = scene.limit_ms
    if scene.in_use() or (limit is None and standing.gone):
        return None
    clear = all(limit is not None and gone.gap_ms > CLEARLY * limit for gone in standing.gone)
    sure = clear and not standing.just_free and scene.history.named
    words = f"every live environment was busy: {standing.serving} before it"
    return Evidence(cause=Cause.SCALE_OUT, certainty=Certainty.CERTAIN if sure else Certainty.PROBABLE, words=words)


def idle(scene: Scene) -> Evidence | None:
    """Return that no call came for longer than an environment of this version was ever seen to survive."""
    standing = scene.standing
    if standing.serving or standing.free or scene.call.beginning is Beginning.SUPPRESSED:
        return None
    if scene.served_ms is None and scene.other_version:
        return None  # another version served: this one was not idle, it was new
    since_ms = scene.since_ms if scene.served_ms is None else scene.served_ms
    gap_ms, limit = scene.at_ms - since_ms, scene.limit_ms
    if scene.in_use() or gap_ms <= (UNSTATED_MS if limit is None else limit):
        return None
    known = _FEW if limit is None else f"{len(scene.history.gaps):,} gaps of up to {span(limit)} were survived"
    at_least = "at least " if scene.served_ms is None else ""
    words = f"no call for {at_least}{span(gap_ms)}; {known}"
    sure = limit is not None and gap_ms > CLEARLY * limit and scene.history.named
    return Evidence(
        cause=Cause.IDLE, certainty=Certainty.CERTAIN if sure else Certainty.PROBABLE, words=words, gap_ms=gap_ms
    )


_FEW = f"fewer than {FEWEST_GAPS} survived gaps are known, and AWS states no limit"


def recycling(scene: Scene) -> Evidence | None:
    """Return that an environment ended although calls went on and gaps as long as its last one were survived."""
    if scene.standing.free or scene.call.beginning is Beginning.SUPPRESSED or not scene.history.named:
        return None
    for gone in scene.in_use():
        age_ms = gone.environment.ended_ms - gone.environment.begun_ms
        age = span(age_ms)
        words = f"an environment ended {span(gone.gap_ms)} after its last call, at an age of {age}, while calls went on"
        return Evidence(
            cause=Cause.RECYCLING, certainty=Certainty.PROBABLE, words=words, gap_ms=gone.gap_ms, age_ms=age_ms
        )
    return None
