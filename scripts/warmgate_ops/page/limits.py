"""Where the limits of a verdict lie on an axis: taken from its findings, never from a guess. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass

from warmgate.judge.quantile import quantile
from warmgate.model.calls import Arm
from warmgate.model.verdict import Finding, Unit
from warmgate_ops.page.case import Case
from warmgate_ops.page.figure import in_mb, in_ms


@dataclass(frozen=True, slots=True)
class Mark:
    """An allowed value, and the share of calls that must not be beyond it where there is one."""

    check: str
    value: float
    share: float | None
    label: str
    relative: bool = False
    """Whether it follows from what the baseline showed: then ranks and counts decide, not this line."""


def duration_marks(case: Case) -> list[Mark]:
    """Return the limits of duration."""
    old, _ = case.durations(Arm.BASELINE)
    return _marks(case, "duration", old)


def init_marks(case: Case) -> list[Mark]:
    """Return the limits of init."""
    return _marks(case, "init", case.inits(Arm.BASELINE))


def first_response_marks(case: Case) -> list[Mark]:
    """Return the limits of first responses."""
    return _marks(case, "first_response", case.first_responses(Arm.BASELINE))


def memory_marks(case: Case) -> list[Mark]:
    """Return the limit of memory in MB; a finding has it as a share, of a memory size that follows from its peak."""
    peak = max(case.memory(Arm.CANDIDATE), default=0.0)
    return [
        Mark(finding.check, value, None, f"≤ {in_mb(value)} ({finding.limit:.0%} of memory)")
        for finding in _findings(case, "limits.memory.")
        if finding.limit and finding.measured and peak
        for value in [finding.limit / finding.measured * peak]
    ]


def _marks(case: Case, metric: str, old: list[float]) -> list[Mark]:
    marks = [
        Mark(finding.check, finding.limit, share_of(finding), f"{_statistic(finding)} ≤ {in_ms(finding.limit)}")
        for finding in _findings(case, f"limits.{metric}.")
        if finding.limit is not None and finding.unit is Unit.MS
    ]
    for finding in _findings(case, f"compare.{metric}."):
        share = share_of(finding)
        if old and finding.limit is not None and share is not None:
            value = finding.limit * quantile(old, share)
            label = f"{_statistic(finding)} ≤ {finding.limit:g}x baseline ({in_ms(value)})"
            marks.append(Mark(finding.check, value, share, label, relative=True))
    return marks


def _findings(case: Case, prefix: str) -> list[Finding]:
    return [finding for finding in case.judgement.verdict.findings if finding.check.startswith(prefix)]


def _statistic(finding: Finding) -> str:
    """Return the policy's word for what is limited: `p95` of `limits.duration.p95`, `p99.9` likewise."""
    return finding.check.split(".", 2)[2]


def share_of(finding: Finding) -> float | None:
    """Return the share that a statistic stands for, None for a word that is no percentile."""
    word = _statistic(finding)
    if word in {"median", "body"}:
        return 0.5
    try:
        share = float(word.removeprefix("p")) / 100
    except ValueError:
        return None
    return share if word.startswith("p") and 0 < share < 1 else None
