"""`warmgate replay`: judges recorded samples as the hook would have, one verdict a run. Calls nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from warmgate.errors import Fault
from warmgate.judge.replaying import Replay, replay
from warmgate.model.calls import Sample
from warmgate.model.deployment import Status
from warmgate.model.verdict import Finding
from warmgate.policy.values import Policy
from warmgate.report.document import finite
from warmgate.report.samples import SamplesError, read_samples
from warmgate.report.standing import REFUSED, UNKNOWN, standing_of
from warmgate.visible import visible_line
from warmgate_ops.cli.documents import Lines, lines_of, policy_in
from warmgate_ops.cli.help_words import POLICIES, examples
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import input_file, named_input

FINDING_KEYS = (
    *("check", "outcome", "reason", "details", "measured", "limit", "unit", "margin", "bad_count", "sample_count"),
    *("environment_count", "proven", "inconclusive_because", "leans_to_fail", "warns"),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A run and how it was judged."""

    run: str
    replay: Replay


def register(app: typer.Typer) -> None:
    """Add `replay` to the command line."""
    app.command("replay", rich_help_panel=POLICIES, epilog=examples("replay --policy policy.yaml samples.jsonl"))(
        replay_files
    )


def replay_files(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="SAMPLES...", parser=named_input, help="Recorded samples (JSON Lines); - reads standard input."
        ),
    ],
    policy: Annotated[Path, typer.Option(parser=input_file, help="Policy file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per run.")] = False,
) -> None:
    """Judge recorded runs (JSON Lines, the lines of a run together) round by round, as the hook would.

    Checks that a recording cannot show are left out and named: memory always, cold starts where no prewarm
    call was recorded.
    Exit codes: 0 every run would be let through, 1 some refused, 2 unreadable input, 3 a limit of some lacks evidence.
    """
    summary = Summary()
    chosen = policy_in(policy)
    for file in files:
        for judged in judged_runs(file, chosen):
            summary.add(judged)
            say(json.dumps(as_record(judged), separators=(",", ":")) if as_json else as_row(judged))
    # With --json, standard output holds nothing but runs.
    for line in summary.lines(with_counts=not as_json):
        (complain if as_json else say)(line)
    raise typer.Exit(summary.exit_code)


@dataclass(slots=True)
class Summary:
    """What all runs came to."""

    statuses: Counter[Status] = field(default_factory=Counter)
    exit_codes: Counter[int] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    calls: int = 0

    def add(self, judged: Judged) -> None:
        """Count a run."""
        verdict = judged.replay.verdict
        self.statuses[verdict.status] += 1
        self.exit_codes[standing_of(verdict, verdict.status).exit_code] += 1
        self.left_out.update(judged.replay.left_out)
        self.calls += judged.replay.calls

    def lines(self, *, with_counts: bool) -> Iterator[str]:
        """Yield what was left out, and how many runs ended how."""
        for what, runs in self.left_out.items():
            yield f"left out in {runs} runs: {what}"
        if with_counts:
            runs, unknown = self.statuses.total(), self.exit_codes[UNKNOWN]
            counts = f"{self.statuses[Status.SUCCEEDED]} Succeeded, {self.statuses[Status.FAILED]} Failed"
            aside = f", {unknown} of them without evidence for a limit" if unknown else ""
            yield f"{runs} runs: {counts}{aside}; {self.calls / runs:.1f} calls a run"

    @property
    def exit_code(self) -> int:
        """Return 1 where a run is refused, else 3 where one could not be judged."""
        return next((code for code in (REFUSED, UNKNOWN) if self.exit_codes[code]), 0)


def judged_runs(file: str, policy: Policy) -> Iterator[Judged]:
    """Yield the runs of a file, judged; raises as `recorded_runs` does."""
    for run, samples in recorded_runs(file):
        yield Judged(run, replay(samples, policy))


def recorded_runs(file: str) -> Iterator[tuple[str, list[Sample]]]:
    """Yield the runs of a file as soon as each has been read whole; one run is held at a time.

    Raises:
        OSError: the file cannot be read.
        DocumentError: a line cannot be read, a run's lines are not together, or there are none at all.
    """
    with lines_of(file) as lines:
        yield from _runs_in(lines)


def _runs_in(text: Lines) -> Iterator[tuple[str, list[Sample]]]:
    source = text.source
    run: str | None = None
    ended: set[str] = set()
    samples: list[Sample] = []
    for name, sample in read_samples(text, source):
        if name != run:
            if run is not None:
                yield run, samples
                ended.add(run)
            if name in ended:
                # Judging the pieces would give verdicts on runs that never were.
                fix = "bring the lines of a run together, or give the second run a name of its own"
                raise SamplesError(
                    _fault(source, text.number, "run", f"{name!r} again", "the lines of a run together", fix)
                )
            run, samples = name, []
        samples.append(sample)
    if run is None:
        raise SamplesError(_fault(source, None, "file", "no sample", "one JSON object a line", "record a run first"))
    yield run, samples


def as_record(judged: Judged) -> dict[str, Any]:
    """Return what `--json` prints of a run."""
    verdict = judged.replay.verdict
    return {
        "run": judged.run,
        "outcome": verdict.outcome.value,
        "status": verdict.status.value,
        "calls": judged.replay.calls,
        "reason": verdict.reason,
        "findings": [_finding(finding) for finding in verdict.findings],
    }


def as_row(judged: Judged) -> str:
    """Return the line of a table that a run is; a stream has no widest value, so the columns are of fixed width."""
    verdict = judged.replay.verdict
    aside = standing_of(verdict, verdict.status).aside
    words = f"{judged.run:<28} {verdict.outcome.value:<12} {verdict.status.value:<9}"
    return visible_line(f"{words} {judged.replay.calls:>5}  {verdict.reason}{f' ({aside})' if aside else ''}")


def _finding(finding: Finding) -> dict[str, Any]:
    values = {key: getattr(finding, key) for key in FINDING_KEYS}
    return {key: finite(value) if isinstance(value, float) else value for key, value in values.items()}


def _fault(source: str, line: int | None, path: str, found: str, expected: str, fix: str) -> Fault:
    return Fault(source=source, line=line, path=path, found=found, expected=expected, fix=fix)
