"""One look of a bake: the state of the look before in, what is new read and judged, the next state out.

A look may be run twice, and may die anywhere: what it reads is the same again, and what it does is under claims. No AWS
in here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from warmgate.baking.ending import Endings
from warmgate.baking.reading import SETTLING_MS, PartReader
from warmgate.baking.scoping import Scoping
from warmgate.errors import (
    ClaimError,
    DeploymentLookupError,
    FunctionLookupError,
    LogLookupError,
    PolicyError,
    PolicyLookupError,
    UnsettledError,
)
from warmgate.judge.bake.findings import findings_of_bake, is_lacking, verdict_of_bake
from warmgate.model.bake import BakeEnd, BakeState
from warmgate.model.bake_state import document_of, state_of
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, Status
from warmgate.model.release import RecoveryResult
from warmgate.model.verdict import Finding, Mode, Outcome
from warmgate.ports.codedeploy import Releases
from warmgate.ports.functions import Aliases
from warmgate.ports.policies import Policies
from warmgate.ports.time import Clock
from warmgate.rollback.recovery import Recovery

AGAIN_S = 60
"""Before the next look, where something could not be read or done."""
AT_ONCE_S = 5
"""The same, where there is more to read than one look may."""
UNREAD_MS = 30 * 60_000.0
"""People are told once nothing could be read, or an end could not be settled, for so long."""
PATIENCE_MS = 6 * 3600_000.0
"""After the bake's time: what cannot be read for so long is not judged, what cannot be settled fails the run."""
LOOK_UPS = (
    *(DeploymentLookupError, FunctionLookupError, LogLookupError, PolicyLookupError),
    *(PolicyError, UnsettledError, ClaimError),
)
"""What a later look may find out or do, once somebody has mended it."""
LONGEST_REASON = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Baker:
    """The use case of the function that an engine calls again and again."""

    releases: Releases
    aliases: Aliases
    policies: Policies
    scoping: Scoping
    reader: PartReader
    recovery: Recovery
    endings: Endings
    clock: Clock
    log: Callable[[str], None] = lambda _line: None

    def look(self, value: Mapping[str, Any], deadline: Deadline) -> dict[str, Any]:
        """Return the state after one look more.

        Raises:
            BakeStateError: the state is none that this version reads.
            UnsettledError: the bake is over for hours, and its end could not be settled.
        """
        state = state_of(value)
        if state.ended:
            return document_of(state)
        looked = replace(state, look=state.look + 1)
        try:
            looked = self._looked(looked, deadline)
        except LOOK_UPS as error:
            looked = self._put_off(looked, str(error), deadline)
        said = looked.reason or "nothing beyond its limits"
        self.log(f"{state.deployment_id}: look {looked.look} of the bake: {looked.outcome or 'goes on'}; {said}")
        return document_of(looked)

    def _looked(self, state: BakeState, deadline: Deadline) -> BakeState:
        release = self.releases.describe(state.deployment_id)
        own, other = self.recovery.brought_back(release, deadline)
        if own is None and (ended := self._superseded(state, release, other)) is not None:
            return ended
        if state.failed:
            return self._kept(state, lambda: self._failed(state, release, deadline, own), deadline)
        if state.scope is None:
            try:
                state = replace(state, scope=self.scoping.scope_of(release, state, deadline))
            except PolicyError as error:
                return self.endings.end(state, BakeEnd.NOT_JUDGED, f"the policy cannot be used: {error}")
        return self._decided(state, release, own, deadline)

    def _decided(self, state: BakeState, release: Deployment, own: Deployment | None, deadline: Deadline) -> BakeState:
        """Judge what is new and do what follows; `own` is the deployment back that a run made which died."""
        state, unread, findings = self._judged(state, release, deadline)
        failed = [finding for finding in findings if finding.outcome is Outcome.FAILED]
        if failed or own is not None:
            reason = "; ".join(f"{f.check}: {f.reason}" for f in failed) or "rolled back by an earlier run of this look"
            refused = replace(state, failed=reason[:LONGEST_REASON])
            return self._kept(refused, lambda: self._failed(refused, release, deadline, own), deadline)
        if unread:
            return self._put_off(state, unread, deadline)
        if len(state.parts) == state.part_count:
            return self._kept(state, lambda: self._over(state, release, findings, deadline), deadline)
        return replace(state, reason="", wait_s=self._wait_s(state))

    def _kept(self, state: BakeState, act: Callable[[], BakeState], deadline: Deadline) -> BakeState:
        """Return what an act leaves; where it could not be done, what was read and found stays for the next look."""
        try:
            return act()
        except LOOK_UPS as error:
            return self._put_off(state, str(error), deadline)

    def _judged(
        self, state: BakeState, release: Deployment, deadline: Deadline
    ) -> tuple[BakeState, str, tuple[Finding, ...]]:
        """Return the state with what is new, why not all of that could be read, and the findings."""
        assert state.scope is not None
        tested = len(state.parts)
        log = self.scoping.log_of_candidate(release)
        state, unread = self.reader.read(state, state.scope, log, deadline)
        findings = findings_of_bake(state, since=tested)
        said = tuple({"check": f.check, "outcome": f.outcome.value, "reason": f.reason} for f in findings)
        return replace(state, findings=said), unread, findings

    def _superseded(self, state: BakeState, release: Deployment, other: str) -> BakeState | None:
        """Return the end of a bake whose version somebody has replaced: nothing is touched."""
        if other:
            return self.endings.end(state, BakeEnd.SUPERSEDED, f"{other} came after it; nothing was changed")
        alias = self.aliases.read(release.target)
        if alias.serves_alone(release.candidate):
            return None
        said = f"the alias serves {alias}, not version {release.candidate} alone; nothing was changed"
        return self.endings.end(state, BakeEnd.SUPERSEDED, said)

    def _failed(
        self, state: BakeState, release: Deployment, deadline: Deadline, own: Deployment | None = None
    ) -> BakeState:
        """Roll back where the policy says so now; where it does not, people hear what was found."""
        policy, _ = self.policies.find(release.target, deadline)
        if policy.mode is Mode.OBSERVE and not own:
            said = f"mode observe, not rolled back: {state.failed}"
            return self.endings.end(state, BakeEnd.NOT_ROLLED_BACK, said)
        seen = self.recovery.bring_back(release, deadline)
        if seen.unread:
            raise UnsettledError(seen.unread)
        if seen.rollback is not None and seen.serves_baseline:
            return self.endings.end(state, BakeEnd.ROLLED_BACK, state.failed, seen)
        if seen.superseded_by:
            said = f"{seen.superseded_by} came after it, nothing was changed; {state.failed}"
            return self.endings.end(state, BakeEnd.SUPERSEDED, said, seen)
        return self.endings.end(state, BakeEnd.NOT_ROLLED_BACK, _why_not(state.failed, seen), seen)

    def _over(
        self, state: BakeState, release: Deployment, findings: tuple[Finding, ...], deadline: Deadline
    ) -> BakeState:
        """End a bake that nothing has failed for all of its time."""
        shares = [finding for finding in findings if finding.bad_count is not None and finding.unit is not None]
        if all(map(is_lacking, shares)) and (shares or not state.tracks):
            calls = sum(part.calls for part in state.parts)
            return self.endings.end(state, BakeEnd.NOT_JUDGED, f"too little traffic: {calls} calls in all of its time")
        policy, _ = self.policies.find(release.target, deadline)
        verdict = verdict_of_bake(findings, policy)
        if verdict.status is Status.FAILED:
            refused = replace(state, failed=verdict.reason)
            return self._kept(refused, lambda: self._failed(refused, release, deadline), deadline)
        return self.endings.end(state, BakeEnd.RELEASED, _released(verdict.reason, findings))

    def _put_off(self, state: BakeState, why: str, deadline: Deadline) -> BakeState:
        """Return the state where something could not be read or done: looked at again soon, and told if it lasts."""
        now_ms = self.clock.epoch_ms()
        since_ms = state.unread_since_ms or now_ms
        lasts = now_ms - since_ms
        # Seldomer as it lasts: an execution of Step Functions has room for so many events only.
        wait_s = max(AGAIN_S, min(60 * state.every_minutes, round(lasts / 4000)))
        state = replace(state, reason=why[:LONGEST_REASON], unread_since_ms=since_ms, wait_s=wait_s)
        if now_ms > state.ends_ms + PATIENCE_MS and lasts > PATIENCE_MS:
            if state.failed:
                raise UnsettledError(f"{state.deployment_id}: {why}; {state.failed}", hint="restore the alias manually")
            return self.endings.end(state, BakeEnd.NOT_JUDGED, f"it could not be read: {why}"[:LONGEST_REASON])
        if lasts >= UNREAD_MS and not deadline.passed(self.clock.now_ms()):
            self._tell_unread(state)
        return state

    def _tell_unread(self, state: BakeState) -> None:
        try:
            self.endings.tell_unread(state)
        except UnsettledError as error:
            self.log(f"{state.deployment_id}: nobody could be told that the bake cannot be read ({error})")

    def _wait_s(self, state: BakeState) -> int:
        """Return when to look again: after `every`, not before there is something new, nor long after the end."""
        now_ms = self.clock.epoch_ms()
        if self.reader.ready(state) > len(state.parts):
            return AT_ONCE_S
        next_ms = state.part_span(len(state.parts))[1] + SETTLING_MS
        last_ms = state.ends_ms + SETTLING_MS
        wanted_ms = max(next_ms, min(last_ms, now_ms + state.every_minutes * 60_000))
        return max(AT_ONCE_S, ceil((wanted_ms - now_ms) / 1000))


def _why_not(failed: str, seen: RecoveryResult) -> str:
    made = () if seen.rollback is None else (f"rollback {seen.rollback.deployment_id} {seen.rollback.status}",)
    said = "; ".join((*made, *seen.notes)) or f"the alias serves {seen.alias}"
    return f"{failed}; not rolled back: {said}"


def _released(reason: str, findings: tuple[Finding, ...]) -> str:
    lacking = [finding.check for finding in findings if is_lacking(finding)]
    return reason + (f"; too little traffic for {', '.join(lacking)}" if lacking else "")
