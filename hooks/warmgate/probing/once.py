"""Judges a hook execution once however often its event is delivered: one run probes, and all runs share one budget.

What a run is about to spend is noted before a call of it is made, so that a run that dies never leaves too much of the
budget to the next one. A table that does not answer stands in nobody's way: the run's own budget bounds it then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from warmgate.errors import BudgetSpentError, ClaimError
from warmgate.model.deadline import RESERVE_MS, Deadline
from warmgate.model.deployment import Deployment
from warmgate.model.verdict import Ended, Page, Spending, Spent, Verdict
from warmgate.planning import seed_of
from warmgate.policy.rules import fewest_invocations
from warmgate.policy.values import Policy
from warmgate.ports.once import Ledger
from warmgate.ports.time import Clock
from warmgate.probing.assess import Assessor
from warmgate.probing.assessment import Assessment, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbingOnce:
    """A way to judge a release by calls; `owner` names the run, and Lambda's retries of an event have one name."""

    assessor: Assessor
    ledger: Ledger
    clock: Clock
    owner: Callable[[], str]

    def judge_release(self, deployment: Deployment, policy: Policy, deadline: Deadline) -> Assessment:
        """Return the assessment of a deployment's candidate.

        Raises:
            HeldError: another run is at work; this one must report no status.
            BudgetSpentError: an earlier run died and left too little of the budget.
            WarmgateError: as the assessor does.
        """
        try:
            page = self.ledger.open(_key(deployment), self.owner(), self._lease_ms(deadline))
        except ClaimError as error:
            found = self.assessor.judge_release(deployment, policy, deadline)
            return _noted(found, f"the budget is not shared with other runs of this hook: {error}")
        if page.ended is not None:
            return _found_before(page, page.ended)
        found = self._judged(page, deployment, _left_of(policy, page.spent), deadline)
        self._close(page, found.verdict)
        return _with_earlier(found, page)

    def _lease_ms(self, deadline: Deadline) -> float:
        """Return the time that is left to this run: when it has passed, Lambda has ended it."""
        return deadline.left_ms(self.clock.now_ms()) + RESERVE_MS

    def _judged(self, page: Page, deployment: Deployment, policy: Policy, deadline: Deadline) -> Assessment:
        subject = Subject(target=deployment.target, baseline=deployment.baseline, candidate=deployment.candidate)
        unnoted: list[ClaimError] = []

        def note(most: Spending) -> None:
            earlier = page.spent
            spent = Spent(calls=earlier.calls + most.invocations, cost_usd=earlier.cost_usd + most.cost_usd)
            try:
                self.ledger.spend(page, spent)
            except ClaimError as error:
                unnoted.append(error)

        found = self.assessor.assess(subject, policy, deadline, seed_of(deployment.deployment_id), note)
        return _noted(found, f"spending was not noted for later runs: {unnoted[0]}") if unnoted else found

    def _close(self, page: Page, verdict: Verdict) -> None:
        try:
            self.ledger.close(page, Ended(outcome=verdict.outcome, status=verdict.status, reason=verdict.reason))
        except ClaimError:  # A later run would judge again, within what is left of the budget.
            return


def _key(deployment: Deployment) -> str:
    """Return the key of a hook execution: CodeDeploy calls a hook once for each event of a deployment."""
    return f"probe {deployment.deployment_id} {deployment.lifecycle_event or ''}".rstrip()


def _left_of(policy: Policy, spent: Spent) -> Policy:
    if spent.calls == 0:
        return policy
    budget = policy.budget
    invocations, cost_usd = budget.invocations - spent.calls, budget.cost_usd - spent.cost_usd
    fewest = fewest_invocations(policy.warm, policy.limits, policy.compare)
    if invocations < fewest or cost_usd <= 0:
        raise BudgetSpentError(
            f"an earlier run of this hook died after up to {spent.calls} calls (${spent.cost_usd:.4f}):"
            f" {max(0, invocations)} of budget.invocations {budget.invocations} are left, {fewest} are needed",
            hint="find in the hook's log why it died (its memory, its timeout), and deploy again",
        )
    return replace(policy, budget=replace(budget, invocations=invocations, cost_usd=cost_usd))


def _with_earlier(found: Assessment, page: Page) -> Assessment:
    if page.spent.calls == 0:
        return found
    spending = replace(
        found.spending,
        invocations=found.spending.invocations + page.spent.calls,
        cost_usd=found.spending.cost_usd + page.spent.cost_usd,
    )
    note = f"an earlier run of this hook died after up to {page.spent.calls} calls; they are in what was spent"
    return _noted(replace(found, spending=spending), note)


def _found_before(page: Page, ended: Ended) -> Assessment:
    verdict = Verdict(outcome=ended.outcome, status=ended.status, reason=ended.reason)
    spending = Spending(invocations=page.spent.calls, cost_usd=page.spent.cost_usd)
    note = "judged by an earlier run of this hook, which did not report its status; its samples are not kept"
    return Assessment(verdict=verdict, spending=spending, notes=(note,))


def _noted(found: Assessment, note: str) -> Assessment:
    return replace(found, notes=(*found.notes, note))
