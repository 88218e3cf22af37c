"""Judges peak memory: the largest share of its memory that a call of the candidate used; asks for no calls."""

from __future__ import annotations

from warmgate.judge.finding import without_data
from warmgate.judge.wording import counted
from warmgate.model.calls import Arm, Evidence
from warmgate.model.figures import percent
from warmgate.model.verdict import Finding, Outcome, Unit

CHECK = "limits.memory.max"


def judge_memory(allowed: float, evidence: Evidence) -> Finding:
    """Return the finding of the peak memory limit."""
    used = [
        (sample.memory_mb / sample.memory_size_mb, sample.memory_mb, sample.memory_size_mb)
        for sample in evidence.samples
        if sample.arm is Arm.CANDIDATE and sample.memory_mb is not None and sample.memory_size_mb
    ]
    if not used:
        return without_data(CHECK, allowed, Unit.RATIO, evidence.closed, "no report named its memory")
    ratio, peak, size = max(used)
    over = sum(share > allowed for share, _, _ in used)
    return Finding(
        check=CHECK,
        outcome=Outcome.FAILED if over else Outcome.PASSED,
        reason=f"calls used up to {peak:.0f} MB of {size:.0f} MB"
        f" ({percent(ratio)}; the limit allows {percent(allowed)})",
        details=f"{counted(over, len(used), 'call')} beyond the limit",
        measured=ratio,
        limit=allowed,
        unit=Unit.RATIO,
        bad_count=over,
        sample_count=len(used),
    )
