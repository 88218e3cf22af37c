"""`warmgate release --all`: shows a fleet's plan, or runs it, resumes it, and leaves with its end as exit code."""

from __future__ import annotations

import json
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer

from warmgate.adapters.aliases import LambdaAliases
from warmgate.adapters.fleets import BucketReasons, CodeDeployFleet
from warmgate.adapters.sdk import Clients
from warmgate.adapters.waiting import SystemClock
from warmgate.errors import SettingsError
from warmgate.fleets.beginning import Beginning
from warmgate.fleets.ending import Ending
from warmgate.fleets.marks import LONGEST_ID, LOST_S, is_fleet_id
from warmgate.fleets.parse import parse_fleet
from warmgate.model.fleet import Fleet, OnRefusal, State
from warmgate_ops.cli.consoles import new_console
from warmgate_ops.cli.documents import text_of
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import write_text
from warmgate_ops.cli.release import add_summary
from warmgate_ops.fleet.checks import checked_all, plan_lines
from warmgate_ops.fleet.folder import Folder
from warmgate_ops.fleet.progress import Progress, exit_code_of, in_state, is_over, plan_of
from warmgate_ops.fleet.report import headline_of, junit_of, markdown_of, page_of, report_of
from warmgate_ops.fleet.run import FleetRun, LookError
from warmgate_ops.fleet.view import watching_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line says of a fleet."""

    file: Path
    folder: Path | None
    fleet_id: str
    on_refusal: OnRefusal | None
    new: bool
    timeout_s: float | None


def release_fleet(
    clients: Clients,
    asked: Asked,
    reports: tuple[str, str],
    outputs: tuple[Path | None, Path | None],
    *,
    check: bool,
) -> None:
    """Show a plan, or run a fleet to its end; always leaves with an exit code.

    Args:
        clients: the account.
        asked: which fleet, and what of it.
        reports: bucket and prefix of the reports, the first empty for none.
        outputs: files for JUnit and JSON.
        check: whether nothing may be created.
    """
    fleet = parse_fleet(text_of(str(asked.file)), str(asked.file))
    fleet = replace(fleet, on_refusal=asked.on_refusal or fleet.on_refusal)
    if asked.fleet_id and not is_fleet_id(asked.fleet_id):
        expected = f"at most {LONGEST_ID} letters, digits, _ and -"
        raise SettingsError(f"--fleet-id: found {asked.fleet_id}, expected {expected}", hint="write such an ID")
    folder = Folder(asked.folder or asked.file.with_suffix(".fleet"))
    if check:
        _show_plan(clients, fleet, folder, asked)
        return
    with folder.held():
        progress = _progress_in(folder, fleet, asked)
        doubtful = bool(progress.entries) or bool(asked.fleet_id)
        progress = _run(clients, fleet, folder, progress, asked, reports, doubtful=doubtful)
        _leave(fleet, progress, folder, outputs)


def _show_plan(clients: Clients, fleet: Fleet, folder: Folder, asked: Asked) -> None:
    """Print what would be done; raises SettingsError where a release could not begin."""
    progress = _progress_in(folder, fleet, asked, keep=True)
    checked = checked_all(clients, in_state(fleet, progress, State.NOT_BEGUN))
    for line in plan_lines(fleet, progress, checked):
        say(line)
    _refuse(fleet, checked)


def _refuse(fleet: Fleet, checked: tuple[Any, ...]) -> None:
    faults = [fault for each in checked for fault in each.faults]
    if faults:
        what = "\n".join(f"{fleet.name}: {fault}" for fault in faults)
        raise SettingsError(what, hint="nothing was begun")


def _progress_in(folder: Folder, fleet: Fleet, asked: Asked, *, keep: bool = False) -> Progress:
    """Return the progress to go on with, a new one where there is none; what is over is put away only on request."""
    found, plan = folder.read(), plan_of(fleet)
    new = Progress(
        fleet_id=asked.fleet_id or f"{time.strftime('%Y%m%d')}-{secrets.token_hex(4)}", plan=plan, began_s=time.time()
    )
    if found is None:
        return new
    over = is_over(fleet, found) if found.plan == plan else not _has_active(found)
    if asked.new:
        if not over:
            raise SettingsError(
                f"{folder.path}: fleet {found.fleet_id} is not over", hint="run it to its end without --new"
            )
        if not keep:
            folder.put_away(found)
        return new
    if found.plan != plan:
        raise SettingsError(
            f"{folder.path}: found the progress of fleet {found.fleet_id} with other releases than {asked.file} has",
            hint="restore that file to resume it, pass --new once it is over, or name another folder with --resume",
        )
    if asked.fleet_id and asked.fleet_id != found.fleet_id:
        raise SettingsError(
            f"--fleet-id: found {asked.fleet_id}, expected {found.fleet_id} as in {folder.path}", hint="remove it"
        )
    complain(f"resuming fleet {found.fleet_id} from {folder.path}")
    return found


def _has_active(progress: Progress) -> bool:
    return any(entry.state.is_active for entry in progress.entries.values())


def _run(
    clients: Clients,
    fleet: Fleet,
    folder: Folder,
    progress: Progress,
    asked: Asked,
    reports: tuple[str, str],
    *,
    doubtful: bool,
) -> Progress:
    """Run a fleet; a second Ctrl-C, or a time-out, leaves with what the folder knows."""
    clock, aliases = SystemClock(), LambdaAliases(clients)
    deployments = CodeDeployFleet(clients, lambda: clients.once("codedeploy"))
    reasons = BucketReasons(clients, *reports) if reports[0] else None
    began_s, timeout_s = time.monotonic(), asked.timeout_s
    with watching_on(new_console(stderr=True), fleet, progress, complain) as watcher, _interrupts(watcher.tell) as stop:
        run = FleetRun(
            fleet=fleet,
            beginning=Beginning(
                fleet_id=progress.fleet_id,
                since_s=progress.began_s if not asked.fleet_id else progress.began_s - LOST_S,
                deployments=deployments,
                aliases=aliases,
                clock=clock,
            ),
            ending=Ending(deployments=deployments, aliases=aliases, reasons=reasons, clock=clock),
            deployments=deployments,
            notebook=folder,
            watcher=watcher,
            clock=clock,
            stopping=stop,
            leaving=lambda: timeout_s is not None and time.monotonic() - began_s > timeout_s,
            doubtful=doubtful,
        )
        if doubtful:
            progress = run.adopted(progress)
        _refuse(fleet, checked_all(clients, in_state(fleet, progress, State.NOT_BEGUN)))
        folder.write(progress)
        try:
            return run.run(progress)
        except KeyboardInterrupt:
            return folder.read() or progress
        except LookError as error:
            watcher.tell(str(error))
            return folder.read() or progress


@contextmanager
def _interrupts(tell: Callable[[str], None]) -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C ask for an end, and the second one leave at once."""
    asked = False

    def interrupted(_number: int, _frame: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        tell("nothing new begins; what runs is followed to its end; press Ctrl-C again to leave at once")

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)


def _leave(fleet: Fleet, progress: Progress, folder: Folder, outputs: tuple[Path | None, Path | None]) -> None:
    """Print how it ended, write the reports, and leave."""
    report = report_of(fleet, progress)
    say(headline_of(fleet, progress))
    active = in_state(fleet, progress, State.RUNNING, State.BEGINNING)
    for release in active:
        entry = progress.of(release)
        say(f"{release.key} still runs: {entry.deployment_id or 'its deployment may have been created'}")
    if not is_over(fleet, progress):
        say(f"resume it with --resume {folder.path}")
    try:
        _write(report, folder.path, *outputs)
    except OSError as error:  # how the fleet ended is known, whatever becomes of a file
        complain(f"{error.filename}: {error.strerror}")
    raise typer.Exit(exit_code_of(fleet, progress))


def _write(report: dict[str, Any], folder: Path, junit: Path | None, json_file: Path | None) -> None:
    document, markdown = json.dumps(report, indent=2) + "\n", markdown_of(report)
    write_text(folder / "report.json", document)
    write_text(folder / "report.md", markdown)
    write_text(folder / "report.html", page_of(report))
    if json_file is not None:
        write_text(json_file, document)
    if junit is not None:
        write_text(junit, junit_of(report))
    add_summary(lambda: markdown)
