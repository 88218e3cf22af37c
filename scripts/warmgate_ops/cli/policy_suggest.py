"""`warmgate policy suggest`: limits with headroom from recorded runs, and how often they would have fired on them."""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated

import typer

from warmgate.model.deployment import Status
from warmgate.model.verdict import Outcome
from warmgate.policy import render_policy
from warmgate_ops.cli.documents import recorded_in
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import named_input
from warmgate_ops.cli.replay import judged_runs


def suggest(
    samples: Annotated[
        list[str], typer.Option(parser=named_input, help="Recorded samples (JSON Lines); may be repeated.")
    ],
    headroom: Annotated[
        float, typer.Option(min=1.01, help="Headroom: limits are this multiple of the recorded value.")
    ] = 1.25,
    name: Annotated[str, typer.Option(help="Policy name.")] = "suggested",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Propose limits from recorded runs of a known-good version, as a policy that can be used.

    Exit codes: 0 proposed, 2 the samples cannot be read.
    """
    from warmgate_ops.advice.suggestion import suggest as suggested

    found = suggested(recorded_in(samples), headroom, name)
    fired: Counter[str] = Counter()
    runs = refused = 0
    for file in samples:
        for judged in judged_runs(file, found.policy):
            verdict = judged.replay.verdict
            runs, refused = runs + 1, refused + (verdict.status is Status.FAILED)
            fired.update(f.check for f in verdict.findings if f.outcome is Outcome.FAILED)
    text = render_policy(found.policy)
    if as_json:
        say(
            json.dumps(
                {"policy": text, "runs": runs, "refused": refused, "fired": fired, "left_out": list(found.left_out)}
            )
        )
        return
    say(text, end="" if text.endswith("\n") else "\n")
    for line in found.left_out:
        complain(f"not proposed: {line}")
    text = ", ".join(f"{check} {count}" for check, count in fired.most_common()) or "no check fired"
    complain(f"on the {runs} recorded runs it refuses {refused}: {text}")
