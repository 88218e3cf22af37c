"""What the subcommands of `warm` share: options, what is read of a function, and the question before a change."""

from __future__ import annotations

from typing import Annotated

import typer

from warmgate.errors import SettingsError

Function = Annotated[str, typer.Option(help="Function name or ARN.")]
Alias = Annotated[str, typer.Option(help="Alias that callers use.")]
KeepText = Annotated[
    str, typer.Option(metavar="HOURS", help="How many environments at which hours; the first that holds counts.")
]
Every = Annotated[str, typer.Option(metavar="TIME", help="How often: 5m, 10m, 15m, 20m, 30m, 60m or cron(...).")]
InstallName = Annotated[str, typer.Option(metavar="NAME", help="InstallName of Warmgate's stack.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Since = Annotated[str, typer.Option(metavar="TIME", help="How far back: 7d, 24h or 90m.")]


def refuse_versions(alias: str) -> None:
    """Raise SettingsError for a version, and for $LATEST, which nobody is released to."""
    if alias.startswith("$") or alias.isdigit():
        hint = "name the alias that callers use: what it serves is looked up at each run"
        raise SettingsError(f"--alias: found {alias}, expected an alias", hint=hint)
