"""Whether the cold starts of a variant keep a policy's limits: by the gate's own counting, on its own samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warmgate.judge.cold_starts import FIRST_RESPONSE
from warmgate.judge.limits.init import judge_init
from warmgate.model.verdict import Finding, Outcome
from warmgate.policy.values import PercentileLimit, Policy
from warmgate_ops.cold_starts.sweeping.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdLimits:
    """What cold starts are held to."""

    init: tuple[PercentileLimit, ...] = ()
    first_response: tuple[PercentileLimit, ...] = ()
    """Of init and first call together."""
    source: str = ""
    """Where they come from, in words."""

    @property
    def any(self) -> bool:
        """Return whether there is a limit at all."""
        return bool(self.init or self.first_response)


def limits_of(policy: Policy, within_ms: float | None) -> ColdLimits:
    """Return the limits of a policy; `within_ms` stands instead of its limit of the first response, as a p95."""
    first, source = policy.limits.first_response, f"policy {policy.name}"
    if within_ms is not None:
        first, source = (PercentileLimit(percentile=0.95, limit_ms=within_ms),), "--within"
    return ColdLimits(init=policy.limits.init, first_response=first, source=source)


def findings_of(row: Row, limits: ColdLimits) -> tuple[Finding, ...]:
    """Return what the judge says of each limit."""
    evidence = row.evidence()
    inits = [judge_init(limit, evidence) for limit in limits.init]
    return (*inits, *(judge_init(limit, evidence, FIRST_RESPONSE) for limit in limits.first_response))


def keeps(findings: Sequence[Finding]) -> bool:
    """Return whether every limit is kept; one that could not be decided is not."""
    return all(finding.outcome is Outcome.PASSED for finding in findings)
