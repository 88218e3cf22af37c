"""`warmgate logs parse`: prints the invocations that a Lambda log reports, as JSON lines or as a table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from warmgate.logs.invocations import parse_invocations
from warmgate.logs.records import InvocationRecord
from warmgate_ops.cli.consoles import new_console
from warmgate_ops.cli.documents import content_of
from warmgate_ops.cli.help_words import POLICIES
from warmgate_ops.cli.log_shells import counted_once, unshelled
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import named_input

KNOWN = "Lambda's text or JSON format, as Lambda, the AWS CLI, CloudWatch, SAM, docker compose, CI or Datadog print it"
LEFT_OUT = "printed by a function inside a call, or in a wrapping that is not known; take off what stands before REPORT"
_NAMED = re.compile(
    r"REPORT RequestId:\s*(?P<text>[\w-]+)|platform\.report[^\n]{0,200}?requestId[\\\":\s]+(?P<json>[\w-]+)"
)
_KEYS = (
    *("request_id", "duration_ms", "billed_ms", "memory_mb", "max_memory_mb", "init_ms", "restore_ms"),
    *("start", "status", "error_type"),
)


def register(app: typer.Typer) -> None:
    """Add `logs` to the command line."""
    logs = typer.Typer(help="Read Lambda logs.", no_args_is_help=True)
    logs.command("parse")(parse)
    app.add_typer(logs, name="logs", rich_help_panel=POLICIES)


def parse(
    file: Annotated[
        str, typer.Argument(parser=named_input, help="Log file or log tail in any format; - reads standard input.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")] = False,
) -> None:
    """Print every invocation that a Lambda log reports.

    Exit codes: 0 the log was read, 2 it cannot be read.
    """
    text = unshelled(decoded(content_of(file)))
    records = counted_once(parse_invocations(text), text)
    left_out = unread_count(text, records)
    if left_out:
        complain(f"{file}: not counted: {left_out} report{'' if left_out == 1 else 's'}, {LEFT_OUT}")
    if not records:
        complain(f"{file}: no platform report found; expected {KNOWN}")
    elif as_json:
        say("\n".join(map(rendered, records)))
    else:
        new_console(plain_width=200).print(_table(records))


def unread_count(text: str, records: Iterable[InvocationRecord]) -> int:
    """Return how many invocations a text names reports of that none of the records is of."""
    named = {found["text"] or found["json"] for found in _NAMED.finditer(text)}
    return len(named - {record.request_id for record in records})


def decoded(content: bytes) -> str:
    """Return the text of a file; bytes that do not belong to its encoding are replaced."""
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff")) and content.count(0) * 3 > len(content)
    return content.decode("utf-16" if utf_16 else "utf-8-sig", errors="replace")


def rendered(record: InvocationRecord) -> str:
    """Return one invocation as a JSON object."""
    # A failed init is marked where there is one: its time is no `init_ms`.
    more = ("init_failed", "suppressed_init_ms") if record.init_failed else ()
    keys = (*_KEYS, *more, *(("tenant",) if record.tenant else ()))
    return json.dumps({key: _plain(getattr(record, key)) for key in keys})


def _plain(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _table(records: tuple[InvocationRecord, ...]) -> Table:
    table = Table(*(key.replace("_", " ") for key in _KEYS))
    for record in records:
        shown = {key: _plain(getattr(record, key)) for key in _KEYS}
        if record.init_failed:
            again = "again" if record.suppressed_init_ms is None else f"again in {_plain(record.suppressed_init_ms)}"
            shown["init_ms"] = f"failed, {again}"
        table.add_row(*(Text("-" if value is None else str(value)) for value in shown.values()))
    return table
