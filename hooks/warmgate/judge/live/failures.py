"""Failed live calls: whether the latest rounds hold more of them than the limit allows and than the old version has.

Any number of latest rounds is looked at, up to two stretches: a fault shows by its own calls, however long all was well
before it. What both versions share is no difference, and neither is one environment that fails.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from warmgate.judge.binomial import at_least, permutation_p_value
from warmgate.judge.environments import FEWEST_ENVIRONMENTS
from warmgate.judge.score import SMALLEST_SHARE, STRIKES
from warmgate.model.calls import Arm, CallOutcome, Evidence, Sample

CHANCE = 5e-5
"""Of so many failures in some latest rounds, were exactly the allowed share failing; the first stretch may err so."""
SAME_CHANCE = 2e-4
"""Of so many more than the old version has in the same rounds, where nothing changed: outages refuse nobody."""
LEANING_CHANCE = 0.05
"""The same, of all calls, where no rounds have failed."""
REST_CHANCE = 0.01
"""Of the failures beside those of the worst environment, at the limit: one bad environment refuses nobody."""
CARRIES = 0.05
"""Share of the calls that an environment must have taken for its failures to be missed."""

Numbered = Sequence[tuple[int, Evidence]]
"""Numbers of stretches from 1 and what was seen of each."""


@dataclass(frozen=True, slots=True)
class Share:
    """Bad calls among all of them."""

    bad: int = 0
    calls: int = 0

    def plus(self, other: Share) -> Share:
        """Return both together."""
        return Share(self.bad + other.bad, self.calls + other.calls)


@dataclass(slots=True)
class _Round:
    old: int = 0
    old_failed: int = 0
    calls: Counter[str | None] = field(default_factory=Counter)
    failed: Counter[str | None] = field(default_factory=Counter)


def is_failed(sample: Sample) -> bool:
    """Return whether a call failed."""
    return sample.outcome is CallOutcome.ERROR or sample.outcome is CallOutcome.TIMEOUT


def chance_of(share: Share, allowed: float) -> float:
    """Return the chance of so many bad calls where their true share is exactly what is allowed."""
    return at_least(share.bad, share.calls, max(SMALLEST_SHARE, allowed))


def failing_rounds(before: Numbered, seen: Numbered, allowed: float) -> tuple[Share, float] | None:
    """Return the first latest rounds that fail, and the chance of their failures; None where there are none.

    Args:
        before: the stretch before those, which was judged already; a look may reach back into it.
        seen: the stretches.
        allowed: the share that may fail.
    """
    if sum(s.arm is Arm.CANDIDATE and is_failed(s) for _, e in (*before, *seen) for s in e.samples) < STRIKES:
        return None
    known = {number: _rounds(evidence) for number, evidence in before}
    for number, evidence in seen:
        rounds = _rounds(evidence)
        earlier = known.get(number - 1, [])
        for end in range(1, len(rounds) + 1):
            found = _failing([*earlier, *rounds[:end]], allowed, CHANCE / number**2)
            if found is not None:
                return found
        known = {number: rounds}
    return None


def is_shared(seen: Numbered, allowed: float) -> bool:
    """Return whether all failures, and there are some, are the old version's too or nearly all of one environment."""
    calls, failed, old = Counter[str | None](), Counter[str | None](), Share()
    for _, evidence in seen:
        for one in _rounds(evidence):
            calls.update(one.calls)
            failed.update(one.failed)
            old = old.plus(Share(one.old_failed, one.old))
    new = Share(sum(failed.values()), sum(calls.values()))
    return not _differs(new, old, LEANING_CHANCE) or not _is_spread(calls, failed, allowed)


def _rounds(evidence: Evidence) -> list[_Round]:
    found: dict[int, _Round] = {}
    for sample in evidence.samples:
        one = found.setdefault(sample.round, _Round())
        if sample.arm is Arm.BASELINE:
            one.old += 1
            one.old_failed += is_failed(sample)
            continue
        one.calls[sample.environment] += 1
        if is_failed(sample):
            one.failed[sample.environment] += 1
    return [found[number] for number in sorted(found)]


def _failing(rounds: Sequence[_Round], allowed: float, may_err: float) -> tuple[Share, float] | None:
    calls, failed, old = Counter[str | None](), Counter[str | None](), Share()
    for one in reversed(rounds):
        calls.update(one.calls)
        failed.update(one.failed)
        old = old.plus(Share(one.old_failed, one.old))
        share = Share(sum(failed.values()), sum(calls.values()))
        if not one.failed or share.bad < STRIKES or share.bad <= allowed * share.calls:
            continue
        chance = chance_of(share, allowed)
        if chance > may_err or not _differs(share, old) or not _is_spread(calls, failed, allowed):
            continue
        return share, chance
    return None


def _differs(new: Share, old: Share, chance: float = SAME_CHANCE) -> bool:
    return not old.calls or permutation_p_value(new.bad, new.calls, old.bad, old.calls) <= chance


def _is_spread(calls: Counter[str | None], failed: Counter[str | None], allowed: float) -> bool:
    """Return whether failures come from three environments, or all that carry the traffic, and not mostly from one."""
    total = sum(calls.values())
    carrying = sum(count >= CARRIES * total for count in calls.values())
    if len(failed) < min(FEWEST_ENVIRONMENTS, carrying):
        return False
    if carrying == 1:
        return True
    worst = max(failed, key=lambda name: (failed[name], str(name)))
    rest = Share(sum(failed.values()) - failed[worst], total - calls[worst])
    return chance_of(rest, allowed) <= REST_CHANCE
