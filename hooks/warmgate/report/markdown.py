"""The report as Markdown: verdict and reason on top, then every check, then what a reader must know besides."""

from __future__ import annotations

import re

from warmgate.model.deployment import Status
from warmgate.model.verdict import Finding, Judgement
from warmgate.report import wording
from warmgate.visible import one_line

_SPECIAL = re.compile(r"([\\`*\[\]<|])")


def render_markdown(judgement: Judgement, status: Status) -> str:
    """Return the report as Markdown that ends with a line break."""
    blocks = [
        [f"# {escaped(wording.headline(judgement, status))}"],
        [f"> {escaped(line)}" for line in judgement.verdict.reason.splitlines() or [""]],
        _facts(judgement, status),
        _checks(judgement.verdict.findings),
        _listed("Details", _details(judgement.verdict.findings)),
        _listed("Warnings", judgement.verdict.warnings),
        _listed("Notes", judgement.notes),
        _listed("Next", wording.next_steps(judgement)),
        _listed("Calls", (*wording.sample_counts(judgement.samples), f"spent: {wording.spent(judgement.spending)}")),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _facts(judgement: Judgement, status: Status) -> list[str]:
    deployment = judgement.deployment
    event = "-" if deployment.lifecycle_event is None else deployment.lifecycle_event.value
    pairs = {
        "Status": status.value,
        "Outcome": judgement.verdict.outcome.value,
        "Mode": judgement.verdict.mode.value,
        "Deployment": deployment.deployment_id,
        "Lifecycle event": event,
        "Target": f"{deployment.target.function}:{deployment.target.alias}",
        "Baseline": deployment.baseline or "-",
        "Candidate": deployment.candidate or "-",
        "Policy": f"{judgement.policy_name} ({judgement.policy_source})" if judgement.policy_name else "-",
        "Started": judgement.started_at or "-",
    }
    return ["| | |", "|---|---|", *(f"| {name} | {escaped(value)} |" for name, value in pairs.items())]


def _checks(findings: tuple[Finding, ...]) -> list[str]:
    if not findings:
        return ["No check was applied."]
    head = ["| Outcome | Check | Measured | Limit | Margin | Bad of calls | Reason |", "|---|---|--:|--:|--:|--:|---|"]
    return head + [_row(finding) for finding in findings]


def _row(finding: Finding) -> str:
    outcome = finding.outcome.value
    cells = (
        outcome if outcome == "passed" else f"**{outcome}**",
        escaped(finding.check),
        escaped(wording.measured(finding)),
        escaped(wording.limit(finding)),
        wording.margin(finding),
        wording.counts(finding),
        escaped(wording.why(finding)),
    )
    return f"| {' | '.join(cells)} |"


def _details(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    return tuple(f"{f.check}: {wording.details(f)}" for f in findings if wording.details(f))


def _listed(title: str, lines: tuple[str, ...]) -> list[str]:
    return [f"## {title}", "", *(f"- {escaped(line)}" for line in lines)] if lines else []


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", one_line(text))
