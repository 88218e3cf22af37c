"""Tells which probes do not fit: the baseline fails every call of them, and the candidate fails them the same way.

The same way is the same outcome and the same error type, or the same status of an answer that is not as expected. What
fails before the handler runs is a fault of the version whatever the baseline does, and is never excused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from warmgate.judge.score import STRIKES
from warmgate.judge.wording import word
from warmgate.model.calls import UNSEEN, Arm, CallOutcome, Evidence, Phase, Sample
from warmgate.model.verdict import Because, Finding, Outcome
from warmgate.policy.values import Probe

TRIES = 3
"""Calls of the baseline that all fail: of one that fails one call in five, they do in 0.8 % of cases."""
NAMELESS = frozenset({"", "Unhandled"})
"""Errors without a type of their own: whether two of them are the same is not known."""
IN_THE_HANDLER = frozenset({"Runtime.MarshalError", "Runtime.UnhandledPromiseRejection"})
"""What a runtime says of a handler that has run; its other errors come before that, or end the process."""

Way = tuple[CallOutcome, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fits:
    """The probes that the baseline always fails, and what it is called."""

    ways: Mapping[str, frozenset[Way]] = field(default_factory=dict)
    """How the baseline fails each of them."""
    baseline: str = "the baseline"

    def excuses(self, sample: Sample) -> bool:
        """Return whether a call failed as the baseline's do."""
        return way_of(sample) in self.ways.get(sample.probe, ())

    def excused(self, samples: Iterable[Sample]) -> frozenset[str]:
        """Return the probes that the candidate fails as the baseline does."""
        return frozenset(s.probe for s in samples if s.arm is Arm.CANDIDATE and self.excuses(s))


def way_of(sample: Sample) -> Way | None:
    """Return how a call failed, None where it did not, or not in the handler, or where that is not known."""
    if sample.init_failed or sample.advice:
        return None
    if sample.outcome is CallOutcome.UNEXPECTED_ANSWER:
        return sample.outcome, sample.message
    if sample.outcome is CallOutcome.TIMEOUT:
        return sample.outcome, ""
    name = sample.error_type or ""
    if sample.outcome is not CallOutcome.ERROR or name in NAMELESS:
        return None
    before = name.startswith(("Runtime.", "Extension.", "Sandbox.")) and name not in IN_THE_HANDLER
    return None if before else (sample.outcome, name)


def fits_in(evidence: Evidence, probes: Sequence[Probe]) -> Fits:
    """Return those of some probes that the baseline failed in every call, three at least."""
    baseline = f"version {evidence.baseline}" if evidence.baseline else "the baseline"
    # Mostly nothing fails, and every look asks.
    if all(s.outcome is CallOutcome.OK for s in evidence.samples if s.arm is Arm.BASELINE):
        return Fits(baseline=baseline)
    old = _by_probe(evidence.samples, Arm.BASELINE)
    tried = [(each.name, old.get(each.name, [])) for each in probes]
    ways = {name: [way_of(sample) for sample in calls] for name, calls in tried if len(calls) >= TRIES}
    always = {probe: frozenset(way for way in found if way) for probe, found in ways.items() if all(found)}
    return Fits(ways=always, baseline=baseline)


def untried(samples: Sequence[Sample]) -> dict[str, int]:
    """Return how many calls of the baseline are missing to say whether a probe fits that the candidate always fails."""
    old, new = _by_probe(samples, Arm.BASELINE), _by_probe(samples, Arm.CANDIDATE)
    failing = [probe for probe, calls in new.items() if len(calls) >= STRIKES and all(map(way_of, calls))]
    return {
        probe: TRIES - len(tried)
        for probe in failing
        if len(tried := old.get(probe, [])) < TRIES and all(map(way_of, tried))
    }


def judge_fit(probe: Probe, evidence: Evidence, fits: Fits) -> Finding | None:
    """Return the finding of a probe that the baseline always fails; None where it fits, or was not tried."""
    old = _by_probe(evidence.samples, Arm.BASELINE).get(probe.name, [])
    new = _by_probe(evidence.samples, Arm.CANDIDATE).get(probe.name, [])
    if probe.name not in fits.ways or not new:
        return None
    alike = [sample for sample in new if fits.excuses(sample)]
    finding = Finding(
        check=f"probes.{probe.name}.fit",
        outcome=Outcome.PASSED,
        reason=f"{fits.baseline} fails it ({_in_words(old[0])}), the candidate does not:"
        " its durations are not compared",
        bad_count=len(alike),
        sample_count=len(new),
    )
    if not alike:
        return finding if all(sample.outcome is CallOutcome.OK for sample in new) else None
    return replace(
        finding,
        outcome=Outcome.INCONCLUSIVE,
        reason=does_not_fit(probe.name, fits.baseline, _in_words(old[0]), _in_words(alike[0])),
        details=f"all {len(old)} calls of {fits.baseline} and {len(alike)} of {len(new)} of the candidate fail so:"
        " give the probe a payload that the function answers",
        inconclusive_because=Because.PROBE_UNFIT,
    )


def does_not_fit(probe: str, baseline: str, old: str, new: str) -> str:
    """Return the sentence that says that a probe does not fit.

    Args:
        probe: its name.
        baseline: the version that serves now, in words.
        old: how that fails it.
        new: how the candidate does; told where the message is another one.
    """
    other = "" if old == new else f" (the candidate: {new})"
    return f"probe {probe} does not fit: {baseline} fails it the same way: {old}{other}"


def without(evidence: Evidence, probes: Iterable[str]) -> Evidence:
    """Return the evidence without the calls of some probes."""
    if not (dropped := frozenset(probes)):
        return evidence
    return replace(evidence, samples=tuple(sample for sample in evidence.samples if sample.probe not in dropped))


def forgiven(evidence: Evidence, fits: Fits) -> Evidence:
    """Return the evidence with what failed as the baseline's calls do as if it had not."""
    if not fits.ways:
        return evidence
    samples = tuple(replace(s, outcome=CallOutcome.OK) if fits.excuses(s) else s for s in evidence.samples)
    return replace(evidence, samples=samples)


def _by_probe(samples: Iterable[Sample], arm: Arm) -> dict[str, list[Sample]]:
    """Return the calls of an arm that showed anything, by probe."""
    found: dict[str, list[Sample]] = {}
    for sample in samples:
        if sample.arm is arm and sample.outcome not in UNSEEN and sample.phase is not Phase.REPEATED:
            found.setdefault(sample.probe, []).append(sample)
    return found


def _in_words(sample: Sample) -> str:
    """Return how a call failed."""
    if sample.outcome is CallOutcome.TIMEOUT or not (sample.error_type or sample.message):
        return word(sample.detail) or sample.outcome.value
    return word(": ".join(part for part in (sample.error_type, sample.message) if part))
