"""One figure that says what became of a release, for a glance: from the worst failed check. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass

from warmgate.judge.quantile import quantile
from warmgate.model.calls import Arm
from warmgate.model.verdict import Finding, Outcome, Verdict
from warmgate.report import wording
from warmgate_ops.page.case import Case
from warmgate_ops.page.limits import share_of

SLOWER = 1.1
"""From here on a factor says more than the two figures do."""
TAIL = 0.95
CALLS = ("errors", "expect")
"""Checks of what a call answered: whatever took how long, these come first."""


@dataclass(frozen=True, slots=True)
class Headline:
    """A line in large letters, and a sentence below it."""

    text: str
    aside: str = ""


def headline_of(case: Case) -> Headline:
    """Return the headline of a case."""
    verdict = case.judgement.verdict
    if worst := worst_of(verdict):
        return _of_finding(case, worst)
    if verdict.outcome is Outcome.PASSED:
        return Headline(_counted(len(verdict.findings), "passed"), _compared(case))
    if verdict.outcome is Outcome.SKIPPED:
        return Headline("Nothing was judged")
    if verdict.outcome is Outcome.ERROR:
        return Headline("It could not be found out")
    undecided = sum(finding.outcome is not Outcome.PASSED for finding in verdict.findings)
    return Headline(f"{undecided} of {len(verdict.findings)} checks could not decide", _compared(case))


def worst_of(verdict: Verdict) -> Finding | None:
    """Return the failed check that says most, None where none failed."""
    failed = [finding for finding in verdict.findings if finding.outcome is Outcome.FAILED]
    return max(failed, key=_weight, default=None)


def metric_of(finding: Finding) -> str:
    """Return what a check looks at: `init` of `limits.init.p95`, `expect` of a probe, whatever the probe's name."""
    kind, _, rest = finding.check.partition(".")
    return "expect" if kind == "probes" else rest.partition(".")[0]


def _counted(count: int, what: str) -> str:
    return f"All {count} checks {what}" if count > 1 else f"The only check {what}" if count else "No check was applied"


def _weight(finding: Finding) -> tuple[bool, float]:
    """Return how bad a failed check is: a wrong answer before a late one, then by how far it is beyond its limit."""
    beyond = finding.measured / finding.limit if finding.measured and finding.limit else 0.0
    return metric_of(finding) in CALLS, beyond


def _of_finding(case: Case, finding: Finding) -> Headline:
    metric = metric_of(finding)
    aside = f"{finding.check}: {_limit(finding)}"
    if metric == "errors" and finding.bad_count is not None:
        return Headline(f"{finding.bad_count} of {finding.sample_count} calls failed", aside)
    if metric == "expect" and finding.bad_count is not None:
        return Headline(f"{finding.bad_count} of {finding.sample_count} answers were wrong", aside)
    if metric == "memory" and finding.measured is not None:
        return Headline(f"{finding.measured:.0%} of the memory used", aside)
    return _slower(case, finding, metric) or Headline(f"{finding.check} {wording.measured(finding)}", _limit(finding))


def _limit(finding: Finding) -> str:
    return "see its reason" if finding.limit is None else f"the limit is {wording.limit(finding)}"


def _slower(case: Case, finding: Finding, metric: str) -> Headline | None:
    """Return how much slower cold starts or calls have become; None where there is nothing to say it of."""
    what = {"init": "Cold start", "first_response": "First response", "duration": "Call"}.get(metric)
    if what is None:
        return None
    old, new = _figures(case, metric, share := (share_of(finding) or TAIL) if metric == "duration" else 0.5)
    if new is None:
        return None
    name = "median" if share == 0.5 else f"p{share * 100:g}"
    if old and new / old >= SLOWER:
        text = f"{what} {times(new / old)} slower: {large_ms(old)} → {large_ms(new)}"
        return Headline(text, f"{name} of each version; {finding.check}: {_limit(finding)}")
    if finding.limit is None or not finding.measured:
        return None
    return Headline(f"{what} {wording.measured(finding)}, limit {wording.limit(finding)}", finding.check)


def _figures(case: Case, metric: str, share: float) -> tuple[float | None, float | None]:
    """Return a percentile of the baseline and of the candidate, None for a version without any."""
    own = {"init": case.inits, "first_response": case.first_responses}
    values = [own[metric](arm) if metric in own else case.durations(arm)[0] for arm in (Arm.BASELINE, Arm.CANDIDATE)]
    old, new = (quantile(sorted(found), share) if found else None for found in values)
    return old, new


def _compared(case: Case) -> str:
    """Return what the median call took in both versions, empty where one was not measured."""
    old, new = _figures(case, "duration", 0.5)
    if old is None or new is None:
        return ""
    return f"Median call: {large_ms(old)} → {large_ms(new)}"


def times(ratio: float) -> str:
    """Return a factor as people say it."""
    return f"{ratio:.0f}x" if ratio >= 10 else f"{ratio:.2g}x"


def large_ms(value: float) -> str:
    """Return a duration without more digits than a glance takes."""
    return f"{value:,.0f} ms" if value >= 10 else f"{value:.2g} ms"
