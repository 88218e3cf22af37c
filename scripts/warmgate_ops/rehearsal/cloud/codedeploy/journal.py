"""What became of every deployment and hook execution, in order, for tests and displays."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from warmgate_ops.rehearsal.cloud.codedeploy.values import DeploymentState, Event, EventName


@dataclass(frozen=True, slots=True)
class Entry:
    """One transition of a deployment."""

    at_s: float
    deployment_id: str
    lifecycle_event: str
    """Empty when the deployment itself changed."""
    status: str
    weights: tuple[tuple[str, float], ...]
    """The share of traffic of each version, as the alias has it."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReportedStatus:
    """A status that somebody reported for a hook execution; `refusal` is the error code where it was not accepted."""

    at_s: float
    deployment_id: str
    execution_id: str
    status: str
    refusal: str = ""

    @property
    def accepted(self) -> bool:
        """Return whether CodeDeploy took it."""
        return not self.refusal


def transitions(before: DeploymentState | None, after: DeploymentState) -> tuple[Entry, ...]:
    """Return what is different between two states of one deployment."""
    found: list[Entry] = []
    old = {event.name: event for event in before.events} if before else {}
    for event in after.events:
        known = old.get(event.name)
        if known is not None and known.status is not event.status:
            found += [_entry(after, event.name, status, event.message) for status in _passed(known, event)]
    if before is not None and before.weight != after.weight and after.running is not None:
        found.insert(0, _entry(after, EventName.ALLOW_TRAFFIC, "InProgress", f"{after.weight:.0%} on the candidate"))
    if before is None or before.status is not after.status:
        note = f"{after.error.code}: {after.error.message}" if after.error else after.rollback_message
        entry = _entry(after, "", after.status.value, note)
        found = [entry, *found] if after.error is None and not after.status.is_terminal else [*found, entry]
    return tuple(found)


class Journal:
    """An append-only record; safe to read from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._status_reported: list[ReportedStatus] = []

    def record(self, before: DeploymentState | None, after: DeploymentState) -> None:
        """Append what changed."""
        with self._lock:
            self._entries += transitions(before, after)

    def note(self, state: DeploymentState, text: str) -> None:
        """Append a remark that changed nothing."""
        with self._lock:
            self._entries.append(_entry(state, "", state.status.value, text))

    def record_status(self, reported: ReportedStatus) -> None:
        """Append a status that was reported, accepted or not."""
        with self._lock:
            self._status_reported.append(reported)

    def entries(self, deployment_id: str) -> tuple[Entry, ...]:
        """Return the transitions of a deployment."""
        with self._lock:
            return tuple(entry for entry in self._entries if entry.deployment_id == deployment_id)

    def reported(self, reported_for: str) -> tuple[ReportedStatus, ...]:
        """Return the statuses reported for a hook execution, or for all of a deployment, by id."""
        with self._lock:
            return tuple(
                reported
                for reported in self._status_reported
                if reported_for in {reported.execution_id, reported.deployment_id}
            )


def _passed(known: Event, event: Event) -> tuple[str, ...]:
    """Return the states an event went through; one that began and ended in the same step shows both."""
    skipped_progress = known.start_s is None and event.start_s is not None and event.end_s is not None
    return ("InProgress", event.status.value) if skipped_progress else (event.status.value,)


def _entry(state: DeploymentState, event: str, status: str, note: str) -> Entry:
    plan = state.plan
    shares = ((plan.baseline, round(1.0 - state.weight, 6)), (plan.candidate, state.weight))
    weights = tuple(share for share in shares if share[1] > 0)
    return Entry(state.clock_s, plan.deployment_id, str(event), status, weights, note)
