"""What a report says of the calls besides the findings."""

from __future__ import annotations

from collections import Counter

from warmgate.model.calls import UNSEEN, Arm, CallOutcome, Phase, Sample, Start
from warmgate.model.verdict import Spending
from warmgate.planning import ProbePlan

UNSEEN_WORDS = {
    CallOutcome.THROTTLED: "got no concurrency",
    CallOutcome.LOST: "may have run, but their answer was lost",
}


def plan_notes(plan: ProbePlan, spending: Spending) -> tuple[str, ...]:
    """Say what the plan left out, and which calls were made again."""
    notes = [f"left out: {what}" for what in plan.left_out]
    if plan.burst.granted < plan.burst.asked:
        notes.append(f"burst of {plan.burst.granted} instead of {plan.burst.asked}: {plan.burst.reason}")
    if spending.throttles or spending.retries:
        notes.append(
            f"{spending.throttles} throttles and {spending.retries} repeated calls, not held against the version"
        )
    return tuple(notes)


def sample_notes(samples: tuple[Sample, ...]) -> tuple[str, ...]:
    """Say how many environments of the burst were really cold, and show a wrong answer where the policy keeps it."""
    burst = [sample for sample in samples if sample.arm is Arm.CANDIDATE and sample.phase is Phase.PREWARM]
    cold = sum(sample.start in {Start.COLD, Start.RESTORED} for sample in burst)
    notes = [f"{cold} of {len(burst)} calls of the burst met cold environments"] if burst else []
    unseen = [sample for sample in samples if sample.outcome in UNSEEN]
    for outcome, words in UNSEEN_WORDS.items():
        missed = [sample for sample in unseen if sample.outcome is outcome]
        if missed:
            notes.append(f"{len(missed)} calls {words} (first: {missed[0].error_type}), not held against the version")
    told = Counter((sample.error_type, sample.advice) for sample in samples if sample.advice)
    notes += [f"{count} calls could not be run ({code}): {advice}" for (code, advice), count in told.items()]
    wrong = next((sample for sample in samples if sample.answer), None)
    if wrong is not None:
        notes.append(f"probe {wrong.probe} was answered {wrong.answer!r}")
    return tuple(notes)
