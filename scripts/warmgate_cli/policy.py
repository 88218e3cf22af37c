"""`warmgate policy validate`: says whether policies can be used, what they cannot know, or what is wrong with them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from warmgate.adapters.payload_files import payloads_in
from warmgate.errors import PolicyError
from warmgate.policy import parse_policy
from warmgate.policy.values import Policy
from warmgate_cli.policy_explain import explain
from warmgate_cli.policy_suggest import suggest


def register(app: typer.Typer) -> None:
    """Add `policy` to the command line."""
    policy = typer.Typer(help="Read and write policies.", no_args_is_help=True)
    policy.command("validate")(validate)
    policy.command("explain")(explain)
    policy.command("suggest")(suggest)
    app.add_typer(policy, name="policy")


def validate(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Policies; - is standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a file.")] = False,
) -> None:
    """Say `FILE: ok` of each policy that can be used, with what it cannot know; of each other one every fault.

    Exit codes: 0 all can be used, 2 one has faults or cannot be read.
    """
    worst = 0
    for file in files:
        policy, faults = examined(file)
        worst = max(worst, 2 if faults else 0)
        warnings = _warnings(policy)
        if as_json:
            name = policy.name if policy else None
            record = {"file": file, "valid": not faults, "policy": name, "errors": faults, "warnings": warnings}
            print(json.dumps(record))
        else:
            print("\n".join(faults) or f"{file}: ok")
            for warning in warnings:
                print(f"  ! {warning}")
    raise typer.Exit(worst)


def _warnings(policy: Policy | None) -> tuple[str, ...]:
    from policy_advice.explanation import warnings_of

    return warnings_of(policy) if policy else ()


def examined(file: str) -> tuple[Policy | None, tuple[str, ...]]:
    """Return the policy in a file, or its faults."""
    folder = Path() if file == "-" else Path(file).parent
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        policy = parse_policy(content.decode(), file, payloads_in(folder))
    except PolicyError as error:
        return None, tuple(str(fault) for fault in error.faults)
    except (OSError, ValueError) as error:
        return None, (f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}",)
    return policy, ()
