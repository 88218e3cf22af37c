"""`warmgate policy validate`: says whether policies can be used, what they cannot know, or what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from warmgate.errors import DocumentError
from warmgate.policy.values import Policy
from warmgate.visible import visible_line
from warmgate_ops.cli.documents import parsed, text_of
from warmgate_ops.cli.help_words import POLICIES
from warmgate_ops.cli.output import say
from warmgate_ops.cli.paths import named_input
from warmgate_ops.cli.policy_event import event
from warmgate_ops.cli.policy_explain import explain
from warmgate_ops.cli.policy_suggest import suggest


def register(app: typer.Typer) -> None:
    """Add `policy` to the command line."""
    policy = typer.Typer(help="Read and write policies.", no_args_is_help=True)
    policy.command("validate")(validate)
    policy.command("explain")(explain)
    policy.command("suggest")(suggest)
    policy.command("event")(event)
    policy.command("schema")(schema)
    app.add_typer(policy, name="policy", rich_help_panel=POLICIES)


def validate(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", parser=named_input, help="Policy files; - reads standard input.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per file.")] = False,
) -> None:
    """Validate policies: prints `FILE: ok` with warnings, or every error with its line.

    For a document of Argo Rollouts, Flagger, Kayenta, k6 or AWS SAM it prints the policy that says the same.

    Exit codes: 0 all can be used, 2 one has faults or cannot be read.
    """
    worst = 0
    for file in files:
        policy, faults, proposal = examined(file)
        worst = max(worst, 2 if faults else 0)
        warnings = _warnings(policy)
        if as_json:
            name = policy.name if policy else None
            record = {"file": file, "valid": not faults, "policy": name, "errors": faults, "warnings": warnings}
            say(json.dumps(record | ({"proposal": proposal} if proposal else {})))
        else:
            say("\n".join(faults) or f"{visible_line(file)}: ok")
            for warning in warnings:
                say(f"  ! {visible_line(warning)}")
            if proposal:
                say(proposal.rstrip("\n"))
    raise typer.Exit(worst)


def schema() -> None:
    """Print the JSON Schema of policies, for editors: save it and name it in the first line of a policy.

    Exit codes: 0.
    """
    from warmgate_ops.rehearsal.packages import POLICIES

    say((POLICIES / "schema.json").read_text(encoding="utf-8").rstrip("\n"))


def _warnings(policy: Policy | None) -> tuple[str, ...]:
    from warmgate_ops.advice.explanation import warnings_of

    return warnings_of(policy) if policy else ()


def examined(file: str) -> tuple[Policy | None, tuple[str, ...], str]:
    """Return the policy in a file, or its faults and, for another tool's document, the policy that says the same."""
    folder = Path() if file == "-" else Path(file).parent
    try:
        policy = parsed(text_of(file), file, folder)
    except DocumentError as error:
        return None, tuple(str(fault) for fault in error.faults), getattr(error, "proposal", "")
    except OSError as error:
        return None, (visible_line(f"{file}: cannot be read: {error.strerror or error}"),), ""
    return policy, (), ""
