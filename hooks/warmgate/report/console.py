"""The report as plain text for any terminal: no colours, no library, lines that can be searched."""

from __future__ import annotations

from warmgate.model.deployment import Status
from warmgate.model.verdict import Finding, Judgement
from warmgate.report import wording
from warmgate.visible import one_line, visible_line


def render_console(judgement: Judgement, status: Status) -> str:
    """Return the report as plain text that ends with a line break."""
    deployment, verdict = judgement.deployment, judgement.verdict
    lines = [wording.headline(judgement, status)]
    lines += [f"  {one_line(line)}" for line in verdict.reason.splitlines()]
    versions = f"from version {deployment.baseline or '-'} to {deployment.candidate or '-'}"
    lines += [
        "",
        f"  status {status.value}, outcome {verdict.outcome.value}, mode {verdict.mode.value}",
        f"  deployment {deployment.deployment_id}, {deployment.target.function}:{deployment.target.alias} {versions}",
        f"  policy {judgement.policy_name or '-'} from {judgement.policy_source or '-'}",
        "",
        *_table([_cells(finding) for finding in verdict.findings]),
    ]
    detailed = [(finding.check, wording.details(finding)) for finding in verdict.findings]
    lines += [f"  {one_line(f'{check}: {details}')}" for check, details in detailed if details]
    lines += [f"  warning: {one_line(warning)}" for warning in verdict.warnings]
    lines += [f"  note: {one_line(note)}" for note in judgement.notes]
    lines += [f"  next: {one_line(step)}" for step in wording.next_steps(judgement)]
    lines += [f"  {line}" for line in wording.sample_counts(judgement.samples)]
    lines += [f"  spent: {wording.spent(judgement.spending)}"]
    return "\n".join(visible_line(line).rstrip() for line in lines) + "\n"


def _cells(finding: Finding) -> tuple[str, ...]:
    return (
        finding.outcome.value,
        one_line(finding.check),
        wording.measured(finding),
        wording.limit(finding),
        wording.margin(finding),
        one_line(wording.why(finding)),
    )


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    """Return aligned lines; figures stand to the right, the last column is never padded."""
    if not rows:
        return ["  no check was applied", ""]
    rows = [("outcome", "check", "measured", "limit", "margin", "reason"), *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = []
    for row in rows:
        left = [row[column].ljust(widths[column]) for column in (0, 1)]
        right = [row[column].rjust(widths[column]) for column in (2, 3, 4)]
        lines.append("  " + "  ".join([*left, *right, row[5]]))
    return [*lines, ""]
