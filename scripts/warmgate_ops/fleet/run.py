"""Runs a fleet until it is over or told to stop: begins what may begin, looks at what runs, notes each step first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from warmgate.errors import DeploymentLookupError, WarmgateError
from warmgate.fleets.beginning import Beginning
from warmgate.fleets.ending import Ending
from warmgate.model.fleet import Entry, Fleet, Release, State
from warmgate.ports.fleets import FleetDeployments
from warmgate.ports.time import Clock
from warmgate_ops.fleet.progress import Progress, in_state, is_halted, is_over, startable

POLL_S, SLOWEST_POLL_S = 2.0, 30.0
BUSY_POLL_S = 5.0
"""Between two tries to begin a release whose group is busy."""
PATIENT_LOOKS = 12
"""Looks that may fail one after the other before a run gives up; the fleet can be resumed."""


class Notebook(Protocol):
    """Keeps progress so that it outlives the run."""

    def write(self, progress: Progress) -> None:
        """Keep progress; raises OSError."""
        ...


class Watcher(Protocol):
    """Hears of a fleet."""

    def tell(self, line: str) -> None:
        """Hear what has changed."""

    def show(self, progress: Progress) -> None:
        """Hear how far it has come."""


class LookError(WarmgateError):
    """CodeDeploy could not be asked for so long that a run gave up."""


@dataclass(slots=True, kw_only=True)
class FleetRun:
    """One run of a fleet; its progress is a value, and where it dies another run goes on with it."""

    fleet: Fleet
    beginning: Beginning
    ending: Ending
    deployments: FleetDeployments
    notebook: Notebook
    watcher: Watcher
    clock: Clock
    stopping: Callable[[], bool]
    """Whether nothing new may begin, and what runs is only followed."""
    leaving: Callable[[], bool] = lambda: False
    """Whether to follow no longer what runs."""
    poll_s: float = POLL_S
    doubtful: bool = False
    """Whether an earlier run may have made deployments that progress does not tell."""

    def run(self, progress: Progress) -> Progress:
        """Return the progress at the end.

        Raises:
            LookError: CodeDeploy could not be asked.
            OSError: progress could not be kept.
        """
        # What died while it began is looked for at once, not after the wait of a busy group.
        tried_s: dict[str, float] = {}
        failures = 0
        self.watcher.show(progress)
        while True:
            try:
                progress, failures = self._looked(progress), 0
            except DeploymentLookupError as error:
                failures += 1
                self.watcher.tell(str(error))
                if failures >= PATIENT_LOOKS:
                    raise LookError(f"CodeDeploy could not be asked: {error.message}", hint=error.hint) from error
            progress = self._begun(progress, tried_s)
            if self._is_done(progress) or self.leaving():
                return progress
            self.clock.sleep_ms(min(self.poll_s * 2**failures, SLOWEST_POLL_S) * 1000)

    def adopted(self, progress: Progress) -> Progress:
        """Return the progress with what an earlier run made and did not note; raises DeploymentLookupError."""
        for release in in_state(self.fleet, progress, State.NOT_BEGUN):
            if found := self.beginning.found(release):
                entry = Entry(state=State.RUNNING, deployment_id=found, began_s=self._now_s())
                progress = self._kept(progress, release, entry)
        return progress

    def _is_done(self, progress: Progress) -> bool:
        active = in_state(self.fleet, progress, State.BEGINNING, State.RUNNING)
        return is_over(self.fleet, progress) or (self.stopping() and not active)

    def _begun(self, progress: Progress, tried_s: dict[str, float]) -> Progress:
        """Try again what is beginning, then begin what may begin."""
        for release in in_state(self.fleet, progress, State.BEGINNING):
            now_s = self._now_s()
            if now_s - tried_s.get(release.key, 0.0) >= BUSY_POLL_S:
                tried_s[release.key] = now_s
                progress = self._tried(progress, release, look_first=True)
        for release in startable(self.fleet, progress, self._now_s()):
            if self.stopping() or is_halted(self.fleet, progress):
                break
            tried_s[release.key] = self._now_s()
            progress = self._kept(progress, release, Entry(state=State.BEGINNING, began_s=self._now_s()))
            progress = self._tried(progress, release, look_first=self.doubtful)
        return progress

    def _tried(self, progress: Progress, release: Release, *, look_first: bool) -> Progress:
        entry = progress.of(release)
        # Nothing new begins: what an earlier try has made is still looked for, and followed.
        if look_first and (self.stopping() or is_halted(self.fleet, progress)):
            return self._only_found(progress, release)
        return self._kept(progress, release, self.beginning.begin(release, entry, look_first=look_first))

    def _only_found(self, progress: Progress, release: Release) -> Progress:
        try:
            found = self.beginning.found(release)
        except DeploymentLookupError as error:
            self.watcher.tell(str(error))
            return progress
        entry = replace(progress.of(release), state=State.RUNNING, deployment_id=found, reason="") if found else Entry()
        return self._kept(progress, release, entry)

    def _looked(self, progress: Progress) -> Progress:
        running = in_state(self.fleet, progress, State.RUNNING)
        if not running:
            return progress
        standings = self.deployments.standings([progress.of(release).deployment_id for release in running])
        for release in running:
            entry = progress.of(release)
            standing = standings.get(entry.deployment_id)
            if standing is not None and standing.is_over:
                progress = self._kept(progress, release, self.ending.settle(release, entry))
        return progress

    def _kept(self, progress: Progress, release: Release, entry: Entry) -> Progress:
        before, now = progress.of(release), progress.with_entry(release, entry)
        if entry == before:
            return progress
        self.notebook.write(now)
        silent = entry.state is State.BEGINNING and not entry.reason
        if (entry.state, entry.reason) != (before.state, before.reason) and not silent:
            self.watcher.tell(line_of(release, entry))
        self.watcher.show(now)
        return now

    def _now_s(self) -> float:
        return self.clock.epoch_ms() / 1000


def line_of(release: Release, entry: Entry) -> str:
    """Return what is said of a release whose state has changed."""
    what = entry.state.value.replace("_", " ")
    about = f" {entry.deployment_id}" if entry.deployment_id else ""
    took = f" after {entry.seconds:.0f} s" if entry.deployment_id and entry.state.is_ended and entry.seconds else ""
    # A passed verdict's reason is in its report; here only what keeps a release from its end is said.
    why = f": {entry.reason}" if entry.reason and entry.state is not State.RELEASED else ""
    return f"{release.key} -> {release.version} {what}{about}{took}{why}"
