"""Judges a release by the live traffic of its shift, and by calls of its own where there was too little of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from warmgate.errors import LogLookupError
from warmgate.judge.live.rounds import Stretch
from warmgate.judge.live.stretches import has_live_limits, judge_live, too_little
from warmgate.judge.live.summary import judge_summaries
from warmgate.judge.verdict import verdict_of_findings
from warmgate.live.reading import Reading, read_new_calls
from warmgate.live.traffic import Traffic, add_calls
from warmgate.logs.calls import LoggedCall, Window
from warmgate.logs.raised import hidden_failures
from warmgate.model.calls import Arm, Sample
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, Status
from warmgate.model.function import FunctionVersion
from warmgate.model.log_stream import FunctionLog, log_of
from warmgate.model.traffic import EnvironmentSummary, MetricCounts
from warmgate.model.verdict import Outcome, Spending, Verdict
from warmgate.policy.values import Policy
from warmgate.ports.functions import Functions
from warmgate.ports.logs import LiveMetrics, Logs
from warmgate.ports.time import Clock
from warmgate.probing.assessment import Assessment, Judging

POLL_MS = 5_000.0
SETTLING_MS = 15_000.0
"""After the shift's end so long is waited for at the least: log events can be read some seconds after they happened."""
OWN_CALLS_MS = 90_000.0
"""Kept back from reading live traffic, for calls of our own."""
UNKNOWN_SHIFT_MS = 15 * 60_000.0
BEFORE_MS = 10 * 60_000.0
"""Where the old version served nothing while the new one did, its traffic of so long before the shift is compared."""
FEW_OLD_CALLS = 20
MOST_CALLS = 50_000
"""Beyond that the log is asked for summaries instead of calls: FilterLogEvents gives some thousand events a second."""
MOST_SAMPLES = 10_000
"""Live samples that a report keeps, the latest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAssessor:
    """The judging of the hook that runs after traffic has moved."""

    functions: Functions
    logs: Logs
    metrics: LiveMetrics
    own_calls: Judging
    """Decides where live traffic cannot."""
    clock: Clock

    def judge_release(self, deployment: Deployment, policy: Policy, deadline: Deadline) -> Assessment:
        """Return the assessment of a deployment whose shift is over.

        Raises:
            WarmgateError: calls of our own were needed and could not be made or judged.
        """
        if not has_live_limits(policy):
            reason = "the policy sets no live limits: nothing was judged"
            return Assessment(verdict=Verdict(outcome=Outcome.PASSED, status=Status.SUCCEEDED, reason=reason))
        began_ms = self.clock.now_ms()
        patience = deadline.no_later_than(began_ms + policy.budget.seconds * 1000)
        watched = self._watched(deployment, policy, patience.no_later_than(deadline.at_ms - OWN_CALLS_MS))
        verdict, notes = watched.verdict, watched.notes
        if not too_little(verdict):
            seconds = (self.clock.now_ms() - began_ms) / 1000
            return replace(watched, spending=Spending(seconds=seconds))
        own = self.own_calls.judge_release(deployment, policy, deadline)
        return Assessment(
            verdict=_joined(verdict, own.verdict, policy),
            samples=(*watched.samples, *own.samples),
            spending=replace(own.spending, seconds=(self.clock.now_ms() - began_ms) / 1000),
            notes=(*notes, "too little live traffic: synthetic probes decided", *own.notes),
        )

    def _watched(self, deployment: Deployment, policy: Policy, patience: Deadline) -> Assessment:
        """Read live traffic until it decides or the patience ends."""
        shift_ms = deployment.shift_began_ms or self.clock.epoch_ms() - UNKNOWN_SHIFT_MS
        settled_ms = (deployment.shift_ended_ms or self.clock.epoch_ms()) + SETTLING_MS
        counts, _ = self._counts(deployment, shift_ms, patience)
        if sum(counted.calls for counted in counts.values()) > MOST_CALLS:
            return self._summarised(deployment, policy, shift_ms, settled_ms, patience)
        traffic = Traffic(baseline=deployment.baseline, candidate=deployment.candidate)
        reading, notes = Reading(since_ms=shift_ms), tuple[str, ...]()
        verdict = judge_live((), policy)
        while True:
            try:
                function_logs = self._function_logs(deployment)
                reading, calls = read_new_calls(self.logs, function_logs, reading, self.clock.epoch_ms(), patience)
                traffic = add_calls(traffic, calls)
            except LogLookupError as error:
                notes = (f"live traffic could not be read from the log: {error}",)
            verdict = judge_live(traffic.stretches, policy)
            if any(finding.outcome is Outcome.FAILED for finding in verdict.findings):
                break
            everything = all(finding.outcome is Outcome.PASSED for finding in verdict.findings)
            if everything and self.clock.epoch_ms() >= settled_ms:
                break
            if notes or self.clock.now_ms() + POLL_MS >= patience.at_ms:
                break
            self.clock.sleep_ms(POLL_MS)
        return self._judged(deployment, policy, traffic, shift_ms, patience, notes)

    def _versions(self, deployment: Deployment) -> list[FunctionVersion]:
        versions = [v for v in (deployment.candidate, deployment.baseline) if v]
        return [self.functions.version(deployment.target.function, version) for version in versions]

    def _hidden_failures(self, deployment: Deployment) -> str:
        """Return why the log does not show every failure of the candidate."""
        candidate = self.functions.version(deployment.target.function, deployment.candidate)
        return hidden_failures(candidate.runtime, candidate.log_format)

    def _function_logs(self, deployment: Deployment) -> list[FunctionLog]:
        return list(dict.fromkeys(map(log_of, self._versions(deployment))))

    def _summarised(
        self, deployment: Deployment, policy: Policy, shift_ms: float, settled_ms: float, patience: Deadline
    ) -> Assessment:
        """Judge traffic that is too much to be read call by call, by one query once the log has settled."""
        wait_ms = min(settled_ms - self.clock.epoch_ms(), patience.at_ms - self.clock.now_ms())
        if wait_ms > 0:
            self.clock.sleep_ms(wait_ms)
        window = Window(shift_ms, self.clock.epoch_ms())
        notes: tuple[str, ...] = ()
        found: tuple[EnvironmentSummary, ...] = ()
        try:
            asked = dict.fromkeys((log_of(v), v.log_format == "JSON") for v in self._versions(deployment))
            queried = [self.logs.summaries(log, window, patience, json_format=json) for log, json in asked]
            found, notes = _platforms([summary for summaries in queried for summary in summaries])
        except LogLookupError as error:
            notes = (f"live traffic could not be read from the log: {error}",)
        counts, note = self._counts(deployment, shift_ms, patience)
        versions = {Arm.BASELINE: deployment.baseline, Arm.CANDIDATE: deployment.candidate}
        arms = {arm: [s for s in found if s.version == version] for arm, version in versions.items()}
        return Assessment(verdict=judge_summaries(arms, policy, counts), notes=(*notes, *([note] if note else [])))

    def _judged(
        self,
        deployment: Deployment,
        policy: Policy,
        traffic: Traffic,
        shift_ms: float,
        patience: Deadline,
        notes: tuple[str, ...],
    ) -> Assessment:
        """Judge all that was seen, with the earlier traffic of the baseline and the counts of CloudWatch."""
        stretches = traffic.ended()
        if _count(stretches, Arm.BASELINE) < FEW_OLD_CALLS and _count(stretches, Arm.CANDIDATE):
            traffic, note = self._with_earlier_baseline(deployment, traffic, shift_ms, patience)
            stretches, notes = traffic.ended(), (*notes, note)
        counts, note = self._counts(deployment, shift_ms, patience)
        samples = [sample for stretch in stretches for sample in stretch.samples]
        return Assessment(
            verdict=judge_live(stretches, policy, counts, ended=True, hidden=self._hidden_failures(deployment)),
            samples=_numbered(stretches)[-MOST_SAMPLES:],
            notes=tuple(said for said in (*notes, *_stretch_notes(stretches), note, _kept(len(samples))) if said),
        )

    def _with_earlier_baseline(
        self, deployment: Deployment, traffic: Traffic, shift_ms: float, patience: Deadline
    ) -> tuple[Traffic, str]:
        """Return the traffic with the baseline's calls of the time before the shift, spread over the candidate's."""
        window = Window(shift_ms - BEFORE_MS, shift_ms)
        try:
            found = self._calls_of_version(deployment, deployment.baseline, window, patience)
            now = Window(shift_ms, self.clock.epoch_ms())
            new = self._calls_of_version(deployment, deployment.candidate, now, patience)
        except LogLookupError as error:
            return traffic, f"the baseline's earlier traffic could not be read: {error}"
        if not found or not new:
            return traffic, "the old version served no calls in the ten minutes before the shift either"
        first_ms, last_ms = new[0].at_ms, new[-1].at_ms
        spread = [
            replace(call, at_ms=first_ms + (last_ms - first_ms) * (place + 0.5) / len(found))
            for place, call in enumerate(found)
        ]
        blank = Traffic(baseline=deployment.baseline, candidate=deployment.candidate)
        merged: list[LoggedCall] = sorted((*spread, *new), key=lambda call: call.at_ms)
        return add_calls(blank, merged), f"compared with {len(found)} calls of the old version before the shift"

    def _calls_of_version(
        self, deployment: Deployment, version: str, window: Window, patience: Deadline
    ) -> list[LoggedCall]:
        read = [self.logs.calls(log, window, patience) for log in self._function_logs(deployment)]
        return [call for each in read for call in each.calls if call.version == version]

    def _counts(
        self, deployment: Deployment, shift_ms: float, patience: Deadline
    ) -> tuple[Mapping[Arm, MetricCounts], str]:
        arms = {Arm.CANDIDATE: deployment.candidate, Arm.BASELINE: deployment.baseline}
        window = Window(shift_ms, self.clock.epoch_ms())
        try:
            found = {
                arm: self.metrics.counts(deployment.target, version, window, patience)
                for arm, version in arms.items()
                if version
            }
        except LogLookupError as error:
            return {}, f"CloudWatch's counts were not read: {error}"
        return {arm: counts for arm, counts in found.items() if counts is not None}, ""


def _platforms(summaries: Sequence[EnvironmentSummary]) -> tuple[tuple[EnvironmentSummary, ...], tuple[str, ...]]:
    """Return the summaries whose figures are the platform's, and notes on them."""
    kept = tuple(summary for summary in summaries if not summary.unbegun)
    note = f"{sum(s.calls for s in kept)} live calls in {len(kept)} environments, by a query of the log"
    if len(kept) == len(summaries):
        return kept, (note,)
    left_out = f"{len(summaries) - len(kept)} environments left out: the function prints REPORT lines itself"
    return kept, (note, left_out)


def _count(stretches: Sequence[Stretch], arm: Arm) -> int:
    return sum(sample.arm is arm for stretch in stretches for sample in stretch.samples)


def _stretch_notes(stretches: Sequence[Stretch]) -> list[str]:
    new, old = (_count(stretches, arm) for arm in (Arm.CANDIDATE, Arm.BASELINE))
    return [f"{new} live calls of the new version and {old} of the old one, in {len(stretches)} stretches, by the log"]


def _kept(count: int) -> str:
    return f"{count} live calls, the latest {MOST_SAMPLES} are kept" if count > MOST_SAMPLES else ""


def _numbered(stretches: Sequence[Stretch]) -> tuple[Sample, ...]:
    """Return all samples with rounds that go on counting from one stretch to the next."""
    numbered: list[Sample] = []
    before = 0
    for stretch in stretches:
        numbered += [replace(sample, round=before + sample.round) for sample in stretch.samples]
        before += max((sample.round for sample in stretch.samples), default=0)
    return tuple(numbered)


def _joined(live: Verdict, own: Verdict, policy: Policy) -> Verdict:
    """Return the verdict of what live traffic showed and of our own calls.

    What it left open is a warning; where it leans to a failure, the policy's `when` still has its say.
    """
    opened = [f for f in live.findings if f.outcome is Outcome.INCONCLUSIVE and not f.leans_to_fail]
    shown = tuple(finding for finding in live.findings if finding not in opened)
    verdict = own if not own.findings else verdict_of_findings((*shown, *own.findings), policy)
    warnings = tuple(f"{f.check}: inconclusive ({f.inconclusive_because}): {f.reason}" for f in opened)
    return replace(verdict, warnings=(*verdict.warnings, *warnings))
