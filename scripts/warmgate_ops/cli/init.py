"""`warmgate init`: writes a first policy for a function, from its template or from the account it runs in."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warmgate.errors import LogLookupError, SettingsError
from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.documents import policy_in, text_of
from warmgate_ops.cli.function_option import function_in
from warmgate_ops.cli.help_words import START, examples
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import input_file, output_file, write_text

if TYPE_CHECKING:
    from warmgate.adapters.sdk import Clients
    from warmgate_ops.advice.recorded import Recorded
    from warmgate_ops.drafting.account import Account
    from warmgate_ops.drafting.known import Known

POLICY_FILE, SCHEMA_FILE = "warmgate.yaml", "warmgate.schema.json"
SIDE_EFFECTS = "what the function does with these calls it does; their ClientContext says custom.warmgate: smoke"


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command(
        "init",
        rich_help_panel=START,
        epilog=examples("init --template template.yaml", "init --function checkout-api --try"),
    )(init)


def init(  # noqa: PLR0917 - each is an option of the command line
    template: Annotated[
        Path | None, typer.Option(parser=input_file, help="SAM or CloudFormation template of the function.")
    ] = None,
    resource: Annotated[str, typer.Option(help="Logical id of the function, if it is one of several.")] = "",
    function: Annotated[str, typer.Option(help="Function name or ARN in an account.")] = "",
    alias: Annotated[str, typer.Option(help="Alias of the function (default: its only one).")] = "",
    output: Annotated[
        Path | None, typer.Option(parser=output_file, help=f"Policy file to write (default: {POLICY_FILE}).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the policy file.")] = False,
    writes: Annotated[bool, typer.Option("--writes", help="Also call routes with methods that may write.")] = False,
    call: Annotated[
        bool, typer.Option("--try", help="Call each probe once on the version that serves (with --function).")
    ] = False,
    schema: Annotated[
        str, typer.Option(help="Address of the policy's schema for editors (default: a copy beside the policy).")
    ] = "",
    endpoint_url: EndpointUrl = "",
    region: Region = "",
) -> None:
    """Write a first policy: probes that fit the function's triggers, limits that fit its log or timeout.

    Nothing in the account is changed; with --try each probe is called once.
    Exit codes: 0 written, and with --try every probe fits; 2 wrong usage, or one does not fit; 3 could not find out.
    """
    if bool(template) == bool(function):
        raise SettingsError("found both or neither, expected --template or --function", hint="name one of them")
    if call and not function:
        raise SettingsError("--try calls a function of an account", hint="name it with --function")
    if template and alias:
        raise SettingsError("--alias belongs to --function", hint="remove it: the template names its alias")
    path = _free(output or output_file(POLICY_FILE), force=force)
    if template:
        _write(path, _known_of(template, resource), None, schema, writes=writes)
        return
    clients = clients_of(endpoint_url, region)
    from warmgate_ops.drafting.account import Account

    account = Account(clients, function_in(function, clients), alias)
    recorded = _recorded(clients, account)
    _write(path, account.known(), recorded, schema, writes=writes)
    if call and not _tried(clients, account, path):
        raise typer.Exit(2)


def _known_of(template: Path, resource: str) -> Known:
    from warmgate_ops.drafting.template import known_in

    return known_in(text_of(str(template)), str(template), resource)


def _free(path: Path, *, force: bool) -> Path:
    """Return where to write: asks on a terminal for another name where the file is there."""
    while path.exists() and not force:
        if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
            raise SettingsError(f"{path} exists", hint="pass --force to overwrite it, or --output with another name")
        path = output_file(typer.prompt(f"{path} exists. Another name"))
    return path


def _write(path: Path, known: Known, recorded: Recorded | None, schema: str, *, writes: bool) -> None:
    from warmgate_ops.drafting.event_files import event_files
    from warmgate_ops.drafting.limits import draft_limits
    from warmgate_ops.drafting.probes import draft_probes
    from warmgate_ops.drafting.writing import policy_text

    probes = draft_probes(known, event_files(path.parent), writes=writes)
    text = policy_text(known, probes, draft_limits(known, recorded), schema or _schema_beside(path))
    write_text(path, text)
    policy = policy_in(path)
    for note in known.notes:
        complain(f"not known: {note}")
    called = ", ".join(probe.name for probe in policy.probes)
    left = sum(not probe.called for probe in probes)
    say(f"{path}: written for {policy.name}; probes: {called}" + (f"; {left} more as comments" if left else ""))


def _schema_beside(path: Path) -> str:
    """Return the schema's name for an editor; a copy is put beside the policy where there is none."""
    from warmgate_ops.rehearsal.packages import POLICIES

    if (path.parent / "schema.json").is_file() and path.parent.resolve() == POLICIES.resolve():
        return "./schema.json"
    write_text(path.parent / SCHEMA_FILE, text_of(str(POLICIES / "schema.json")))
    return f"./{SCHEMA_FILE}"


def _recorded(clients: Clients, account: Account) -> Recorded | None:
    """Return what the log shows of the version that serves; None where it cannot be read."""
    from warmgate.adapters.logs import CloudWatchLogs
    from warmgate.adapters.waiting import SystemClock
    from warmgate.logs.calls import Window
    from warmgate.model.deadline import Deadline
    from warmgate.model.log_stream import log_of
    from warmgate_ops.drafting.log import HOURS, PATIENCE_S, recorded_in_log

    clock, now_ms = SystemClock(), time.time() * 1000
    window = Window(now_ms - HOURS * 3_600_000, now_ms)
    try:
        logs = CloudWatchLogs(clients, clock)
        found = logs.calls(log_of(account.version), window, Deadline(clock.now_ms() + PATIENCE_S * 1000))
    except LogLookupError as error:
        account.notes.append(f"what the log shows ({error})")
        return None
    return recorded_in_log(found.calls, account.version.version)


def _tried(clients: Clients, account: Account, path: Path) -> bool:
    """Call each probe once, and return whether all fit."""
    from warmgate_ops.drafting.trying import tried

    policy, version = policy_in(path), account.version
    complain(f"calling version {version.version} of {version.function} once per probe: {SIDE_EFFECTS}")
    fits = True
    for each in tried(clients("lambda"), version.function, version.version, policy.probes):
        say(each.line)
        fits = fits and each.fits
    return fits
