"""Judges peak memory: the largest share of its memory that a call of the candidate used."""

from __future__ import annotations

from warmgate.judge.wording import percent
from warmgate.model import Arm, Evidence, Finding, Outcome


def judge_memory(allowed: float, evidence: Evidence) -> Finding:
    """Return the finding of the peak memory limit."""
    used = [
        (sample.memory_mb / sample.memory_size_mb, sample.memory_mb, sample.memory_size_mb)
        for sample in evidence.samples
        if sample.arm is Arm.CANDIDATE and sample.memory_mb is not None and sample.memory_size_mb
    ]
    if not used:
        return Finding(
            check="limits.memory.max",
            outcome=Outcome.INCONCLUSIVE,
            reason="no data: no report named its memory",
            decided=evidence.closed is not None,
            limit=allowed,
            unit="ratio",
            inconclusive_because="no data",
        )
    ratio, peak, size = max(used)
    over = sum(share > allowed for share, _, _ in used)
    return Finding(
        check="limits.memory.max",
        outcome=Outcome.FAILED if ratio > allowed else Outcome.PASSED,
        reason=f"peak memory {peak:.0f} MB of {size:.0f} MB ({percent(ratio)}, limit {percent(allowed)})"
        + (f" in {over} of {len(used)} calls" if over else f", {len(used)} calls"),
        measured=ratio,
        limit=allowed,
        unit="ratio",
        margin=1 - ratio / allowed,
        bad_count=over,
        sample_count=len(used),
    )
