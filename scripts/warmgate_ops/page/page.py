"""A case as one HTML page that needs nothing else: no network, script or font. The same case gives the same bytes."""

from __future__ import annotations

import gzip
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmgate.model.deployment import Status
from warmgate.model.verdict import Outcome
from warmgate.report.samples import render_samples
from warmgate.report.standing import standing_of
from warmgate.report.wording import next_steps
from warmgate.visible import json_visible, one_line, visible
from warmgate_ops.page.case import Case
from warmgate_ops.page.checks import check_rows
from warmgate_ops.page.ending import ending_of
from warmgate_ops.page.headline import headline_of
from warmgate_ops.page.pictures import pictures_of
from warmgate_ops.page.tables import call_counts, facts, odd_calls, percentiles, slowest_calls

if TYPE_CHECKING:
    from jinja2 import Environment

LARGEST_PLAIN = 200_000
"""Bytes of samples that are linked as they are; more are compressed: 10,000 calls would be 3 MB."""
WORDS = {
    Outcome.PASSED: "every check passed",
    Outcome.SKIPPED: "nothing was judged",
    Outcome.FAILED: "a check failed",
    Outcome.INCONCLUSIVE: "a check could not decide",
    Outcome.ERROR: "it could not be found out",
}


@dataclass(frozen=True, slots=True)
class Download:
    """A file inside the page."""

    name: str
    what: str
    href: str


def render_page(case: Case, preview: str = "") -> str:
    """Return the page of a case; `preview` names a picture beside it, for those who link to the page."""
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            preview=preview,
            headline=headline_of(case),
            ending=ending_of(case),
            pictures=pictures_of(case),
            title=_title(case),
            badge=standing_of(case.judgement.verdict, case.status).word,
            badge_kind=_badge_kind(case),
            reported=_reported(case),
            reasons=[one_line(reason) for reason in case.judgement.verdict.reason.splitlines()],
            checks=check_rows(case.judgement.verdict),
            left_out=case.left_out,
            warnings=[one_line(warning) for warning in case.judgement.verdict.warnings],
            notes=[one_line(note) for note in (*case.judgement.notes, *next_steps(case.judgement))],
            tables=[table for table in (slowest_calls(case), odd_calls(case), call_counts(case)) if table.rows],
            percentiles=percentiles(case),
            facts=[(name, one_line(value)) for name, value in facts(case)],
            downloads=_downloads(case),
        )
    )


def picture_of(case: Case) -> bytes:
    """Return the picture that stands for a page where it is linked, as PNG."""
    from warmgate_ops.page.preview import render_preview

    badge = standing_of(case.judgement.verdict, case.status).word
    return render_preview(case, badge, _badge_kind(case), _title(case))


def _title(case: Case) -> str:
    deployment = case.judgement.deployment
    if case.replayed:
        return f"run {one_line(deployment.deployment_id)}"
    version = f"version {deployment.candidate}" if deployment.candidate else "unknown version"
    return one_line(f"{deployment.target.function} {version}")


def _badge_kind(case: Case) -> str:
    """Return how the badge looks: a pass that is not clean, or an error, looks unlike either."""
    outcome = case.judgement.verdict.outcome
    clean = outcome in {Outcome.PASSED, Outcome.FAILED} and (outcome is Outcome.PASSED) == (
        case.status is Status.SUCCEEDED
    )
    return outcome.value if clean else "inconclusive"


def _reported(case: Case) -> str:
    verdict = case.judgement.verdict
    sent = "CodeDeploy would have been sent" if case.replayed else "CodeDeploy was sent"
    aside = standing_of(verdict, case.status).aside
    words = f"{WORDS[verdict.outcome]}, {aside}" if aside else WORDS[verdict.outcome]
    return f"{sent} {case.status.value}: {words}; mode {verdict.mode.value}"


def _downloads(case: Case) -> list[Download]:
    found = []
    if case.calls:
        found.append(_samples(render_samples(case.judgement).encode(), len(case.calls)))
    if case.document:
        found.append(
            Download("report.json", "the report", _data_link("application/json", json_visible(case.document).encode()))
        )
    return found


def _samples(text: bytes, count: int) -> Download:
    what = f"raw samples, {count:,} calls as JSON Lines"
    if len(text) <= LARGEST_PLAIN:
        return Download("samples.jsonl", what, _data_link("application/x-ndjson", text))
    packed = gzip.compress(text, compresslevel=9, mtime=0)
    return Download("samples.jsonl.gz", f"{what}, compressed", _data_link("application/gzip", packed))


def _data_link(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{b64encode(content).decode()}"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Return the templates; everything that they print is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )


def _visible(value: Any) -> Any:
    """Return a value without characters that a page cannot hold or that hide what it says."""
    return visible(value) if type(value) is str else value
