"""What the log adds to the samples of a run: names of environments, and cold starts that the baseline had before.

Both are optional: a log that may not be read costs a note, never the release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from warmgate.errors import LogLookupError
from warmgate.logs.calls import Window
from warmgate.model.calls import HISTORY, Arm, CallOutcome, Phase, Sample, Start
from warmgate.model.deadline import Deadline
from warmgate.model.function import FunctionVersion
from warmgate.model.log_stream import FunctionLog, log_of
from warmgate.model.verdict import Finding, Outcome, Verdict
from warmgate.ports.logs import Logs
from warmgate.ports.time import Clock

INGESTION_MS = 8_000.0
"""Log events can be read some seconds after they were written: so long are names waited for."""
POLL_MS = 1_000.0
EARLIER_MS = 60_000.0
"""The account's clock and the caller's may differ."""
FEWEST = 5
"""Cold starts of the baseline that are enough without the log's."""
NAMED_CHECKS = ("limits.duration", "compare.duration", "compare.errors")
NAMED_SHARE = "limits.errors.rate"


@dataclass(frozen=True, slots=True)
class Named:
    """Samples with the environments that the log names, and a note where it did not name them all."""

    samples: tuple[Sample, ...]
    note: str = ""


def names_matter(verdict: Verdict, samples: Sequence[Sample]) -> bool:
    """Return whether environments could change a verdict: a check that counts them refuses or is open, no other.

    A passed release is not asked about: it would wait for the log in every case, and gain nothing.
    """
    if all(sample.environment is not None or sample.request_id is None for sample in samples):
        return False
    others = [f for f in verdict.findings if f.outcome is Outcome.FAILED and not _is_named_check(f)]
    return not others and any(_is_named_check(f) and f.outcome is not Outcome.PASSED for f in verdict.findings)


def _is_named_check(finding: Finding) -> bool:
    # Where no call may fail, it does not matter where one did.
    return finding.check.startswith(NAMED_CHECKS) or (finding.check == NAMED_SHARE and bool(finding.limit))


def name_environments(
    samples: tuple[Sample, ...],
    logs: Logs,
    clock: Clock,
    function_logs: Sequence[FunctionLog],
    since_ms: float,
    deadline: Deadline,
) -> Named:
    """Return the samples with their log streams as environments, waiting a little for late events.

    Args:
        samples: of one run.
        logs: where to look.
        clock: lets the time pass.
        function_logs: of both versions.
        since_ms: when the run began, in milliseconds since the epoch.
        deadline: of the run.
    """
    patience = deadline.no_later_than(clock.now_ms() + INGESTION_MS)
    wanted = {s.request_id for s in samples if s.environment is None and s.request_id is not None}
    streams: dict[str | None, str] = {}
    while True:
        window = Window(since_ms - EARLIER_MS, clock.epoch_ms() + EARLIER_MS)
        try:
            for log in dict.fromkeys(function_logs):
                read = logs.calls(log, window, patience)
                streams.update({call.record.request_id: call.environment for call in read.calls})
        except LogLookupError as error:
            return Named(samples, f"environments are not named: {error}")
        missing = wanted - streams.keys()
        if not missing or clock.now_ms() + POLL_MS >= patience.at_ms:
            break
        clock.sleep_ms(POLL_MS)
    named = tuple(replace(s, environment=s.environment or streams.get(s.request_id)) for s in samples)
    late = f"the log did not name the environments of {len(missing)} of {len(samples)} calls in time"
    return Named(named, late if missing else "")


def remembered_cold_starts(
    samples: Sequence[Sample], baseline: FunctionVersion, logs: Logs, wanted: int, began_ms: float, deadline: Deadline
) -> tuple[tuple[Sample, ...], str]:
    """Return the baseline's cold starts before the run as samples, where its burst met too few, and a note on them."""
    own = sum(s.arm is Arm.BASELINE and s.start in {Start.COLD, Start.RESTORED} for s in samples)
    if own >= FEWEST:
        return (), ""
    try:
        found = logs.cold_starts(log_of(baseline), baseline.version, wanted, began_ms, deadline)
    except LogLookupError as error:
        return (), f"the baseline's earlier cold starts are not known: {error}"
    position = max((sample.position for sample in samples), default=-1) + 1
    remembered = tuple(
        Sample(
            arm=Arm.BASELINE,
            round=1,
            position=position + place,
            probe=HISTORY,
            phase=Phase.PREWARM,
            outcome=CallOutcome.OK,
            start=Start.COLD,
            init_ms=cold.init_ms,
            init_failed=cold.init_failed,
            failed_init_ms=cold.failed_init_ms,
            duration_ms=cold.duration_ms,
        )
        for place, cold in enumerate(found)
    )
    return remembered, f"{len(found)} earlier cold starts of the baseline come from its log" if found else ""
