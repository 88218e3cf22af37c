"""`warmgate replay`: judges recorded samples as the hook would have, one verdict a run. Calls nothing."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from warmgate.adapters.payload_files import payloads_in
from warmgate.errors import Fault, PolicyError
from warmgate.judge.replaying import Replay, replay
from warmgate.model import Finding, Sample, Status
from warmgate.policy import parse_policy
from warmgate.policy.values import Policy
from warmgate.report import SamplesError, read_samples
from warmgate.report.document import finite

FINDING_KEYS = (
    *("check", "outcome", "reason", "measured", "limit", "unit", "margin", "bad_count", "sample_count"),
    *("environment_count", "proven", "inconclusive_because", "leans_to_fail", "warns"),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A run and how it was judged."""

    run: str
    replay: Replay


def register(app: typer.Typer) -> None:
    """Add `replay` to the command line."""
    app.command("replay")(replay_files)


def replay_files(
    files: Annotated[list[str], typer.Argument(metavar="SAMPLES...", help="Recorded samples; - is standard input.")],
    policy: Annotated[Path, typer.Option(help="Policy file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a run.")] = False,
) -> None:
    """Judge recorded runs (JSON Lines, a run's lines together) round by round, as the hook would have.

    Checks that a recording cannot show are left out and named: memory always, init where no prewarm call was recorded.
    Exit codes: 0 every run would be Succeeded, 1 some Failed, 2 unreadable input.
    """
    statuses: Counter[Status] = Counter()
    calls = 0
    left_out: Counter[str] = Counter()
    try:
        chosen = policy_in(policy)
        for file in files:
            for judged in judged_runs(file, chosen):
                statuses[judged.replay.verdict.status] += 1
                calls += judged.replay.calls
                left_out.update(judged.replay.left_out)
                print(json.dumps(as_record(judged), separators=(",", ":")) if as_json else as_row(judged))
    except (PolicyError, SamplesError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from error
    except OSError as error:
        print(f"{error.filename}: cannot be read: {error.strerror}", file=sys.stderr)
        raise typer.Exit(2) from error
    # With --json, standard output holds nothing but runs.
    summary = sys.stderr if as_json else sys.stdout
    for what, runs in left_out.items():
        print(f"left out in {runs} runs: {what}", file=summary)
    if not as_json:
        print(_summary(statuses, calls))
    raise typer.Exit(1 if statuses[Status.FAILED] else 0)


def judged_runs(file: str, policy: Policy) -> Iterator[Judged]:
    """Yield the runs of a file, judged; raises as `recorded_runs` does."""
    for run, samples in recorded_runs(file):
        yield Judged(run, replay(samples, policy))


def recorded_runs(file: str) -> Iterator[tuple[str, list[Sample]]]:
    """Yield the runs of a file as soon as each has been read whole; one run is held at a time.

    Raises:
        OSError: the file cannot be read.
        SamplesError: a line cannot be read, a run's lines are not together, or there are none at all.
    """
    if file == "-":
        yield from _runs_in(sys.stdin.buffer, "standard input")
        return
    with Path(file).open("rb") as lines:
        yield from _runs_in(lines, file)


def _runs_in(lines: BinaryIO, source: str) -> Iterator[tuple[str, list[Sample]]]:
    text = _Lines(lines, source)
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
                raise _fault(source, text.number, "run", f"{name!r} again", "the lines of a run together", fix)
            run, samples = name, []
        samples.append(sample)
    if run is None:
        raise _fault(source, None, "file", "no sample", "one JSON object a line", "record a run first")
    yield run, samples


class _Lines(Iterable[str]):
    """The lines of a file as text, counted."""

    def __init__(self, lines: BinaryIO, source: str) -> None:
        self._lines, self._source = lines, source
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        """Yield each line; raises SamplesError at one that is not UTF-8."""
        for line in self._lines:
            self.number += 1
            try:
                yield line.decode("utf-8-sig" if self.number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                found = f"a byte 0x{line[error.start]:02x}"
                raise _fault(self._source, self.number, "line", found, "UTF-8", "save it as UTF-8") from error


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
    words = f"{judged.run:<28} {verdict.outcome.value:<12} {verdict.status.value:<9}"
    return f"{words} {judged.replay.calls:>5}  {verdict.reason}"


def _finding(finding: Finding) -> dict[str, Any]:
    values = {key: getattr(finding, key) for key in FINDING_KEYS}
    return {key: finite(value) if isinstance(value, float) else value for key, value in values.items()}


def _summary(statuses: Counter[Status], calls: int) -> str:
    runs = statuses.total()
    return (
        f"{runs} runs: {statuses[Status.SUCCEEDED]} Succeeded, {statuses[Status.FAILED]} Failed;"
        f" {calls / runs:.1f} calls a run"
    )


def policy_in(path: Path) -> Policy:
    """Return the policy of a file; raises OSError and PolicyError."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise OSError(0, "not UTF-8", str(path)) from error
    return parse_policy(text, str(path), payloads_in(path.parent))


def _fault(source: str, line: int | None, path: str, found: str, expected: str, fix: str) -> SamplesError:
    return SamplesError((Fault(source=source, line=line, path=path, found=found, expected=expected, fix=fix),))
