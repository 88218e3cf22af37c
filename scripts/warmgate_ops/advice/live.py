"""What the limits on live traffic need, and what they forgive, in words."""

from __future__ import annotations

from warmgate.judge.environments import FEWEST_ENVIRONMENTS
from warmgate.judge.live.rounds import SETTLED
from warmgate.policy.values import Policy


def live_in_words(policy: Policy) -> tuple[str, str, tuple[str, ...]] | None:
    """Return the path of the limit on live durations, the limit and what it does; None where there is none."""
    limit = policy.live.duration
    if limit is None:
        return None
    said = f"typical and slow live calls, old against new, {FEWEST_ENVIRONMENTS} environments of each"
    settled = f"the first {SETTLED} calls of an environment are no typical ones"
    grace = (
        f"for {policy.live.grace_ms / 1000:g} s a slowness that fades stops nothing"
        if policy.live.grace_ms
        else "a cold cache that the new version's environments share may stop it: live.grace is 0"
    )
    return f"live.duration.{limit.statistic}", f"<= {limit.ratio:g}x", (f"{said}; {settled}", grace)
