"""How long a restore from a SnapStart snapshot takes for a small Python function."""

from __future__ import annotations

from statistics import median

from warmgate_ops.cold_starts.first_run.answers import Answer
from warmgate_ops.cold_starts.first_run.lab import Lab, Plan, Question, answered, unanswered

ID = "restore-duration"
BURST = 4
"""Times the environments of other questions: each is restored once."""


def _ask(lab: Lab, plan: Plan) -> Answer:
    function = lab.make(ID, memory_mb=512, work=400_000, snapstart=True)
    version = lab.publish(function)
    heard = lab.burst(function, BURST * plan.environments, version)
    found = sorted(each.restore_ms for each in heard if each.restore_ms is not None)
    if not found:
        return unanswered(ID, f"none of {len(heard)} calls reported a Restore Duration")
    said = f"a restore takes {median(found):.0f} ms, at most {found[-1]:.0f} ms (n={len(found)}, Python, 512 MB)"
    return answered(ID, said, restores=float(len(found)), median_ms=median(found), slowest_ms=found[-1])


QUESTION = Question(
    id=ID,
    asks="How long does a restore from a snapshot take?",
    how="a published version with SnapStart, called in one burst; Restore Duration of the reports",
    usd_most=0.02,
    ask=_ask,
)
