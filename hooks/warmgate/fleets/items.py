"""What the function of the state machine is asked, and what it answers: one step of a fleet as plain values.

The state machine waits and counts; between its steps a release is an item with its entry, and nothing else is kept.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from warmgate.errors import SettingsError
from warmgate.fleets.beginning import Beginning
from warmgate.fleets.checking import Checked, Checking
from warmgate.fleets.ending import Ending
from warmgate.model.fleet import Entry, Fleet, OnRefusal, Release, State
from warmgate.ports.fleets import FleetDeployments, Stops
from warmgate.visible import one_line

FIRST_WAIT_S, LONGEST_WAIT_S, GROWTH = 15, 300, 1.5
"""Between two looks at a deployment: soon after it began, and ever more rarely."""
LONGEST_CAUSE = 30_000
"""Characters of the cause with which a state machine fails: it takes 32,768."""
SHORT_REASON = 120
"""Characters of a reason that an item keeps: 500 results fit into a state of 256 KiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The steps of one fleet."""

    beginning: Beginning
    ending: Ending
    checking: Checking
    deployments: FleetDeployments
    stops: Stops

    def plan(self, fleet: Fleet) -> dict[str, Any]:
        """Return the waves of a fleet as items.

        Raises:
            SettingsError: a release could not begin; nothing has been begun.
        """
        faults = [fault for each in map(self._checked, fleet.releases) for fault in each.faults]
        if faults:
            raise SettingsError("; ".join(faults), hint="nothing was begun")
        stops, fleet_id = fleet.on_refusal is OnRefusal.STOP, self.beginning.fleet_id
        waves = [
            {
                "pause_s": 60 * fleet.pause_minutes if number else 0,
                "items": [{"fleet_id": fleet_id, "stops": stops, "release": asdict(each)} for each in wave],
            }
            for number, wave in enumerate(fleet.waves)
        ]
        return {"fleet_id": fleet_id, "at_once": fleet.at_once, "stops": stops, "waves": waves}

    def pause(self, pause_s: int, *, stops: bool) -> dict[str, Any]:
        """Return how long to wait before a wave: not at all where nothing will begin."""
        return {"pause_s": 0 if stops and self.stops.stopped_by(self.beginning.fleet_id) else pause_s}

    def begin(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return an item after a try to begin its release, unless another one has stopped the fleet."""
        release, entry = Release(**item["release"]), entry_in(item)
        if item["stops"] and (by := self.stops.stopped_by(self.beginning.fleet_id)):
            found = self.beginning.found(release)
            # What an earlier run has begun goes on in CodeDeploy, whatever stopped the fleet.
            state = State.RUNNING if found else State.NOT_BEGUN
            reason = "" if found else f"{by} did not end well, and on_refusal is stop"
            return self._kept(item, release, Entry(state=state, deployment_id=found, reason=reason))
        return self._kept(item, release, self.beginning.begin(release, entry, look_first=True))

    def look(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return an item after a look at its deployment."""
        release, entry = Release(**item["release"]), entry_in(item)
        standing = self.deployments.standings([entry.deployment_id]).get(entry.deployment_id)
        if standing is None or not standing.is_over:
            return self._kept(item, release, entry)
        return self._kept(item, release, self.ending.settle(release, entry))

    def lost(self, item: dict[str, Any], error: str) -> dict[str, Any]:
        """Return an item of which it could not be found out how it ended."""
        entry = replace(entry_in(item), state=State.UNKNOWN, reason=one_line(error))
        return self._kept(item, Release(**item["release"]), entry)

    def _checked(self, release: Release) -> Checked:
        """Return what is known of a release; of one that an earlier run has begun there is nothing to know."""
        return Checked(release=release) if self.beginning.found(release) else self.checking.check(release)

    def _kept(self, item: dict[str, Any], release: Release, entry: Entry) -> dict[str, Any]:
        """Return the item with its entry; one that did not end well stops the fleet before it is told to anybody."""
        state = entry.state
        if item["stops"] and state.is_ended and not state.is_good:
            self.stops.stop(self.beginning.fleet_id, release.key)
        entry_s = {**asdict(entry), "reason": entry.reason[:SHORT_REASON]}
        goes_on = "begin" if state is State.BEGINNING else "look" if state is State.RUNNING else "ended"
        wait_s = min(LONGEST_WAIT_S, math.ceil(item.get("wait_s", FIRST_WAIT_S / GROWTH) * GROWTH))
        return {**item, "entry": entry_s, "next": goes_on, "wait_s": wait_s}


def entry_in(item: dict[str, Any]) -> Entry:
    """Return the entry of an item, that of one that has not begun where it has none."""
    written = item.get("entry") or {}
    return Entry(**{**written, "state": State(written["state"])}) if written else Entry()


def summary_of(results: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """Return the outcome of all results, wave by wave, and in one line how many came how far and which ended badly."""
    rows = [(row, State(row["state"])) for wave in results for row in wave]
    counts = {state: sum(1 for _, found in rows if found is state) for state in sorted(State, key=_comes_last)}
    words = [f"{count} {state.value.replace('_', ' ')}" for state, count in counts.items() if count]
    refused, good = any(state.is_refused for _, state in rows), all(state.is_good for _, state in rows)
    bad = [
        f"{row['function']}:{row['alias']} {row['deployment_id']} {state}: {row['reason']}"
        for row, state in rows
        if state.is_ended and not state.is_good
    ]
    text = f"{len(rows)} releases: {', '.join(words)}" + "".join(f"; {each}" for each in bad)
    return {"outcome": "refused" if refused else "released" if good else "unknown", "text": text[:LONGEST_CAUSE]}


def _comes_last(state: State) -> bool:
    return state is State.NOT_BEGUN
