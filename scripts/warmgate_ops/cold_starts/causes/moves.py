"""Traffic that came to a version: a deployment, a rollback, an alias moved by hand, a new version."""

from __future__ import annotations

from dataclasses import replace

from warmgate_ops.cold_starts.calls import Beginning
from warmgate_ops.cold_starts.causes.cause import Cause, Certainty, Evidence
from warmgate_ops.cold_starts.causes.happened import Event, Happening
from warmgate_ops.cold_starts.causes.scene import Scene
from warmgate_ops.cold_starts.causes.wording import minute, span

HOOKS = frozenset({"BeforeAllowTraffic", "AfterAllowTraffic"})
CAUSES = {
    Happening.DEPLOYMENT: Cause.DEPLOYMENT,
    Happening.ROLLBACK: Cause.ROLLBACK,
    Happening.ALIAS: Cause.MOVED,
}


def deployment(scene: Scene) -> Evidence | None:
    """Return the deployment that brought the version its traffic just then."""
    return _moved(scene, Happening.DEPLOYMENT)


def rollback(scene: Scene) -> Evidence | None:
    """Return the rollback that brought the version its traffic back just then."""
    return _moved(scene, Happening.ROLLBACK)


def moved(scene: Scene) -> Evidence | None:
    """Return the move of an alias that brought the version its traffic just then."""
    return _moved(scene, Happening.ALIAS)


def new_version(scene: Scene) -> Evidence | None:
    """Return that a version had no environment yet, by the log or by when it was published."""
    if not scene.is_first or scene.call.beginning is Beginning.SUPPRESSED:
        return None
    version = scene.call.version
    made = next((event for event in scene.brought_to(version) if event.kind is Happening.PUBLISH), None)
    if made is not None and made.version == version and made.at_ms >= scene.since_ms:
        words = f"first environment of version {version}, published {minute(made.at_ms)}"
        words += f" by {made.by}" if made.by else ""
        return Evidence(cause=Cause.NEW_VERSION, certainty=Certainty.CERTAIN, words=words, event=made)
    if scene.other_version and _newer(version, scene.other_version):
        words = f"first known environment of version {version}; version {scene.other_version} served before"
        return Evidence(cause=Cause.NEW_VERSION, certainty=Certainty.PROBABLE, words=words)
    return None


def _newer(version: str, other: str) -> bool:
    return version.isdigit() and other.isdigit() and int(version) > int(other)


def _moved(scene: Scene, kind: Happening) -> Evidence | None:
    if scene.call.beginning is Beginning.SUPPRESSED:
        return None  # an environment that was there already
    for event in scene.brought_to(scene.call.version):
        if event.kind is kind and event.version and (found := _of(scene, event)):
            return found
    return None


def _of(scene: Scene, event: Event) -> Evidence | None:
    """Return what an event explains, as no more certain than it is itself."""
    found = _at(scene, event)
    return found if found is None or event.sure else replace(found, certainty=Certainty.PROBABLE)


def _at(scene: Scene, event: Event) -> Evidence | None:
    """Return what an event explains: its own time, the settling after it, and a first call however late."""
    at_ms, cause = scene.at_ms, CAUSES[event.kind]
    words = f"{event.in_words()} {minute(event.at_ms)}"
    made = scene.history.begun_between(event.at_ms, at_ms)
    # As many as ran at once before are made for the traffic that moved; more of them may be scale-out as well.
    usual = made <= scene.usual_at_once(event)
    if at_ms <= event.over_ms:
        phase = event.phase_at(at_ms)
        said = f"{words}: environments made until {event.version} had all traffic" + (f" ({phase})" if phase else "")
        sure = Certainty.CERTAIN if usual or phase in HOOKS else Certainty.PROBABLE
        return Evidence(cause=cause, certainty=sure, words=said, event=event)
    late = at_ms - event.over_ms
    # Of calls ahead of the window nothing is known.
    first = scene.is_first and event.at_ms >= scene.since_ms
    if first or ((scene.served_ms or 0.0) < event.at_ms and not scene.standing.serving):
        said = f"{words}: first environment of {event.version}, {span(late)} after it"
        if first or late <= scene.settling_ms:
            return Evidence(cause=cause, certainty=Certainty.CERTAIN, words=said, event=event)
        return None
    if late <= scene.settling_ms and usual:
        said = f"{words}: made within {span(scene.settling_ms)} after {event.version} got its traffic"
        return Evidence(cause=cause, certainty=Certainty.PROBABLE, words=said, event=event)
    return None
