"""The end of a release as the report's section `release`, and that section in words. Nothing is looked up here."""

from __future__ import annotations

from typing import Any

from warmgate.lineage.rollback_claims import author_of, is_made_by_warmgate
from warmgate.model.deployment import Deployment
from warmgate.model.release import AlarmState, LaterVerdict, RecoveryResult, ReleaseOutcome
from warmgate.visible import one_line

HEADING = "## What happened"
"""Begins the section in Markdown; it is always the last one, so that it can be replaced."""
WORDS = {
    ReleaseOutcome.RELEASED: "RELEASED",
    ReleaseOutcome.ROLLED_BACK: "ROLLED BACK",
    ReleaseOutcome.NOT_ROLLED_BACK: "NOT ROLLED BACK",
    ReleaseOutcome.SUPERSEDED: "SUPERSEDED",
    ReleaseOutcome.UNKNOWN: "UNKNOWN",
}


def refusal_in(document: dict[str, Any]) -> str:
    """Return the reason of the last verdict of a report that refused, empty where none did."""
    verdicts = [document, *((document.get("release") or {}).get("verdicts") or [])]
    refusing = [verdict for verdict in verdicts if verdict["status"] == "Failed"]
    return one_line(str(refusing[-1]["reason"])) if refusing else ""


def build_release(
    seen: RecoveryResult,
    at: str,
    *,
    alarms: tuple[AlarmState, ...] = (),
    verdicts: tuple[LaterVerdict, ...] = (),
    notes: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the section `release` of a report, seen at an instant."""
    release = seen.release
    return {
        "outcome": seen.outcome.value,
        "summary": summary(seen),
        "deployment": {
            "status": release.status,
            "application": release.application,
            "group": release.group,
            "error_code": release.error_code,
            "error_message": release.error_message,
        },
        "alias": None if seen.alias is None else _alias(seen),
        "rollback": None if seen.rollback is None else _rollback(seen.rollback),
        "seconds_to_rollback": seen.seconds_to_rollback,
        "hooks": [{"event": hook.event, "function": hook.function, "status": hook.status} for hook in release.hooks],
        "alarms": [{"name": alarm.name, "state": alarm.state} for alarm in alarms],
        "verdicts": [_verdict(verdict) for verdict in verdicts],
        "notes": [*seen.notes, *notes],
        "seen_at": at,
    }


def _verdict(verdict: LaterVerdict) -> dict[str, Any]:
    document, keys = verdict.document, ("check", "outcome", "reason")
    return {
        "by": verdict.by.value,
        "outcome": document["outcome"],
        "status": document["status"],
        "reason": document["reason"],
        "findings": [{key: finding[key] for key in keys} for finding in document["findings"]],
    }


def _alias(seen: RecoveryResult) -> dict[str, Any]:
    assert seen.alias is not None
    shares = [{"version": version, "share": share} for version, share in seen.alias.weights]
    return {"version": seen.alias.version, "weights": shares}


def _rollback(rollback: Deployment) -> dict[str, Any]:
    by = "warmgate" if is_made_by_warmgate(rollback) else str(author_of(rollback)).lower()
    return {"deployment_id": rollback.deployment_id, "status": rollback.status, "by": by}


def summary(seen: RecoveryResult) -> str:
    """Return in one line what happened to a deployment and its alias."""
    release, error = seen.release, seen.release.error_code or seen.release.error_message
    parts = [f"deployment {release.status}{f' ({error})' if error else ''}"]
    if seen.rollback is not None:
        parts.append(f"rollback {seen.rollback.deployment_id} {seen.rollback.status}")
    elif release.status != "Succeeded":
        parts.append("no rollback deployment")
    if seen.superseded_by:
        parts.append(f"{seen.superseded_by} came after it")
    name = release.target.alias if release.target.is_known else ""
    parts.append(f"alias {name} serves {seen.alias}" if seen.alias else "alias not read")
    return ", ".join(parts)


def release_lines(section: dict[str, Any]) -> list[str]:
    """Return the section as lines for people, the summary first."""
    lines = [str(section["summary"])]
    message = section["deployment"]["error_message"]
    lines += [f"CodeDeploy says: {message}"] if message else []
    lines += [f"{hook['event']}: {hook['function'] or 'hook'} {hook['status']}" for hook in section["hooks"]]
    lines += [f"{each['by']} {each['outcome']}: {each['reason']}" for each in section.get("verdicts", [])]
    lines += [f"alarm {alarm['name']}: {alarm['state']}" for alarm in section["alarms"]]
    seconds = section["seconds_to_rollback"]
    lines += [f"back on the baseline after {seconds:.0f} s"] if seconds is not None else []
    return [one_line(line) for line in (*lines, *map(str, section["notes"]))]


def with_release(markdown: str, section: dict[str, Any]) -> str:
    """Return a report's Markdown with the section in the place of an earlier one."""
    from warmgate.report.markdown import escaped

    kept = markdown.split(f"\n{HEADING}\n", maxsplit=1)[0].rstrip("\n")
    word = WORDS[ReleaseOutcome(section["outcome"])]
    listed = "\n".join(f"- {escaped(line)}" for line in release_lines(section))
    return f"{kept}\n\n{HEADING}\n\n**{word}**\n\n{listed}\n"
