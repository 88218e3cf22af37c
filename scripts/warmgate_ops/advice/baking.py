"""What a policy's bake looks at and finds how soon, in words: the very test that judges it is asked."""

from __future__ import annotations

from dataclasses import dataclass

from warmgate.judge.bake.counting import NOT_ONE
from warmgate.judge.bake.sequence import SHORTEST, Count, first_beyond
from warmgate.judge.live.stretches import has_live_limits
from warmgate.model.bake import MINUTE_MS, begun
from warmgate.model.figures import percent
from warmgate.model.verdict import Mode
from warmgate.policy.minutes import in_words
from warmgate.policy.values import Bake, Policy, RollbackMode

CALLS = 100
"""A part, in the example that is told."""
ENVIRONMENTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class BakeStanding:
    """What a bake does, and what speaks against its settings."""

    says: tuple[str, ...]
    warnings: tuple[str, ...]


def standing_of(policy: Policy, bake: Bake) -> BakeStanding:
    """Return what a policy's bake looks at, what it finds, and what it can not do."""
    state = begun("d-EXAMPLE", 0.0, bake.minutes, bake.every_minutes)
    minutes = round(state.part_ms / MINUTE_MS)
    says = [f"judged in {state.part_count} parts of {minutes} min; nothing fails in less than {SHORTEST * minutes} min"]
    live = policy.live
    if live.error_ratio is not None:
        says.append(_errors(live.error_ratio, state.part_count, minutes, _check_count(policy)))
    says.append("memory that climbs with the age of environments is found from one hour on, without a key")
    return BakeStanding(says=tuple(says), warnings=tuple(_warnings(policy, bake, minutes)))


def _errors(ratio: float, parts: int, minutes: int, checks: int) -> str:
    allowed = max(NOT_ONE, ratio)
    bad = next(bad for bad in range(1, CALLS + 1) if _fails(bad, allowed, parts, checks))
    share = percent(bad / CALLS)
    return (
        f"live.errors.rate: {percent(allowed)}: with {CALLS} calls in {minutes} min, errors of {share} from any time on"
        f" stop it after {SHORTEST * minutes} min or little more; smaller shares later"
    )


def _fails(bad: int, allowed: float, parts: int, checks: int) -> bool:
    counts = [Count(bad=bad, of=CALLS, worst=-(-bad // ENVIRONMENTS), environments=ENVIRONMENTS)] * SHORTEST
    return first_beyond(counts, allowed, part_count=parts, check_count=checks) is not None


def _check_count(policy: Policy) -> int:
    live = policy.live
    asked = (live.error_ratio, live.cold_start_ratio, live.duration, policy.limits.memory_ratio)
    return max(1, sum(limit is not None for limit in asked))


def _warnings(policy: Policy, bake: Bake, minutes: int) -> list[str]:
    found = []
    if not has_live_limits(policy):
        found.append("the policy sets no `live` limit: only memory is judged")
    if policy.mode is Mode.OBSERVE or policy.rollback is not RollbackMode.ENFORCE:
        found.append("nothing is rolled back: write `mode: enforce` and `rollback: enforce`")
    if bake.every_minutes < minutes:
        found.append(f"a part lasts {minutes} min: looks every {in_words(bake.every_minutes)} find nothing new")
    return found
