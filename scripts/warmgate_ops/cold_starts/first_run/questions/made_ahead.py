"""How many environments are initialised before anybody calls them."""

from __future__ import annotations

from warmgate_ops.cold_starts.first_run.answers import Answer
from warmgate_ops.cold_starts.first_run.lab import Lab, Plan, Question, answered, unanswered

ID = "made-ahead"
AHEAD_MS = 1000.0
"""An environment that was ready for longer when its first call came was made for nobody."""


def _ask(lab: Lab, plan: Plan) -> Answer:
    function = lab.make(ID)
    first: list[float] = []
    for _ in range(plan.rounds):
        lab.renew(function)
        # Two bursts: what AWS makes ahead while the first one runs is met by the second.
        for _ in range(2):
            heard = lab.burst(function, plan.environments)
            first += [each.ready_for_ms for each in heard if each.is_first]
            lab.sleep(2.0)
    if not first:
        return unanswered(ID, "no call was the first of its environment")
    ahead = sum(ready_ms > AHEAD_MS for ready_ms in first)
    said = f"{ahead} of {len(first)} environments had been ready for more than 1 s when their first call came"
    return answered(ID, said, environments=float(len(first)), made_ahead=float(ahead), longest_ready_ms=max(first))


QUESTION = Question(
    id=ID,
    asks="How many environments are initialised before anybody calls them (proactive initialisation)?",
    how="bursts to new environments; how long each had been ready when its first call came",
    usd_most=0.01,
    ask=_ask,
)
