"""Judges how long live calls take, old against new: the typical call, and the slow ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log

from warmgate.judge.compare.tail import QUANTILE, RULED_OUT
from warmgate.judge.environments import FEWEST_ENVIRONMENTS
from warmgate.judge.finding import OUTCOMES, why_open, without_data
from warmgate.judge.live.body import Body, fail_z, stand_body
from warmgate.judge.live.fading import Course
from warmgate.judge.live.rounds import LiveRound
from warmgate.judge.live.tail import BALANCE, Tail, stand_tail
from warmgate.judge.quantile import quantile
from warmgate.judge.wording import counted, points
from warmgate.model.calls import Closed
from warmgate.model.figures import percent, times
from warmgate.model.verdict import Because, Finding, Unit
from warmgate.policy.values import RatioLimit

BODY, TAIL = "live.duration.body", "live.duration.tail"
FADES = 0.75
"""A slowness fades where what is left of it, as a logarithm, is at most so much of what it was."""


def judge_live_durations(
    limit: RatioLimit,
    before: Sequence[LiveRound],
    rounds: Sequence[LiveRound],
    stretch: int,
    closed: Closed | None,
    grace_s: float,
) -> list[Finding]:
    """Return the findings of body and tail for one stretch, looked at after every round.

    Args:
        limit: the allowed ratio.
        before: the rounds of the stretch before, into which a look may reach back.
        rounds: those of the stretch.
        stretch: its number, from 1.
        closed: why it has ended; None while it grows.
        grace_s: a slowness that began with the shift and fades is forgiven for so long.
    """
    if not any(r.old for r in rounds) or not any(r.new for r in rounds):
        what = "not one warm live call of each version"
        return [
            without_data(BODY, limit.ratio, Unit.TIMES, closed, what),
            without_data(TAIL, BALANCE, Unit.RATIO, closed, what),
        ]
    body = stand_body(before, rounds, limit.ratio, stretch, grace_s)
    tail = stand_tail(before, rounds, limit.ratio, stretch, grace_s)
    seen = _Seen.of(rounds, stretch, closed)
    return [_body_finding(body, limit.ratio, seen), _tail_finding(tail, limit.ratio, seen)]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What both findings rest on."""

    stretch: int
    closed: Closed | None
    old_environments: int
    new_environments: int
    p95_ratio: float

    @staticmethod
    def of(rounds: Sequence[LiveRound], stretch: int, closed: Closed | None) -> _Seen:
        old, new = [call for r in rounds for call in r.old], [call for r in rounds for call in r.new]
        counts = [len({call.environment for call in arm}) for arm in (old, new)]
        before, after = (quantile([call.log_ms if call.ended else inf for call in arm], 0.95) for arm in (old, new))
        return _Seen(stretch, closed, counts[0], counts[1], exp(after - before) if after < inf else inf)

    def why_open(self) -> Because:
        few = min(self.old_environments, self.new_environments) < FEWEST_ENVIRONMENTS
        return Because.TOO_FEW_ENVIRONMENTS if few else why_open(self.closed)

    def in_words(self) -> str:
        return f"{self.new_environments} new and {self.old_environments} old environments; by the log"


def _body_finding(body: Body, ratio: float, seen: _Seen) -> Finding:
    return Finding(
        check=BODY,
        outcome=OUTCOMES[body.decision],
        reason=f"the median live call took {times(body.ratio)} the old version's, the p95 {times(seen.p95_ratio)};"
        f" the limit is {ratio:g}x{_fading(body.course, ratio)}",
        details=f"medians by environment, z={body.z:.1f} (fails at {fail_z(seen.stretch):.3g}); {seen.in_words()}",
        decided=body.decision is not None or seen.closed is not None,
        measured=body.ratio,
        limit=ratio,
        unit=Unit.TIMES,
        sample_count=body.calls,
        environment_count=min(seen.old_environments, seen.new_environments),
        proven=f"not {ratio:g}x slower as a whole (95 % confidence)" if body.decision else "",
        inconclusive_because=_why_open(body, seen) if body.decision is None else None,
        leans_to_fail=body.decision is None and body.leans,
    )


def _why_open(body: Body, seen: _Seen) -> Because:
    return seen.why_open() if body.enough else Because.TOO_FEW_ENVIRONMENTS


def _fading(course: Course | None, ratio: float) -> str:
    found = fading_in_words(course, ratio)
    return found and f"; it fades, {found}"


def fading_in_words(course: Course | None, ratio: float) -> str:
    """Return from what to what a slowness went that was beyond the limit; empty where there was none, or it stays."""
    if course is None or course.early <= log(ratio) or course.late > FADES * course.early:
        return ""
    return f"from {times(exp(course.early))} to {times(exp(course.late))}"


def _tail_finding(tail: Tail, ratio: float, seen: _Seen) -> Finding:
    beyond = f"{ratio:g}x the old p{QUANTILE * 100:g}"
    return Finding(
        check=TAIL,
        outcome=OUTCOMES[tail.decision],
        reason=f"{counted(tail.slow, tail.calls, 'live call')} took longer than {beyond} of their environment"
        f" ({tail.old_slow} of the old version's own {tail.old_calls})",
        details=f"sum {points(tail.score)} (fails at {tail.line:+.1f}); {seen.in_words()}",
        decided=tail.decision is not None or seen.closed is not None,
        measured=tail.slow / tail.calls if tail.calls else None,
        limit=BALANCE,
        unit=Unit.RATIO,
        bad_count=tail.slow,
        sample_count=tail.calls,
        environment_count=min(seen.old_environments, seen.new_environments),
        proven=f"fewer than {percent(RULED_OUT)} beyond {beyond} (95 % confidence)" if tail.decision else "",
        inconclusive_because=seen.why_open() if tail.decision is None else None,
        leans_to_fail=tail.decision is None and tail.leans,
    )
