"""How far a fleet has come, and what may begin next. Pure: instants are passed in, nothing is read or written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from warmgate.model.fleet import Entry, Fleet, OnRefusal, Release, State
from warmgate.report.standing import PASSED, REFUSED, UNKNOWN

WAITING = Entry()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The entries of a fleet's releases, by their keys."""

    fleet_id: str
    plan: str
    """A digest of the releases that it is about."""
    began_s: float
    """Seconds since the epoch."""
    entries: Mapping[str, Entry] = field(default_factory=dict)

    def of(self, release: Release) -> Entry:
        """Return the entry of a release."""
        return self.entries.get(release.key, WAITING)

    def with_entry(self, release: Release, entry: Entry) -> Progress:
        """Return the progress with a new entry of a release."""
        return replace(self, entries={**self.entries, release.key: entry})


def plan_of(fleet: Fleet) -> str:
    """Return a digest of waves and releases; how many run at once, or what a refusal does, may change on the way."""
    return hashlib.sha256(repr(fleet.waves).encode()).hexdigest()[:16]


def startable(fleet: Fleet, progress: Progress, now_s: float) -> tuple[Release, ...]:
    """Return what is to begin now: of one wave, within `at_once`, and of no group that is busy with this fleet."""
    if is_halted(fleet, progress):
        return ()
    active = [release for release in fleet.releases if progress.of(release).state.is_active]
    groups, free = {release.group for release in active}, fleet.at_once - len(active)
    chosen: list[Release] = []
    for release in _open_wave(fleet, progress, now_s):
        if len(chosen) < free and progress.of(release).state is State.NOT_BEGUN and release.group not in groups:
            groups.add(release.group)
            chosen.append(release)
    return tuple(chosen)


def _open_wave(fleet: Fleet, progress: Progress, now_s: float) -> tuple[Release, ...]:
    """Return the first wave that has not ended, once the pause before it is over."""
    before_s = 0.0
    for wave in fleet.waves:
        entries = [progress.of(release) for release in wave]
        if not all(entry.state.is_ended for entry in entries):
            waits = all(entry.state is State.NOT_BEGUN for entry in entries)
            return () if waits and before_s and now_s < before_s + 60 * fleet.pause_minutes else wave
        before_s = max(entry.ended_s or 0.0 for entry in entries)
    return ()


def is_halted(fleet: Fleet, progress: Progress) -> bool:
    """Return whether nothing new may begin because a release did not end well."""
    return fleet.on_refusal is OnRefusal.STOP and bool(ended_badly(fleet, progress))


def ended_badly(fleet: Fleet, progress: Progress) -> tuple[Release, ...]:
    """Return the releases that ended, and not well."""
    states = [(release, progress.of(release).state) for release in fleet.releases]
    return tuple(release for release, state in states if state.is_ended and not state.is_good)


def in_state(fleet: Fleet, progress: Progress, *states: State) -> tuple[Release, ...]:
    """Return the releases that have come so far."""
    return tuple(release for release in fleet.releases if progress.of(release).state in states)


def is_over(fleet: Fleet, progress: Progress) -> bool:
    """Return whether nothing runs, and nothing is to begin."""
    states = [progress.of(release).state for release in fleet.releases]
    if any(state.is_active for state in states):
        return False
    return is_halted(fleet, progress) or State.NOT_BEGUN not in states


def exit_code_of(fleet: Fleet, progress: Progress) -> int:
    """Return the exit code: that of `warmgate release`, of the worst that happened to any release."""
    states = [progress.of(release).state for release in fleet.releases]
    if any(state.is_refused for state in states):
        return REFUSED
    return PASSED if all(state.is_good for state in states) else UNKNOWN


def summary_of(fleet: Fleet, progress: Progress) -> str:
    """Return in one line how many came how far."""
    order = sorted(State, key=lambda state: state is State.NOT_BEGUN)
    counts = ((state, len(in_state(fleet, progress, state))) for state in order)
    parts = [f"{count} {state.value.replace('_', ' ')}" for state, count in counts if count]
    return f"{len(fleet.releases)} releases: {', '.join(parts)}"
