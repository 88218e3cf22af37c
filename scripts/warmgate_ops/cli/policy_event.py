"""`warmgate policy event`: the event that a kind or a policy's probes call the function with, as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from warmgate.errors import SettingsError
from warmgate.policy.values import Event, EventKind
from warmgate_ops.cli.documents import policy_in
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import input_file, named_input


def event(
    what: Annotated[
        str,
        typer.Argument(
            metavar="KIND|FILE", parser=named_input, help=f"Kind of event ({', '.join(EventKind)}), or policy file."
        ),
    ],
    probe: Annotated[str, typer.Option(help="Only this probe of the policy.")] = "",
) -> None:
    """Print the JSON that the function is called with: of a kind of event, or of a policy's probes by name.

    Exit codes: 0 printed, 2 no such kind or probe, or the policy cannot be read.
    """
    from warmgate.policy.events import render_event
    from warmgate.policy.events.sources import SOURCES

    if what in list(EventKind):
        if probe:
            raise SettingsError("--probe belongs to a policy file", hint="name the file instead of a kind of event")
        kind = EventKind(what)
        say(_shown(render_event(Event(kind=kind))))
        complain(f"as documented in {SOURCES[kind]}")
        return
    if not Path(what).exists():
        raise SettingsError(
            f"found {what}, expected a file or one of {', '.join(EventKind)}", hint="name a kind of event or a policy"
        )
    payloads = {each.name: each.payload for each in policy_in(input_file(what)).probes}
    if probe and probe not in payloads:
        raise SettingsError(f"--probe: found {probe}, expected one of {', '.join(payloads)}", hint="name one of them")
    say(_shown(payloads[probe] if probe else payloads))


def _shown(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
