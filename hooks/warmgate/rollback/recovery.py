"""Follows a deployment to its end and its alias back to the baseline; rolls back where the policy asks for it.

CodeDeploy moves the alias. It is edited here only where CodeDeploy would refuse to: a stopped deployment's weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from warmgate.errors import (
    DeploymentLookupError,
    FunctionLookupError,
    PolicyError,
    PolicyLookupError,
    RollbackError,
    UnsettledError,
)
from warmgate.lineage.rollback_claims import RollbackProof, author_of, is_made_by_warmgate
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, Target
from warmgate.model.release import AliasState, Claim, RecoveryResult, back_claim
from warmgate.policy.values import RollbackMode
from warmgate.ports.codedeploy import Releases
from warmgate.ports.functions import Aliases, AllowTag
from warmgate.ports.once import Claims
from warmgate.ports.policies import Policies
from warmgate.ports.time import Clock

T = TypeVar("T")
POLL_MS = 2_000.0
ASKED_AGAIN_MS = 60_000.0
"""How long alias, tag and policy are asked for again: an outage mostly passes by then, a missing grant never does."""
APPEARS_MS = 30_000.0
"""How long a rollback that is to be expected may take to appear: CodeDeploy makes it after it published the failure."""
STACK_APPEARS_MS = 240_000.0
"""The same where CloudFormation rolls a whole stack back first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What follows the end of a deployment."""

    releases: Releases
    proof: RollbackProof
    aliases: Aliases
    allow_tag: AllowTag
    policies: Policies
    claims: Claims
    clock: Clock

    def follow(self, deployment_id: str, deadline: Deadline) -> RecoveryResult:
        """Return a release at its end.

        Raises:
            UnsettledError: it, or what brings it back, has not ended before the deadline.
            DeploymentLookupError, ClaimError: a service did not answer; nothing was done without it.
        """
        release = self._ended(deployment_id, deadline)
        if not release.target.is_known:
            return RecoveryResult(
                release=release, notes=("function and alias are not known: no AppSpec could be read",)
            )
        if release.status == "Succeeded":
            return self._served(RecoveryResult(release=release), release.target, deadline)
        seen = self._after_rollback(release, release.target, deadline)
        if seen.serves_baseline or seen.superseded_by or seen.alias is None:
            return seen
        return self._sent_back(seen, release.target, seen.alias, deadline)

    def brought_back(self, release: Deployment, deadline: Deadline) -> tuple[Deployment | None, str]:
        """Return Warmgate's own deployment back from a release, and what else has begun since; raises as `follow`."""
        back, other = self._find_rollback(release, deadline)
        own = back if back is not None and is_made_by_warmgate(back) else None
        return own, other or ("" if back is None or own is not None else back.deployment_id)

    def bring_back(self, release: Deployment, deadline: Deadline) -> RecoveryResult:
        """Return a release that had succeeded once it is rolled back, or why it may not be; raises as `follow`."""
        own, other = self.brought_back(release, deadline)
        ended = None if own is None else self._ended(own.deployment_id, deadline)
        seen = RecoveryResult(release=release, rollback=ended, superseded_by="" if own else other)
        seen = self._served(seen, release.target, deadline)
        if own is not None:
            return seen
        if other or seen.alias is None:
            return seen
        if not seen.alias.serves_alone(release.candidate):
            return _noted(seen, f"the alias serves {seen.alias}, not version {release.candidate} alone; not changed")
        try:
            forbidden = self._forbidden(release.target, deadline)
        except (FunctionLookupError, PolicyLookupError) as error:
            return _unread(seen, f"restore the alias manually: its policy or tag could not be read: {error}")
        return _noted(seen, forbidden) if forbidden else self._redeployed(seen, release.target, deadline)

    def _ended(self, deployment_id: str, deadline: Deadline) -> Deployment:
        while not (release := self.releases.describe(deployment_id)).ended:
            self._pause(f"{deployment_id} is {release.status}", deadline)
        return release

    def _served(self, seen: RecoveryResult, target: Target, deadline: Deadline) -> RecoveryResult:
        """Read the alias; one that cannot be read is unknown, not at fault."""
        try:
            return replace(seen, alias=self._asked(lambda: self.aliases.read(target), deadline))
        except FunctionLookupError as error:
            return _unread(replace(seen, alias=None), str(error))

    def _asked(self, look_up: Callable[[], T], deadline: Deadline) -> T:
        """Return what a look-up gives, asked again for a while."""
        patience = deadline.no_later_than(self.clock.now_ms() + ASKED_AGAIN_MS)
        while True:
            try:
                return look_up()
            except (FunctionLookupError, PolicyLookupError):
                if patience.passed(self.clock.now_ms() + POLL_MS):
                    raise
            self.clock.sleep_ms(POLL_MS)

    def _after_rollback(self, release: Deployment, target: Target, deadline: Deadline) -> RecoveryResult:
        """Return the release once its rollback has ended, or none is to be expected any more."""
        patience_ms = STACK_APPEARS_MS if release.creator == "CloudFormation" else APPEARS_MS
        patience = deadline.no_later_than(self.clock.now_ms() + patience_ms)
        while True:
            rollback, other = self._find_rollback(release, deadline)
            seen = RecoveryResult(release=release, rollback=rollback, superseded_by=other)
            if rollback is not None and not rollback.ended:
                self._pause(f"rollback {rollback.deployment_id} is {rollback.status}", deadline)
                continue
            # The alias is read after the rollback was seen to have ended.
            seen = self._served(seen, target, deadline)
            if rollback or other or (seen.serves_baseline and not release.rollback_expected):
                return seen
            if patience.passed(self.clock.now_ms() + POLL_MS):
                return seen
            self.clock.sleep_ms(POLL_MS)

    def _sent_back(self, seen: RecoveryResult, target: Target, alias: AliasState, deadline: Deadline) -> RecoveryResult:
        """Do what the policy says about an alias that did not go back."""
        release = seen.release
        if foreign := sorted(alias.versions - {release.baseline, release.candidate}):
            return _noted(
                seen, f"the alias serves version {', '.join(foreign)}, which is not this deployment's; not changed"
            )
        try:
            forbidden = self._forbidden(target, deadline)
        except (FunctionLookupError, PolicyLookupError) as error:
            return _unread(seen, f"restore the alias manually: its policy or tag could not be read: {error}")
        if forbidden:
            return _noted(seen, forbidden)
        if seen.rollback is not None and is_made_by_warmgate(seen.rollback):
            return _noted(seen, f"Warmgate's own rollback {seen.rollback.deployment_id} was {seen.rollback.status}")
        if alias.versions != {alias.version}:
            return self._weights_cleared(seen, target, alias, deadline)
        return self._redeployed(seen, target, deadline)

    def _forbidden(self, target: Target, deadline: Deadline) -> str:
        """Return why the alias may not be moved, empty where it may; raises PolicyLookupError, FunctionLookupError."""
        by_policy = "the policy has `rollback: verify`: restore the alias manually, or set `rollback: enforce`"
        try:
            policy, _ = self._asked(lambda: self.policies.find(target, deadline), deadline)
        except PolicyError:
            return by_policy
        if policy.rollback is not RollbackMode.ENFORCE:
            return by_policy
        # No role can bind CreateDeployment to functions.
        if not self._asked(lambda: self.allow_tag.allows(target), deadline):
            return f"{target.function} has no tag `warmgate:allow` = `true`: restore the alias manually"
        return ""

    def _weights_cleared(
        self, seen: RecoveryResult, target: Target, alias: AliasState, deadline: Deadline
    ) -> RecoveryResult:
        """Edit the alias: CodeDeploy refuses a deployment on one with weights."""
        release = seen.release
        if under_way := [each.deployment_id for each in self.releases.later(release) if not each.ended]:
            raise UnsettledError(f"{release.deployment_id}: {under_way[0]} is in progress, the alias is not changed")
        try:
            self.aliases.put_back(target, release.baseline, alias.revision)
        except RollbackError as error:
            return _refused(seen, error)
        note = f"Warmgate cleared the weights that {release.deployment_id} left on the alias"
        return self._served(_noted(seen, note), target, deadline)

    def _redeployed(self, seen: RecoveryResult, target: Target, deadline: Deadline) -> RecoveryResult:
        """Make one deployment back to the baseline and follow it."""
        try:
            made = self._made(seen.release, deadline)
        except RollbackError as error:
            return _refused(seen, error)
        return self._served(replace(seen, rollback=self._ended(made, deadline)), target, deadline)

    def _made(self, release: Deployment, deadline: Deadline) -> str:
        """Return the id of the one deployment back, made by this run or an earlier one; raises RollbackError."""
        key = back_claim(release.deployment_id)
        # The lease is as long as this run can last: whoever waits for it knows that this run has ended.
        while (claim := self.claims.claim(key, deadline.left_ms(self.clock.now_ms()))) is not Claim.TAKEN:
            back, _ = self._find_rollback(release, deadline)
            if claim is Claim.DONE and back is not None and is_made_by_warmgate(back):
                return back.deployment_id
            self._pause(f"{release.deployment_id}: another run is rolling the alias back", deadline)
        try:
            made = self._made_under_claim(release, deadline)
        except (DeploymentLookupError, RollbackError, UnsettledError) as error:
            # Without an answer the deployment may have been made: the claim stays until it can be seen.
            if not (isinstance(error, RollbackError) and error.unsure):
                self.claims.give_up(key)
            raise
        self.claims.settle(key, made)
        return made

    def _made_under_claim(self, release: Deployment, deadline: Deadline) -> str:
        # Looked for again: a run that died may have made it, or somebody may have made a newer deployment.
        back, other = self._find_rollback(release, deadline)
        if other:
            raise UnsettledError(
                f"{release.deployment_id}: a newer deployment {other} exists, the alias is not changed"
            )
        return back.deployment_id if back and is_made_by_warmgate(back) else self.releases.roll_back(release)

    def _find_rollback(self, release: Deployment, deadline: Deadline) -> tuple[Deployment | None, str]:
        """Return the last deployment made to roll a release back, and the first one made for another purpose."""
        family, back, other = {release.deployment_id}, None, ""
        for each in self.releases.later(release):
            found = each if author_of(each) is None else self.releases.describe(each.deployment_id)
            claim = self.proof.claim_of(found, deadline)
            if claim is not None and claim.unchecked:
                raise UnsettledError(f"{found.deployment_id}: {claim.reason}", hint="the event is delivered again")
            if claim is not None and claim.proven and claim.rolls_back in family:
                family.add(found.deployment_id)
                back = found
            else:
                other = other or each.deployment_id
        return back, other

    def _pause(self, why: str, deadline: Deadline) -> None:
        if deadline.passed(self.clock.now_ms() + POLL_MS):
            raise UnsettledError(f"{why}, and this run timed out waiting", hint="the next event goes on")
        self.clock.sleep_ms(POLL_MS)


def _noted(seen: RecoveryResult, note: str) -> RecoveryResult:
    return replace(seen, notes=(*seen.notes, note))


def _unread(seen: RecoveryResult, why: str) -> RecoveryResult:
    return replace(_noted(seen, why), unread=why)


def _refused(seen: RecoveryResult, error: RollbackError) -> RecoveryResult:
    """Note why the rollback was refused; what is only busy, or had no answer, is looked at again with the event."""
    if error.busy or error.unsure:
        raise UnsettledError(str(error)) from error
    return _noted(seen, f"Warmgate could not roll the alias back: {error}")
