"""Whether init has more CPU than the memory gives to calls."""

from __future__ import annotations

from statistics import median

from warmgate_ops.cold_starts.first_run.answers import Answer
from warmgate_ops.cold_starts.first_run.lab import Lab, Plan, Question, answered, unanswered

ID = "init-boost"
SIZES_MB = (128, 512, 1769)
WORK = 400_000
"""About 400 ms of one vCPU."""
BOOSTED = 0.5


def _ask(lab: Lab, plan: Plan) -> Answer:
    ratios: dict[int, float] = {}
    counted = 0
    figures: dict[str, float] = {}
    for size in SIZES_MB:
        heard = lab.burst(lab.make(f"{ID}-{size}", memory_mb=size, work=WORK), plan.environments)
        first = [each for each in heard if each.is_first and each.call_work_ms > 0]
        if not first:
            return unanswered(ID, f"at {size} MB none of {len(heard)} calls was the first of its environment")
        in_init, in_call = (median(getattr(each, name) for each in first) for name in ("init_work_ms", "call_work_ms"))
        counted += len(first)
        ratios[size] = in_init / in_call
        figures |= {f"init_work_{size}_mb_ms": round(in_init, 1), f"call_work_{size}_mb_ms": round(in_call, 1)}
    least = ratios[SIZES_MB[0]]
    word = "init is boosted" if least <= BOOSTED else "init is not boosted"
    shown = ", ".join(f"{ratio:.2f}x at {size} MB" for size, ratio in ratios.items())
    return answered(ID, f"{word}: the same work takes in init {shown} of its time in a call (n={counted})", **figures)


QUESTION = Question(
    id=ID,
    asks="Does init run with more CPU than the function's memory gives to its calls?",
    how="the same 400 ms of work in init and in the first call, at 128, 512 and 1,769 MB",
    usd_most=0.01,
    ask=_ask,
)
