"""What a cold start is judged by: its init, or the first response that its caller waited for. Reads single samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from warmgate.model.calls import Sample, Start

COLD = (Start.COLD, Start.RESTORED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdMetric:
    """One figure of a cold start, and what it is called."""

    key: str
    """The policy's key."""
    noun: str
    """One of them, in a finding's reason."""
    read: Callable[[Sample], float | None]
    """Returns the figure in milliseconds; None for a call that met no cold start, and where it is not told."""
    untold: str
    """What is missing where an init failed and was run again inside the call."""


def init_of(sample: Sample) -> float | None:
    """Return the init of a cold start in milliseconds, or the restore with SnapStart; None where there is none."""
    if sample.start is Start.COLD:
        return sample.init_ms
    return sample.restore_ms if sample.start is Start.RESTORED else None


def first_response_of(sample: Sample) -> float | None:
    """Return what the first caller of an environment waited for: init or restore, and then that same call, in ms.

    An init that was run again is inside the call already: what its caller waited for before that is its failure.
    """
    before_ms = sample.failed_init_ms if sample.init_failed else init_of(sample)
    if before_ms is None or sample.duration_ms is None or sample.start not in COLD:
        return None
    return before_ms + sample.duration_ms


INIT = ColdMetric(key="init", noun="cold start", read=init_of, untold="how long that took is not known")
FIRST_RESPONSE = ColdMetric(
    key="first_response",
    noun="first response",
    read=first_response_of,
    untold="how long it took to fail is not known",
)
