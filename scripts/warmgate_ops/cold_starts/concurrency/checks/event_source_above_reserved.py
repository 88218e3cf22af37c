"""Event sources that call more often at once than is reserved."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.concurrency.seen import concurrency_of, reserving
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom


def _look(facts: Facts) -> Iterator[Symptom]:
    found = concurrency_of(facts)
    reserved = see(found.reserved or None)
    known = [(each, each.most) for each in see(found.sources) if each.most is not None]
    together = sum(most for _, most in known)
    if together > reserved:
        names = ", ".join(f"{each.name} {most}" for each, most in known)
        message = (
            f"event sources call {together} at once ({names}), {reserved} are reserved: {reserving(found, together)}"
        )
        yield Symptom(place=found.place(line=known[0][0].line), message=message)


CHECK = Check(
    id="event-source-above-reserved",
    title="Event sources call more at once than is reserved",
    severity=Severity.WARNING,
    why="A queue goes up to its maximum concurrency, a stream to its shards times the parallelization factor. What the"
    " reservation refuses comes back later, ages, and may end in a dead-letter queue.",
    fix="lower ScalingConfig.MaximumConcurrency or ParallelizationFactor, or reserve the sum",
    sources=(
        "Configuring scaling behavior for SQS event source mappings (AWS Lambda Developer Guide)",
        "How Lambda processes records from stream and queue-based event sources (AWS Lambda Developer Guide)",
    ),
    in_account=_look,
    in_template=_look,
)
