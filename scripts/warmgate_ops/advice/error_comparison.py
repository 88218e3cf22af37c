"""What the relative error limit refuses, in words: its power by seeded simulation of counts."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from warmgate.judge.compare.errors import CHECK, Counts, evaluate_errors
from warmgate.model.calls import Arm
from warmgate.model.figures import percent
from warmgate.planning import ProbePlan, Round
from warmgate.policy.values import Policy

RUNS = 200
MORE = (0.05, 0.10, 0.20)
"""Of all calls: what fails beyond the margin."""


def errors_compared(policy: Policy, plan: ProbePlan) -> tuple[str, str, tuple[str, ...], tuple[str, ...]] | None:
    """Return check, limit, words and warnings of a policy's relative error limit; None where it has none."""
    margin = policy.compare.error_margin
    if margin is None:
        return None
    refused = ", ".join(f"{percent(share)} {percent(part)}" for share, part in _refused_shares(plan, margin))
    simulated = f"refused of {RUNS} simulated releases each, beside a baseline that fails none: of calls that fail"
    says = (
        f"failed calls of both versions in all rounds of both: +{percent(margin)} may fail of all calls",
        "refused of releases exactly at it: at most 1 %, whatever share of its calls the baseline fails",
        f"{simulated} {refused}",
    )
    return CHECK, f"<= +{percent(margin)}", says, absolute_too(policy)


def absolute_too(policy: Policy) -> tuple[str, ...]:
    """Return a warning where an absolute limit refuses what a relative one would let pass."""
    rate = policy.limits.error_ratio
    if policy.compare.error_margin is None or rate is None:
        return ()
    return (f"limits.errors.rate {percent(rate)} refuses by itself: write `any` there to leave errors to this check",)


def _refused_shares(plan: ProbePlan, margin: float) -> Iterator[tuple[float, float]]:
    """Yield shares of calls that fail, and the share of such releases that is refused; the baseline fails none.

    Args:
        plan: which calls are made.
        margin: what the policy allows beyond the baseline.
    """
    widths = [width for planned in plan.rounds if (width := _width(planned))]
    for more in MORE:
        share = min(1.0, margin + more)
        random = Random(f"{share} {margin}")
        yield share, sum(_refused(widths, share, margin, random) for _ in range(RUNS)) / RUNS


def _width(planned: Round) -> int:
    """Return how many calls of each version a round has, 0 where it has those of one alone."""
    arms = [call.arm for call in planned.calls]
    return min(arms.count(Arm.BASELINE), arms.count(Arm.CANDIDATE))


def _refused(widths: list[int], share: float, margin: float, random: Random) -> bool:
    rounds = [Counts(sum(random.random() < share for _ in range(width)), width, 0, width) for width in widths]
    standing = evaluate_errors(rounds, margin, max(1, sum(widths)))
    return standing is not None and (standing.decision is False or standing.leans)
