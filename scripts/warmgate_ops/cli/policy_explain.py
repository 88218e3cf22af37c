"""`warmgate policy explain`: what a policy needs, sees and misses, in words."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warmgate_ops.cli.documents import policy_in, recorded_in
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import input_file, named_input

if TYPE_CHECKING:
    from warmgate.policy.values import Bake, KeepWarm, Policy
    from warmgate_ops.advice.baking import BakeStanding
    from warmgate_ops.advice.explanation import Explained
    from warmgate_ops.cold_starts.keeping.standing import Standing


def explain(
    file: Annotated[Path, typer.Argument(metavar="FILE", parser=input_file, help="Policy file.")],
    samples: Annotated[
        list[str] | None,
        typer.Option(parser=named_input, help="Recorded samples (JSON Lines) to compare with; may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Explain a policy: how many calls each check needs, what it can detect with what confidence, and what it cannot.

    Exit codes: 0 explained, 2 the policy or the samples cannot be read.
    """
    # Imported here: the judge's constants are not needed to read a policy.
    from warmgate_ops.advice.explanation import explain as explained

    policy = policy_in(file)
    today_ms = None
    if samples:
        kinds = ("init", "first_response", "duration")
        wanted = [(kind, limit.percentile) for kind in kinds for limit in getattr(policy.limits, kind)]
        today_ms = recorded_in(samples).today_ms(wanted)

    def record(each: Explained) -> dict[str, Any]:
        return {"check": each.check, "limit": each.limit, "says": each.says, "warnings": each.warnings}

    found = explained(policy, today_ms)
    kept, baked = _kept(policy.keep_warm), _baked(policy)
    if as_json:
        about: dict[str, Any] = {"file": str(file), "policy": policy.name, "checks": [record(each) for each in found]}
        about = about if baked is None else {**about, "bake": asdict(baked)}
        say(json.dumps(about if kept is None else {**about, "keep_warm": asdict(kept)}))
        return
    say(f"policy {policy.name}")
    for each in found:
        say(f"{each.check} {each.limit}")
        _say_lines(each)
    if policy.bake is not None and baked is not None:
        _say_bake(policy.bake, baked)
    if policy.keep_warm is not None and kept is not None:
        only = f", only {policy.keep_warm.only}" if policy.keep_warm.only else ""
        say(f"keep_warm {policy.keep_warm.environments} environments every {policy.keep_warm.every}{only}")
        _say_lines(kept)
    count = sum(len(each.warnings) for each in found) + sum(len(each.warnings) for each in (kept, baked) if each)
    complain(f"{len(found) - 1} checks, {count} warnings")


def _say_lines(each: Explained | Standing | BakeStanding) -> None:
    for line in each.says:
        say(f"    {line}")
    for line in each.warnings:
        say(f"  ! {line}")


def _say_bake(bake: Bake, baked: BakeStanding) -> None:
    from warmgate.policy.minutes import in_words

    say(f"bake {in_words(bake.minutes)}, a look every {in_words(bake.every_minutes)}")
    _say_lines(baked)


def _baked(policy: Policy) -> BakeStanding | None:
    """Return what the bake finds, None where a policy has none."""
    if policy.bake is None:
        return None
    from warmgate_ops.advice.baking import standing_of

    return standing_of(policy, policy.bake)


def _kept(keep_warm: KeepWarm | None) -> Standing | None:
    """Return what keeping warm costs, None where a policy keeps nothing."""
    if keep_warm is None or not keep_warm.environments:
        return None
    from warmgate_ops.cold_starts.keeping.standing import standing_of

    return standing_of(keep_warm)
