"""Slow live calls: whether more of the new version's are slow for their own environment than the old version's were.

A cumulative sum over any latest rounds: a slow call adds ln(10 % / 3 %), any other takes ln(97 % / 90 %) away, and the
sum begins anew wherever that makes it larger. So a fault shows by its own calls, however long all was well before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log

from warmgate.judge.binomial import permutation_p_value
from warmgate.judge.compare.tail import ALLOWED, QUANTILE, RULED_OUT
from warmgate.judge.environments import FEWEST_ENVIRONMENTS
from warmgate.judge.live.fading import share_stays
from warmgate.judge.live.rounds import FEWEST_CALLS, LiveCall, LiveRound
from warmgate.judge.quantile import quantile

SLOW, OTHER = log(RULED_OUT / ALLOWED), log((1 - RULED_OUT) / (1 - ALLOWED))
WEIGHT, OK_AT = 16, -40
"""`derive_line(ALLOWED, RULED_OUT, 200)`: points of a slow call, any other takes one away, and where they pass."""
BALANCE = 1 / (1 + WEIGHT)
"""The share of slow calls at which these points stay where they are: whatever fails is above, whatever passes below."""
DISCOUNT_ROUNDS = 20
FAILS_AT = 11.0
"""Of the sum: with 3 % of independent calls slow it is reached in fewer than one of a hundred shifts of any length."""
CALLS_A_STRETCH = 200
CHANCE = 1e-4
"""Of so many slow calls, had old and new been dealt from one pack."""
SAME_CHANCE = 0.01
"""The same, against the old version's calls of the same rounds: a moment that is bad for both refuses nobody."""
REST = 1 / 3
"""Of the line, without the environment with the most slow calls: one bad neighbour refuses nobody."""
OWN_CALLS, OLD_CALLS, FEWEST_OLD = 40, 400, 50
"""Latest calls that an environment's median and the old version's percentile rest on, and the fewest of the latter."""
UNSETTLED = 3
"""First calls of an environment that are no slow ones: they are slow for it wherever it fills caches."""


def fails_at(stretch: int, calls: int = CALLS_A_STRETCH) -> float:
    """Return the FAIL line of the sum after so many calls of the n-th stretch; chances within it sum up to a bound."""
    seen = CALLS_A_STRETCH * (stretch - 1) + calls
    return FAILS_AT + 2 * log(max(1.0, seen / CALLS_A_STRETCH))


@dataclass(frozen=True, slots=True)
class Tail:
    """Where the tail stands; `decision` is True for no worse, False for worse, None while open."""

    decision: bool | None = None
    score: float = 0.0
    line: float = FAILS_AT
    slow: int = 0
    calls: int = 0
    old_slow: int = 0
    old_calls: int = 0
    leans: bool = False


@dataclass(frozen=True, slots=True)
class _Marked:
    """What one round showed: slow calls and all, of both versions."""

    new: Counter[str | None]
    new_slow: Counter[str | None]
    old: int
    old_slow: int


@dataclass(slots=True)
class _Scale:
    """What is slow for an environment, by its own latest calls and the old version's 96th percentile."""

    ratio: float
    own: dict[str | None, list[float]] = field(default_factory=dict)
    old: list[float] = field(default_factory=list)
    limit: float = 0.0

    def read(self, round_: LiveRound) -> _Marked | None:
        """Take in a round and return which of its calls were slow; None while too few old ones were seen."""
        for call in (*round_.old, *round_.new):
            values = self.own.setdefault(call.environment, [])
            values.append(call.log_ms)
            if len(values) > OWN_CALLS:
                del values[0]
        typical = quantile([value for values in self.own.values() for value in values[-5:]], 0.5)
        names = dict.fromkeys(call.environment for call in (*round_.old, *round_.new))
        centres = {
            name: quantile(self.own[name], 0.5) if len(self.own[name]) >= FEWEST_CALLS else typical for name in names
        }

        def excess(calls: Sequence[LiveCall]) -> list[tuple[str | None, float]]:
            return [(c.environment, c.log_ms - centres[c.environment]) for c in calls if c.age >= UNSETTLED]

        old, new = excess(round_.old), excess(round_.new)
        self.old = (self.old + [value for _, value in old])[-OLD_CALLS:]
        if len(self.old) < FEWEST_OLD:
            return None
        self.limit = log(self.ratio) + quantile(self.old, QUANTILE)
        return _Marked(
            new=Counter(name for name, _ in new),
            new_slow=Counter(name for name, value in new if value > self.limit),
            old=len(old),
            old_slow=sum(value > self.limit for _, value in old),
        )

    @property
    def old_slow(self) -> int:
        return sum(value > self.limit for value in self.old)


def stand_tail(
    before: Sequence[LiveRound], rounds: Sequence[LiveRound], ratio: float, stretch: int, grace_s: float
) -> Tail:
    """Return where the tail stands: failed at the first round that fails it, else where the last round leaves it.

    Args:
        before: the rounds of the stretch before, into which the sum may reach back.
        rounds: those of the stretch.
        ratio: the allowed one.
        stretch: its number, from 1.
        grace_s: slow calls that began with the shift and become fewer are forgiven for so long.
    """
    scale, marked, seen = _Scale(ratio), list[tuple[LiveRound, _Marked]](), 0
    tail = Tail()
    for place, round_ in enumerate((*before, *rounds)):
        one = scale.read(round_)
        if place >= len(before):
            seen += len(round_.new)
        if one is None:
            continue
        marked.append((round_, one))
        if place >= len(before):
            tail = _look(scale, marked, fails_at(stretch, seen), grace_s)
            if tail.decision is False:
                return tail
    own = marked[-len(rounds) :]
    slow, calls = (
        sum(sum(count.values()) for count in counts)
        for counts in ([one.new_slow for _, one in own], [one.new for _, one in own])
    )
    passing = (slow * WEIGHT - (calls - slow)) * DISCOUNT_ROUNDS / (DISCOUNT_ROUNDS + len(own) - 1)
    ok = passing <= OK_AT and not tail.leans
    return Tail(
        decision=True if ok else None,
        score=tail.score,
        line=tail.line,
        slow=slow,
        calls=calls,
        old_slow=sum(one.old_slow for _, one in own),
        old_calls=sum(one.old for _, one in own),
        leans=tail.leans,
    )


def _look(scale: _Scale, marked: Sequence[tuple[LiveRound, _Marked]], line: float, grace_s: float) -> Tail:
    """Return the latest rounds whose sum fails, or else the largest sum."""
    new, slow = Counter[str | None](), Counter[str | None]()
    old = old_slow = 0
    best = Tail(line=line)
    for begin in range(len(marked) - 1, -1, -1):
        round_, one = marked[begin]
        new.update(one.new)
        slow.update(one.new_slow)
        old, old_slow = old + one.old, old_slow + one.old_slow
        bad, calls = sum(slow.values()), sum(new.values())
        score = _sum(bad, calls)
        if score < max(line / 2, best.score) or not _spread(slow, new, line):
            continue
        alike = max(
            permutation_p_value(bad, calls, scale.old_slow, len(scale.old)) / CHANCE,
            permutation_p_value(bad, calls, old_slow, old) / SAME_CHANCE if old else 0.0,
        )
        within = round_.began_s < grace_s and not _stays(marked, grace_s)
        fails = score >= line and alike <= 1 and not within
        best = Tail(False if fails else None, score, line, bad, calls, old_slow, old, leans=not within)
        if fails:
            return best
    return best


def _spread(slow: Counter[str | None], new: Counter[str | None], line: float) -> bool:
    """Return whether slow calls came from enough environments, and would be many without the worst of these."""
    if len(slow) < FEWEST_ENVIRONMENTS:
        return False
    worst = max(slow, key=lambda name: (slow[name], str(name)))
    rest = _sum(sum(slow.values()) - slow[worst], sum(new.values()) - new[worst])
    return rest >= REST * line


def _stays(marked: Sequence[tuple[LiveRound, _Marked]], grace_s: float) -> bool:
    slow = [(sum(one.new_slow.values()), sum(one.new.values())) for _, one in marked]
    return share_stays(slow, [round_ for round_, _ in marked], grace_s)


def _sum(slow: int, calls: int) -> float:
    return slow * SLOW + (calls - slow) * OTHER
