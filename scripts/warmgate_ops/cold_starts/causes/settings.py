"""Settings that end environments or make new ones: code, configuration, reserved and provisioned concurrency."""

from __future__ import annotations

from warmgate_ops.cold_starts.calls import Beginning
from warmgate_ops.cold_starts.causes.cause import Cause, Certainty, Evidence
from warmgate_ops.cold_starts.causes.happened import Event, Happening
from warmgate_ops.cold_starts.causes.scene import SETTLING_MS, Scene
from warmgate_ops.cold_starts.causes.wording import MINUTE, minute

LATEST = "$LATEST"
TAKEN_AWAY_MS = 15 * MINUTE
"""So long after provisioned concurrency was taken away its calls still look for environments."""


def configuration(scene: Scene) -> Evidence | None:
    """Return the change of code or configuration that ended the environments of $LATEST; versions never change."""
    if scene.call.version != LATEST or scene.call.beginning is Beginning.SUPPRESSED:
        return None
    for event in scene.brought_to(LATEST):
        if event.kind not in {Happening.CODE, Happening.CONFIGURATION}:
            continue
        old = [each for each in scene.history.environments if each.begun_ms < event.at_ms]
        if any(each.calls[-1].called_ms > event.over_ms + SETTLING_MS for each in old):
            return None  # environments from before it serve on: it did not end them
        made = scene.history.begun_between(event.at_ms, scene.at_ms)
        words = f"{event.in_words()} {minute(event.at_ms)}: environments from before it served nobody since"
        if made <= 1:
            return Evidence(cause=Cause.CONFIGURATION, certainty=Certainty.CERTAIN, words=words, event=event)
        if any(gone.environment in old for gone in scene.in_use()):
            return Evidence(cause=Cause.CONFIGURATION, certainty=Certainty.PROBABLE, words=words, event=event)
        return None
    return None


def concurrency(scene: Scene) -> Evidence | None:
    """Return the change of reserved or provisioned concurrency that left calls without an environment."""
    if scene.call.beginning is Beginning.SUPPRESSED:
        return None
    for event in scene.brought_to(scene.call.version):
        if event.kind is Happening.PROVISIONED and (found := _taken_away(scene, event)):
            return found
        recent = scene.at_ms <= event.over_ms + SETTLING_MS
        if event.kind is Happening.RESERVED and recent and scene.standing.serving:
            words = f"{event.in_words()} {minute(event.at_ms)}: calls may have waited for it"
            return Evidence(cause=Cause.CONCURRENCY, certainty=Certainty.PROBABLE, words=words, event=event)
    return None


def _taken_away(scene: Scene, event: Event) -> Evidence | None:
    if not event.over_ms <= scene.at_ms <= event.over_ms + TAKEN_AWAY_MS or scene.environment.provisioned:
        return None
    provisioned = [each for each in scene.history.environments if each.provisioned and each.begun_ms < event.at_ms]
    ended = [each for each in provisioned if each.calls[-1].called_ms <= event.over_ms + SETTLING_MS]
    made = scene.history.begun_between(event.over_ms, scene.at_ms)
    owed = any(gone.environment in ended for gone in scene.standing.gone)
    # Of provisioned environments that were never called no log tells.
    count = event.environments
    if made > count if count is not None else not owed:
        return None
    words = f"{event.in_words()} {minute(event.at_ms)}: its environments served nobody since"
    sure = Certainty.CERTAIN if owed and len(ended) == len(provisioned) else Certainty.PROBABLE
    return Evidence(cause=Cause.CONCURRENCY, certainty=sure, words=words, event=event)


def spill_over(scene: Scene) -> Evidence | None:
    """Return that every provisioned environment was busy, so that the call went to one on demand."""
    if scene.environment.provisioned or scene.call.beginning is Beginning.SUPPRESSED:
        return None
    standing = scene.standing
    busy = [each for each in standing.busy if each.provisioned]
    just_free = [each for each in standing.just_free if each.provisioned]
    if not (busy or just_free) or any(each.provisioned for each in standing.free):
        return None
    words = f"{len(busy) + len(just_free)} provisioned environments were busy"
    sure = Certainty.PROBABLE if just_free else Certainty.CERTAIN
    return Evidence(cause=Cause.SPILL_OVER, certainty=sure, words=words)
