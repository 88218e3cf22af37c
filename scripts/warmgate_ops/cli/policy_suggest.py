"""`warmgate policy suggest`: limits with headroom from recorded runs, and how often they would have fired on them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from warmgate.errors import SettingsError
from warmgate.model.deployment import Status
from warmgate.model.verdict import Outcome
from warmgate.policy import render_policy
from warmgate.policy.values import Compare, Policy, RatioLimit
from warmgate.report.layout import DOCUMENT
from warmgate.report.read import ReportDocumentError, judgement_of
from warmgate_ops.cli.documents import policy_in, recorded_in, text_of
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import input_file, named_input
from warmgate_ops.cli.replay import Judged, judged_runs

USUAL = Policy(
    name="usual",
    compare=Compare(init=RatioLimit(statistic="median", ratio=1.2), duration=RatioLimit(statistic="p95", ratio=1.2)),
)
"""What a run must keep to be an example where nobody says which policy it was judged by: the default's ratios."""


def suggest(
    samples: Annotated[
        list[str], typer.Option(parser=named_input, help="Recorded samples (JSON Lines); may be repeated.")
    ],
    policy: Annotated[
        Path | None,
        typer.Option(parser=input_file, help="Policy file of the recorded runs; all but its limits is kept."),
    ] = None,
    headroom: Annotated[
        float, typer.Option(min=1.01, help="Headroom: limits are this multiple of the recorded value.")
    ] = 1.25,
    name: Annotated[str, typer.Option(help="Policy name (default: that of --policy).")] = "",
    anyway: Annotated[bool, typer.Option("--anyway", help="Also take samples of a run that was refused.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Propose limits from recorded runs of a known-good version, as a policy that can be used.

    Exit codes: 0 proposed, 2 the samples cannot be read, or are of a run that was refused.
    """
    from warmgate_ops.advice.suggestion import suggest as suggested

    if "-" in samples:
        raise SettingsError("--samples -: samples are read more than once", hint="store them in a file and name it")
    base = policy_in(policy) if policy else None
    if not anyway:
        _refuse_refused(samples, base or USUAL)
    chosen = name or (base.name if base else "suggested")
    found = suggested(recorded_in(samples), headroom, chosen, base, lambda each: _undecided(samples, each))
    runs = list(_judged(samples, found.policy))
    refused = sum(judged.replay.verdict.status is Status.FAILED for judged in runs)
    fired = Counter(f.check for each in runs for f in each.replay.verdict.findings if f.outcome is Outcome.FAILED)
    text = render_policy(found.policy, defaults=False)
    if as_json:
        record = {"policy": text, "runs": len(runs), "refused": refused, "fired": fired}
        say(json.dumps({**record, "left_out": list(found.left_out)}))
        return
    say(text, end="")
    for line in found.left_out:
        complain(f"not proposed: {line}")
    text = ", ".join(f"{check} {count}" for check, count in fired.most_common()) or "no check fired"
    complain(f"on the {len(runs)} recorded runs it refuses {refused}: {text}")


def _judged(samples: Iterable[str], policy: Policy) -> Iterator[Judged]:
    for file in samples:
        yield from judged_runs(file, policy)


def _undecided(samples: Iterable[str], policy: Policy) -> set[str]:
    """Return the checks that a recorded run leaves open."""
    findings = (finding for judged in _judged(samples, policy) for finding in judged.replay.verdict.findings)
    return {finding.check for finding in findings if finding.outcome is Outcome.INCONCLUSIVE}


def _refuse_refused(samples: Iterable[str], policy: Policy) -> None:
    """Raise SettingsError for a run that was refused: its report says so, or it is judged so."""
    for file in samples:
        for judged in judged_runs(file, policy):
            reason = _reported(file, judged.run)
            if not reason and judged.replay.verdict.outcome is Outcome.FAILED:
                reason = judged.replay.verdict.reason
            if reason:
                raise SettingsError(
                    f"{file}: found the run {judged.run}, which is refused ({reason}), expected a version that passes",
                    hint="name the samples of a good release, or pass --anyway: its limits let the same through again",
                )


def _reported(file: str, run: str) -> str:
    """Return why the report beside the samples refused their run; empty where it did not, or there is none."""
    report = Path(file).parent / DOCUMENT
    if file == "-" or not report.is_file():
        return ""
    try:
        judgement = judgement_of(text_of(str(report)), str(report), ())
    except ReportDocumentError:
        return ""
    failed = judgement.verdict.outcome is Outcome.FAILED and judgement.deployment.deployment_id == run
    return judgement.verdict.reason if failed else ""
