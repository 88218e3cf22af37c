"""Runs what `warmgate rehearse` was asked for: the scenarios, or a user's own release; and shows it."""

from __future__ import annotations

import itertools
import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from warmgate.errors import DocumentError, SettingsError
from warmgate_ops.cli.local_needs import forget_account
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import write_text
from warmgate_ops.cli.rehearse_imports import import_lines
from warmgate_ops.cli.rehearse_own import Own, own_scenario

if TYPE_CHECKING:
    from rich.console import Console

    from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
    from warmgate_ops.rehearsal.expect import RehearsedRelease, Row, Step
    from warmgate_ops.rehearsal.scenario import Scenario


INTERRUPTED = "interrupted: the rehearsal was stopped before its end; its processes and its folder are gone"


def rehearse_scenarios(scenarios: Sequence[Scenario], time_scale: float, console: Console, *, json_output: bool) -> int:
    """Run scenarios and show how each ended; the folder stays where one did not end as expected, for its logs."""
    from warmgate_ops.rehearsal.display import show_imports, show_row, show_table
    from warmgate_ops.rehearsal.presence import present
    from warmgate_ops.rehearsal.progress import progress

    here, left_out = present(scenarios)
    started_s = time.monotonic()
    rows: list[Row] = []
    refused: list[tuple[Scenario, RehearsedRelease]] = []
    with _folder() as work:
        with progress(console, [scenario.name for scenario in here]) as steps:
            # Guard and controller would complete the reports of releases that the hook before the shift judges alone.
            for _, together in itertools.groupby(here, key=lambda scenario: scenario.live is not None):
                asked = tuple(together)
                for (row, release), scenario in zip(_releases(work, asked, time_scale, steps), asked, strict=True):
                    show_row(console, row)
                    steps.ended()
                    rows.append(row)
                    refused.append((scenario, release))
            imports = {scenario.name: import_lines(scenario, release, steps) for scenario, release in refused}
        passed = not any(row.differences for row in rows)
        if passed:
            shutil.rmtree(work, ignore_errors=True)
    seconds = time.monotonic() - started_s
    show_table(console, rows, seconds)
    for name, lines in imports.items():
        show_imports(console, lines, name)
    for line in left_out:
        console.print(line, soft_wrap=True, markup=False, highlight=False)
    if json_output:
        shown = {"as_expected": passed, "seconds": round(seconds, 1), "left_out": left_out}
        told = {name: lines for name, lines in imports.items() if lines}
        say(json.dumps({**shown, "rows": [asdict(row) for row in rows], "imports": told}))
    if not passed:
        complain(f"logs are kept in {work}")
    return 0 if passed else 1


def rehearse_own(own: Own, time_scale: float, report_dir: Path | None, console: Console, *, json_output: bool) -> int:
    """Run a user's own release, write its report and show its verdict."""
    from warmgate_ops.rehearsal.cloud.lambda_runtime.sandbox import unlike_lambda
    from warmgate_ops.rehearsal.display import show_imports, show_verdict
    from warmgate_ops.rehearsal.own.architecture import other_architecture
    from warmgate_ops.rehearsal.own.preparing import prepare
    from warmgate_ops.rehearsal.progress import progress

    with _folder() as work:
        scenario = own_scenario(own, work)
        prepare(scenario.settings)
        other = other_architecture(scenario.settings.architecture)
        for line in other:
            complain(f"not as on Lambda: {line}")
        with progress(console, [scenario.name]) as steps:
            ((row, release),) = _releases(work, [scenario], time_scale, steps)
            imports = import_lines(scenario, release, steps)
        folder = report_dir or work / "report"
        _write(release, folder, imports)
        _cleared(work, folder)
    show_verdict(console, row, release)
    show_imports(console, imports)
    unlike = (*other, *unlike_lambda())
    for line in unlike:
        console.print(f"  not as on Lambda: {line}", soft_wrap=True, markup=False)
    console.print(f"report and the function's log in {folder}", soft_wrap=True, markup=False)
    if json_output:
        shown = {"row": asdict(row), "report_dir": str(folder), "report": release.report, "unlike_lambda": unlike}
        say(json.dumps({**shown, "imports": imports}))
    return own_exit_code(row)


@contextmanager
def _folder() -> Iterator[Path]:
    """Yield a folder to work in; Ctrl-C and wrong usage leave none, another error leaves its logs."""
    from warmgate_ops.rehearsal.stage import RehearsalError

    work = Path(tempfile.mkdtemp(prefix="warmgate-rehearsal-"))
    try:
        yield work
    except KeyboardInterrupt:
        shutil.rmtree(work, ignore_errors=True)
        raise RehearsalError(INTERRUPTED) from None
    except (DocumentError, SettingsError, typer.BadParameter):
        shutil.rmtree(work, ignore_errors=True)
        raise


def _write(release: RehearsedRelease, folder: Path, imports: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in release.documents.items():
        write_text(folder / name, text)
    if imports:
        write_text(folder / "imports.txt", "".join(f"{line}\n" for line in imports))
    write_text(folder / "function.log", "".join(f"{line}\n" for line in release.log).replace("\r", "\n"))


def _cleared(work: Path, kept: Path) -> None:
    """Remove what a rehearsal worked with: copies of code, logs of the cloud; not a report that lies among it."""
    for each in work.iterdir():
        if each == kept:
            continue
        if each.is_dir():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)
    if kept.parent != work:
        shutil.rmtree(work, ignore_errors=True)


def own_exit_code(row: Row) -> int:
    """Return 0 released, 1 refused, 3 where the verdict is an error or the release did not follow it."""
    if row.differences or row.outcome == "error":
        return 3
    return 0 if row.status == "Succeeded" else 1


def _releases(
    work: Path, scenarios: Sequence[Scenario], time_scale: float, step: Step
) -> Iterator[tuple[Row, RehearsedRelease]]:
    from warmgate_ops.rehearsal.run import rehearse_all

    with _cloud(work, time_scale, step) as cloud:
        yield from rehearse_all(cloud, scenarios, step)


@contextmanager
def _cloud(work: Path, time_scale: float, step: Step) -> Iterator[LocalCloud]:
    from warmgate_ops.rehearsal.cloud.lambda_runtime.sandbox import unlike_lambda
    from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
    from warmgate_ops.rehearsal.stage import RehearsalError

    forget_account()
    for line in unlike_lambda():
        complain(f"not as on Lambda: {line}")
    step("cloud", "starting")
    started = False
    try:
        with LocalCloud.start(work, time_scale=time_scale) as cloud:
            started = True
            yield cloud
    except SettingsError as error:
        if started:  # The fault is of what runs in it.
            raise
        with suppress(OSError):
            work.rmdir()  # where a part has written a log, the folder is not empty and stays
        raise RehearsalError(f"the local cloud did not start: {error.message}", hint=error.hint) from error
