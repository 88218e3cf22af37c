"""Freezes what a bake judges by: the policy as it is now, and the old version's calls around the shift."""

from __future__ import annotations

from dataclasses import dataclass

from warmgate.judge.bake.counting import Base, checks_of
from warmgate.judge.live.failures import is_failed
from warmgate.judge.live.shares import is_cold
from warmgate.live.traffic import sample_of
from warmgate.logs.calls import Window
from warmgate.logs.raised import hidden_failures
from warmgate.model.bake import BakeState, Scope
from warmgate.model.calls import Arm
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment
from warmgate.model.log_stream import FunctionLog, log_of
from warmgate.ports.functions import Functions
from warmgate.ports.logs import Logs
from warmgate.ports.policies import Policies
from warmgate.ports.time import Clock

BEFORE_MS = 30 * 60_000.0
"""So long before the shift the old version's calls are read, beside those during the shift."""
BASE_MS = 60_000.0
"""How long that may take: a log that is longer gives its earliest calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoping:
    """Where the scope of a bake is read from."""

    policies: Policies
    functions: Functions
    logs: Logs
    clock: Clock

    def log_of_candidate(self, release: Deployment) -> FunctionLog:
        """Return where the candidate logs; raises FunctionLookupError."""
        return log_of(self.functions.version(release.target.function, release.candidate))

    def scope_of(self, release: Deployment, state: BakeState, deadline: Deadline) -> Scope:
        """Return the scope of a release's bake.

        Raises:
            PolicyError: the policy has faults now.
            PolicyLookupError, FunctionLookupError, LogLookupError: something could not be read.
        """
        policy, source = self.policies.find(release.target, deadline)
        candidate = self.functions.version(release.target.function, release.candidate)
        compares = policy.live.duration is not None or policy.live.cold_start_ratio is not None
        base = self._base(release, state, deadline) if compares else Base()
        checks, notes = checks_of(policy, base, candidate.memory_mb)
        hidden = hidden_failures(candidate.runtime, candidate.log_format)
        return Scope(
            function=release.target.function,
            alias=release.target.alias,
            baseline=release.baseline,
            candidate=release.candidate,
            policy=policy.name,
            source=source,
            checks=checks,
            notes=tuple(said for said in (*notes, hidden and f"errors are CloudWatch's count: {hidden}") if said),
        )

    def _base(self, release: Deployment, state: BakeState, deadline: Deadline) -> Base:
        """Return the old version's calls before the shift and until its end."""
        began_ms = release.shift_began_ms or state.began_ms
        window = Window(began_ms - BEFORE_MS, release.shift_ended_ms or state.began_ms)
        log = log_of(self.functions.version(release.target.function, release.baseline))
        patience = deadline.no_later_than(self.clock.now_ms() + BASE_MS)
        calls = [call for call in self.logs.calls(log, window, patience).calls if call.version == release.baseline]
        before = [call.at_ms for call in calls if call.at_ms < began_ms]
        samples = [sample_of(call, Arm.BASELINE, 1, place) for place, call in enumerate(calls)]
        warm = [s for s in samples if not is_cold(s) and not is_failed(s)]
        # Where the log was not read to its end, so much of the time was.
        read_ms = BEFORE_MS if len(before) < len(calls) else max(before, default=0.0) - window.since_ms
        return Base(
            warm_ms=tuple(s.duration_ms for s in warm if s.duration_ms is not None),
            per_part=len(before) * state.part_ms / max(BEFORE_MS / 2, read_ms),
        )
