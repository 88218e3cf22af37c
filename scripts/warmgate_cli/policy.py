"""`warmgate policy validate`: says whether policies can be used, or everything that is wrong with them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from warmgate.adapters.payload_files import payloads_in
from warmgate.errors import PolicyError
from warmgate.policy import parse_policy


def register(app: typer.Typer) -> None:
    """Add `policy` to the command line."""
    policy = typer.Typer(help="Read policies.", no_args_is_help=True)
    policy.command("validate")(validate)
    # A group of one command would otherwise take its place: `warmgate policy FILE`.
    policy.callback()(_group)
    app.add_typer(policy, name="policy")


def _group() -> None:
    """Read policies."""


def validate(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Policies; - is standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a file.")] = False,
) -> None:
    """Say `FILE: ok` of each policy that can be used, and of each other one every fault with its line.

    Exit codes: 0 all can be used, 2 one has faults or cannot be read.
    """
    worst = 0
    for file in files:
        name, faults = examined(file)
        worst = max(worst, 2 if faults else 0)
        if as_json:
            print(json.dumps({"file": file, "valid": not faults, "policy": name, "errors": list(faults)}))
        else:
            print("\n".join(faults) or f"{file}: ok")
    raise typer.Exit(worst)


def examined(file: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the name of the policy in a file, or its faults."""
    folder = Path() if file == "-" else Path(file).parent
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        policy = parse_policy(content.decode(), file, payloads_in(folder))
    except PolicyError as error:
        return None, tuple(str(fault) for fault in error.faults)
    except (OSError, ValueError) as error:
        return None, (f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}",)
    return policy.name, ()
