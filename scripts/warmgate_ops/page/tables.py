"""The tables of a page: percentiles, counts, the slowest calls, those that did not end well, and plain facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from warmgate.judge.quantile import quantile
from warmgate.model.calls import Arm, CallOutcome, Phase
from warmgate.report import wording
from warmgate.visible import one_line
from warmgate_ops.page.case import Call, Case
from warmgate_ops.page.ending import ending_of
from warmgate_ops.page.figure import in_mb, in_ms

SHARES = (0.5, 0.75, 0.9, 0.95, 0.99)
SLOWEST = 15
MOST_ODD = 20
MOST_PROBES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with a title; the first column names each row."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    numeric_from: int = 1
    """The first column of figures; those before it are words."""
    long: tuple[int, ...] = (0,)
    """Columns whose words may be long, and are broken."""


def percentiles(case: Case) -> Table:
    """Return the percentiles of every metric and arm, and of each probe's durations where there are several."""
    rows = [_spread(f"duration, {arm}", case.durations(arm)[0], in_ms) for arm in Arm]
    probes = sorted({sample.probe for arm in Arm for sample in case.measured(arm)})
    if len(probes) > 1:
        for probe, arm in product(probes[:MOST_PROBES], Arm):
            found = [s.duration_ms for s in case.measured(arm) if s.probe == probe and s.duration_ms is not None]
            rows.append(_spread(f"duration of {one_line(probe)}, {arm}", found, in_ms))
    rows += [_spread(f"init, {arm}", case.inits(arm), in_ms) for arm in Arm]
    rows += [_spread(f"first response, {arm}", case.first_responses(arm), in_ms) for arm in Arm]
    rows += [_spread(f"memory, {arm}", case.memory(arm), in_mb) for arm in Arm]
    more = len(probes) - MOST_PROBES
    return Table(
        title="Percentiles",
        head=("Metric and version", "calls", *(f"p{share * 100:g}" for share in SHARES), "largest"),
        rows=tuple(row for row in rows if row),
        note=f"{more} more probes are left out; their calls are among the raw samples." if more > 0 else "",
    )


def _spread(name: str, values: list[float], words: Callable[[float], str]) -> tuple[str, ...]:
    if not values:
        return ()
    ordered = sorted(values)
    return (name, f"{len(values):,}", *(words(quantile(ordered, share)) for share in SHARES), words(ordered[-1]))


def call_counts(case: Case) -> Table:
    """Return how many calls there were of each arm and phase, how they ended and how they started."""
    counts = Counter((call.sample.arm, call.sample.phase) for call in case.calls)
    outcomes = Counter((call.sample.arm, call.sample.phase, call.sample.outcome) for call in case.calls)
    starts = Counter(
        (call.sample.arm, call.sample.phase, "unknown" if call.sample.start is None else call.sample.start.value)
        for call in case.calls
    )
    judged = Counter((call.sample.arm, call.sample.phase) for call in case.calls if call.judged)
    ends = [word for word in CallOutcome if any(key[2] is word for key in outcomes)]
    begins = sorted({key[2] for key in starts})
    rows = tuple(
        (
            f"{arm} {phase}",
            *(f"{count:,}" for count in (counts[arm, phase], judged[arm, phase])),
            *(f"{outcomes[arm, phase, word]:,}" for word in ends),
            *(f"{starts[arm, phase, word]:,}" for word in begins),
        )
        for arm, phase in product(Arm, Phase)
        if counts[arm, phase]
    )
    head = ("Version and phase", "calls", "judged", *(_words(word) for word in ends), *(f"{b} start" for b in begins))
    return Table(title="Calls", head=head, rows=rows)


HEAD = ("Call", "Version", "Phase", "Round", "Probe", "Outcome", "Start", "Environment", "Duration", "Init", "Memory")


def slowest_calls(case: Case) -> Table:
    """Return the judged calls that took longest; calls after the stop decided nothing."""
    timed = [call for call in case.calls if call.judged and call.sample.duration_ms is not None]
    timed.sort(key=lambda call: (-(call.sample.duration_ms or 0.0), call.number))
    return Table(
        title="Slowest judged calls", head=HEAD, rows=tuple(map(_call, timed[:SLOWEST])), numeric_from=8, long=(4, 7)
    )


def odd_calls(case: Case) -> Table:
    """Return the first calls that did not end well."""
    odd = [call for call in case.calls if call.sample.outcome is not CallOutcome.OK]
    note = f"The first {MOST_ODD} of {len(odd):,}; all are among the raw samples." if len(odd) > MOST_ODD else ""
    rows = tuple(map(_call, odd[:MOST_ODD]))
    return Table(title="Calls that did not end well", head=HEAD, rows=rows, note=note, numeric_from=8, long=(4, 7))


def _call(call: Call) -> tuple[str, ...]:
    sample = call.sample
    init = sample.restore_ms if sample.init_ms is None else sample.init_ms
    return (
        str(call.number) if call.judged else f"{call.number} (not judged)",
        sample.arm.value,
        sample.phase.value,
        str(sample.round),
        one_line(sample.probe),
        _words(sample.outcome),
        "-" if sample.start is None else sample.start.value,
        one_line(sample.environment or "-"),
        "-" if sample.duration_ms is None else in_ms(sample.duration_ms),
        ("failed" if sample.init_failed else "-") if init is None else in_ms(init),
        "-" if sample.memory_mb is None else in_mb(sample.memory_mb),
    )


def _words(word: CallOutcome) -> str:
    return word.value.replace("_", " ")


def facts(case: Case) -> list[tuple[str, str]]:
    """Return what identifies the judgement and what it took, as pairs of a name and a value."""
    judgement, spent = case.judgement, case.judgement.spending
    deployment, ending = judgement.deployment, ending_of(case)
    pairs: list[tuple[str, str | None]] = [
        ("Run" if case.replayed else "Deployment", deployment.deployment_id),
        ("Read from", case.origin),
        ("Policy", judgement.policy_name or None),
        ("Policy read from", judgement.policy_source or None),
        ("Mode", judgement.verdict.mode.value),
        ("Every check decided", "yes" if judgement.verdict.decided else "no"),
    ]
    if case.replayed:
        pairs.append(("Calls judged", f"{spent.invocations:,} of {len(case.calls):,} recorded"))
        pairs.append(("Seconds and cost", "not known: a recording holds neither"))
    else:
        event = None if deployment.lifecycle_event is None else deployment.lifecycle_event.value
        pairs += [
            ("Function and alias", f"{deployment.target.function}:{deployment.target.alias}"),
            ("Baseline version", deployment.baseline or None),
            ("Candidate version", deployment.candidate or None),
            ("Lifecycle event", event),
            ("Hook execution", judgement.execution.execution_id if judgement.execution else None),
            ("Is itself a rollback", "yes" if deployment.is_rollback else None),
            ("Rolled back by", (ending.rolled_back_by if ending else "") or None),
            ("Started", judgement.started_at or None),
            ("Spent", wording.spent(spent)),
            ("Seed of the calls' order", f"{case.seed} (from the deployment's id)"),
        ]
    return [(name, value) for name, value in pairs if value is not None]
