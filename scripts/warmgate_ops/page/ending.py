"""How a release ended, as its completed report says: whether the alias went back, by whom, and who refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from warmgate.model.release import ReleaseOutcome
from warmgate.report.bake import bake_line, headline_of
from warmgate.report.document import is_report
from warmgate.report.release import WORDS
from warmgate.visible import one_line
from warmgate_ops.page.case import Case

KINDS = {ReleaseOutcome.RELEASED: "passed", ReleaseOutcome.UNKNOWN: "open", ReleaseOutcome.SUPERSEDED: "open"}


@dataclass(frozen=True, slots=True)
class Ending:
    """A banner."""

    word: str
    text: str
    kind: str
    reason: str = ""
    """Of the verdict on live traffic that refused the release; the page's own verdict was another one."""
    rolled_back_by: str = ""


def ending_of(case: Case) -> Ending | None:
    """Return how a release ended, None where its report was not completed, or it is a recording."""
    try:
        document: Any = json.loads(case.document) if case.document else None
    except (ValueError, RecursionError):
        return None
    if not is_report(document) or not document.get("release"):
        return None
    section = document["release"]
    outcome = ReleaseOutcome(section["outcome"])
    refused = [each for each in section.get("verdicts", []) if each["status"] == "Failed"]
    bake = document.get("bake")
    return Ending(
        word=WORDS[outcome] + (f", {headline_of(bake)}" if bake else ""),
        text=_text(section) + (f"; {bake_line(bake)}" if bake else ""),
        kind=KINDS.get(outcome, "failed"),
        reason=one_line(f"{refused[-1]['by']}: {refused[-1]['reason']}") if refused else "",
        rolled_back_by=_by(section["rollback"]),
    )


def _text(section: dict[str, Any]) -> str:
    seconds = section["seconds_to_rollback"]
    back = f"; back on the baseline after {seconds:.0f} s" if seconds is not None else ""
    return one_line(f"{section['summary']}{back}")


def _by(rollback: dict[str, Any] | None) -> str:
    return one_line(f"{rollback['deployment_id']} ({rollback['by']})") if rollback else ""
