"""What people read of a finished release: a subject, a text, and the event `warmgate.verdict`. Sends nothing."""

from __future__ import annotations

from typing import Any

from warmgate.model.release import Notice, ReleaseOutcome
from warmgate.model.verdict import Unjudged
from warmgate.report.bake import bake_line, bake_lines, has_failed, headline_of
from warmgate.report.release import WORDS, release_lines
from warmgate.visible import one_line

EVENT_SOURCE = "warmgate"
EVENT_TYPE = "warmgate.verdict"
UNJUDGED = {Unjudged.SKIP.value: ", SKIPPED", Unjudged.NO_HOOKS.value: " WITHOUT A GATE"}
"""What a headline adds where nothing was judged."""
BAKING = "baking"
"""Of the event of a release whose bake goes on: another one follows at its end."""
LONGEST_SUBJECT = 100
"""SNS takes no longer one, and ASCII alone."""
LONGEST_REASON = 1_000
MOST_CHECKS = 50


def build_notice(document: dict[str, Any], address: str) -> Notice:
    """Return the notice of a completed report that lies at `address`, empty where none is stored."""
    section = document["release"]
    return Notice(
        deployment_id=str(document["deployment_id"]),
        outcome=ReleaseOutcome(section["outcome"]),
        subject=_subject(document),
        text=_text(document, address),
        detail=_detail(document, address),
        function=str(document["target"]["function"]),
        unjudged=document.get("unjudged") or "",
        seconds_to_rollback=section["seconds_to_rollback"],
    )


def reason_of(document: dict[str, Any]) -> str:
    """Return why a release ended as it did: the refusing verdict's reason, else CodeDeploy's."""
    if has_failed(document):
        return bake_line(document["bake"])
    deployment = document["release"]["deployment"]
    said = ": ".join(part for part in (deployment["error_code"], deployment["error_message"]) if part)
    verdict = deciding_verdict(document)
    if deployment["status"] == "Succeeded" or verdict["status"] == "Failed" or not said:
        return one_line(str(verdict["reason"]))
    return one_line(said)


def deciding_verdict(document: dict[str, Any]) -> dict[str, Any]:
    """Return the verdict that refused a release: the last one on live traffic that did, else the first one."""
    later = [each for each in document["release"].get("verdicts", []) if each["status"] == "Failed"]
    found: dict[str, Any] = later[-1] if later else document
    return found


def headline(document: dict[str, Any]) -> str:
    """Return one line with where a release ended."""
    section, target = document["release"], document["target"]
    word = WORDS[ReleaseOutcome(section["outcome"])]
    if section["deployment"]["status"] == "Stopped":
        word = f"STOPPED, {word}"
    word += UNJUDGED.get(document.get("unjudged") or "", "")
    word += f", {headline_of(document['bake'])}" if document.get("bake") else ""
    versions = f"version {document['candidate'] or '?'} (from {document['baseline'] or '?'})"
    return one_line(f"{word}: {target['function']}:{target['alias']} {versions}")


def check_lines(document: dict[str, Any]) -> list[str]:
    """Return one line for each check of a report and of the verdicts on live traffic."""
    later = (document.get("release") or {}).get("verdicts", [])
    found = [("", each) for each in document["findings"]]
    found += [(f"{verdict['by']} ", each) for verdict in later for each in verdict["findings"]]
    return [
        f"{one_line(each['outcome']):<12}  {one_line(by + each['check'])}: {one_line(each['reason'])}"
        for by, each in found
    ]


def _subject(document: dict[str, Any]) -> str:
    said = one_line(f"[warmgate] {headline(document)}")
    plain = "".join(character if " " <= character <= "~" else "?" for character in said)
    return plain if len(plain) <= LONGEST_SUBJECT else f"{plain[: LONGEST_SUBJECT - 3]}..."


def _text(document: dict[str, Any], address: str) -> str:
    section, checks = document["release"], check_lines(document)
    cut = [f"... and {len(checks) - MOST_CHECKS} more"] if len(checks) > MOST_CHECKS else []
    blocks = [
        [headline(document), _short(reason_of(document)), *_warnings(document)],
        [one_line(f"deployment {document['deployment_id']}"), *(_short(line) for line in release_lines(section))],
        [_short(line) for line in bake_lines(document["bake"])] if document.get("bake") else [],
        [*(_short(line) for line in checks[:MOST_CHECKS]), *cut],
        [one_line(f"report: {address or 'not stored'}")],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _warnings(document: dict[str, Any]) -> list[str]:
    """Return the warnings that the reason does not say already."""
    said = [one_line(str(warning)) for warning in document.get("warnings", [])]
    return [f"warning: {_short(warning)}" for warning in said if warning != reason_of(document)]


def _detail(document: dict[str, Any], address: str) -> dict[str, Any]:
    section, target = document["release"], document["target"]
    rollback = section["rollback"]
    return {
        "schema_version": "1",
        "deployment_id": document["deployment_id"],
        "application": section["deployment"]["application"],
        "group": section["deployment"]["group"],
        "function": target["function"],
        "alias": target["alias"],
        "baseline": document["baseline"],
        "candidate": document["candidate"],
        "release": section["outcome"],
        "deployment_status": section["deployment"]["status"],
        "verdict": deciding_verdict(document)["outcome"],
        "unjudged": document.get("unjudged"),
        "status": deciding_verdict(document)["status"],
        "reason": _short(reason_of(document)),
        "summary": _short(section["summary"]),
        "rollback_deployment_id": None if rollback is None else rollback["deployment_id"],
        "seconds_to_rollback": section["seconds_to_rollback"],
        "bake": (document["bake"]["outcome"] or BAKING) if document.get("bake") else None,
        "report": address or None,
    }


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 3]}..."
