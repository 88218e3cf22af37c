"""Leaves out of evidence what no clock or platform can have read: it counts as missing. Drops no sample."""

from __future__ import annotations

from dataclasses import replace

from warmgate.model.calls import Evidence, Sample

LARGEST = 1e12
"""Far beyond any duration in milliseconds (30 years) and any memory."""


def readable(evidence: Evidence) -> Evidence:
    """Return the evidence with every impossible reading (NaN, infinite, negative) as None."""
    if all(_is_readable(sample) for sample in evidence.samples):
        return evidence
    return replace(evidence, samples=tuple(s if _is_readable(s) else _mended(s) for s in evidence.samples))


def _is_readable(sample: Sample) -> bool:
    readings = (
        *(sample.duration_ms, sample.init_ms, sample.failed_init_ms, sample.restore_ms),
        *(sample.memory_mb, sample.memory_size_mb),
    )
    # Not `all(...)` over a generator: every sample passes here at every look.
    for value in readings:  # noqa: SIM110
        if value is not None and not 0 <= value <= LARGEST:
            return False
    return True


def _possible(value: float | None) -> bool:
    return value is None or 0 <= value <= LARGEST


def _mended(sample: Sample) -> Sample:
    def known(value: float | None) -> float | None:
        return value if _possible(value) else None

    return replace(
        sample,
        duration_ms=known(sample.duration_ms),
        init_ms=known(sample.init_ms),
        failed_init_ms=known(sample.failed_init_ms),
        restore_ms=known(sample.restore_ms),
        memory_mb=known(sample.memory_mb),
        memory_size_mb=known(sample.memory_size_mb),
    )
