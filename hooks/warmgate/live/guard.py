"""Watches live traffic while it shifts, and stops the deployment as soon as a check has failed. Judges nothing itself.

One run at a time guards a deployment, under a lease that it renews as it looks: a run that died is followed by Lambda's
retry of its event. Before its own time is up a run hands what it knows, as a value, to a fresh one.
"""

from __future__ import annotations

from dataclasses import dataclass

from warmgate.errors import (
    DeploymentLookupError,
    LeaseLostError,
    OtherPlatformError,
    PolicyLookupError,
    WarmgateError,
)
from warmgate.feed.ending import FeedEnding
from warmgate.judge.live.stretches import has_live_limits
from warmgate.lineage.rollback_claims import RollbackProof
from warmgate.live.lease import Lease
from warmgate.live.watch import WAIT_MS, Ending, GuardResult, Watch, WatchPorts
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, Shift
from warmgate.policy.values import Policy
from warmgate.ports.once import Claims
from warmgate.ports.policies import Policies

PATIENCE_MS = 60_000.0
"""A deployment that cannot be described for so long, or whose policy cannot be read, is none of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard(WatchPorts):
    """The use case of the function that a deployment's start event calls."""

    proof: RollbackProof
    policies: Policies
    claims: Claims
    feed_ending: FeedEnding | None = None
    """None where the installation begins no log subscriptions."""

    def run(self, shift: Shift, deadline: Deadline) -> GuardResult:
        """Guard a shift to its end, alone: the same event delivered again finds it guarded, or a run that died.

        Raises:
            StopError: the deployment could not be stopped; Lambda's retry of the event tries again.
            SuccessorError: the run that takes over could not be started; Lambda's retry guards on.
            ClaimError: it could not be found out whether another run guards it; Lambda's retry asks again.
        """
        # One key for all runs over a deployment: whichever of them comes back, or comes twice, there is one lease.
        lease = Lease(self.claims, self.clock, f"guard {shift.deployment_id}", self.log)
        guarded = self._holding(lease, shift, deadline) if lease.take(deadline) else GuardResult(ending=Ending.BUSY)
        self.log(f"{shift.deployment_id}: guard ended, {guarded.ending}")
        return guarded

    def _holding(self, lease: Lease, shift: Shift, deadline: Deadline) -> GuardResult:
        """Guard under a lease, and let go of it."""
        try:
            guarded = self._guard(lease, shift, deadline)
        except LeaseLostError as error:
            self.log(str(error))
            return GuardResult(ending=Ending.BUSY)
        except Exception:
            lease.end(done=False)
            raise
        lease.end(done=guarded.ending is not Ending.HANDED_OVER)
        return guarded

    def _guard(self, lease: Lease, shift: Shift, deadline: Deadline) -> GuardResult:
        try:
            deployment = self._described(lease, shift, deadline)
            if deployment.ended:  # It may be a run's that died.
                self._unsubscribe(deployment)
            if deployment.ended and deployment.status != "Stopped":
                return GuardResult(ending=Ending.SHIFTED)
            if (claim := self.proof.claim_of(deployment, lease.bounded(deadline))) is not None:
                self.log(f"{shift.deployment_id}: {claim.reason}")
                if claim.proven:
                    return GuardResult(ending=Ending.NOT_OURS)
            policy, source = self._policy(lease, deployment, deadline)
        except LeaseLostError:
            raise
        except WarmgateError as error:
            self.log(f"{shift.deployment_id}: not guarded ({error})")
            return GuardResult(ending=Ending.NOT_OURS)
        if not has_live_limits(policy):
            return GuardResult(ending=Ending.NOT_OURS)
        watch = Watch(self, lease, shift, deployment, (policy, source), deadline)
        guarded = watch.looked_back() if deployment.ended else watch.to_the_end()
        # A run that raises is followed by another one, or by the controller: the subscription is theirs.
        if guarded.ending is not Ending.HANDED_OVER:
            self._unsubscribe(deployment)
        return guarded

    def _unsubscribe(self, deployment: Deployment) -> None:
        """End what a run over this deployment may have begun; what cannot be ended the controller ends."""
        if self.feed_ending is not None:
            self.feed_ending.end(deployment)

    def _described(self, lease: Lease, shift: Shift, deadline: Deadline) -> Deployment:
        """Return the deployment; its target may take some seconds to exist."""
        patience = deadline.no_later_than(self.clock.now_ms() + PATIENCE_MS)
        while True:
            lease.keep()
            try:
                return self.shifts.describe(shift.deployment_id, lease.bounded(patience))
            except OtherPlatformError:
                raise
            except DeploymentLookupError:
                if self.clock.now_ms() + WAIT_MS >= patience.at_ms:
                    raise
            self.clock.sleep_ms(WAIT_MS)

    def _policy(self, lease: Lease, deployment: Deployment, deadline: Deadline) -> tuple[Policy, str]:
        """Return the policy and its source, asked for again for a while where it cannot be read."""
        patience = deadline.no_later_than(self.clock.now_ms() + PATIENCE_MS)
        while True:
            lease.keep()
            try:
                return self.policies.find(deployment.target, lease.bounded(deadline))
            except PolicyLookupError:
                if self.clock.now_ms() + WAIT_MS >= patience.at_ms:
                    raise
            self.clock.sleep_ms(WAIT_MS)
