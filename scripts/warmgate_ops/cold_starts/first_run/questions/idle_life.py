"""How long environments live without a call."""

from __future__ import annotations

from warmgate_ops.cold_starts.first_run.answers import Answer
from warmgate_ops.cold_starts.first_run.lab import Lab, Plan, Question, answered, unanswered

ID = "idle-life"


def _ask(lab: Lab, plan: Plan) -> Answer:
    """Make environments of one function a gap at once, and look for each function's after its gap, so it waits once."""
    made: dict[float, tuple[str, set[str]]] = {}
    for place, gap in enumerate(sorted(plan.gaps_s)):
        function = lab.make(f"{ID}-{place}")
        made[gap] = (function, {each.environment for each in lab.burst(function, plan.environments)})
    waited = 0.0
    figures: dict[str, float] = {}
    shown: list[str] = []
    for gap, (function, before) in made.items():
        lab.sleep(gap - waited)
        waited = gap
        left = len(before & {each.environment for each in lab.burst(function, len(before))})
        figures[f"alive_after_{gap:.0f}_s"] = float(left)
        figures[f"of_{gap:.0f}_s"] = float(len(before))
        shown.append(f"{left} of {len(before)} after {_time(gap)}")
    if not shown:
        return unanswered(ID, "no gap was to be waited for")
    return answered(ID, f"environments still there: {', '.join(shown)}", **figures)


def _time(seconds: float) -> str:
    return f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s"


QUESTION = Question(
    id=ID,
    asks="How long do environments live without a call?",
    how="environments of one function a gap; the same log streams are looked for after 5, 10, 20 and 40 minutes",
    usd_most=0.01,
    ask=_ask,
)
