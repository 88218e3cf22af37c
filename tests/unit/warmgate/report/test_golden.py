"""Whole reports against stored texts; `WARMGATE_GOLDEN=1` rewrites the stored ones, to be read as a difference."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support.reports.judgements import ALL, SECRET
from warmgate.model.deployment import Status
from warmgate.model.verdict import Judgement
from warmgate.report.console import render_console
from warmgate.report.json_report import render_json
from warmgate.report.markdown import render_markdown
from warmgate.report.samples import render_samples

GOLDEN = Path(__file__).parents[3] / "golden"
RENDERERS: dict[str, Callable[[Judgement, Status], str]] = {
    "json": render_json,
    "md": render_markdown,
    "txt": render_console,
    "jsonl": lambda judgement, _status: render_samples(judgement),
}


@pytest.mark.parametrize("kind", RENDERERS)
@pytest.mark.parametrize("name", ALL)
def test_a_report_reads_as_its_golden_file(name: str, kind: str) -> None:
    """Every renderer gives, for every kind of judgement, exactly the stored text."""
    text = RENDERERS[kind](ALL[name], ALL[name].verdict.status)
    path = GOLDEN / f"report_{name}.{kind}"
    if os.environ.get("WARMGATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("kind", RENDERERS)
@pytest.mark.parametrize("name", ALL)
def test_no_report_shows_what_a_call_answered(name: str, kind: str) -> None:
    """The detail of a sample, which comes from an answer, is in no rendering."""
    assert SECRET not in RENDERERS[kind](ALL[name], ALL[name].verdict.status)


@pytest.mark.parametrize("kind", ["md", "txt"])
def test_verdict_and_reason_stand_on_top(kind: str) -> None:
    """A reader sees what became of the candidate and why before anything else."""
    top = RENDERERS[kind](ALL["refused"], Status.FAILED).splitlines()[:3]

    assert "REFUSED: checkout-api version 8" in top[0]
    assert any("9 of 43 calls took longer than 400 ms" in line for line in top[1:])


def test_markdown_shows_text_and_never_obeys_it() -> None:
    """Brackets, pipes and angle brackets of a reason cannot break the table or become links."""
    text = render_markdown(ALL["refused"], Status.FAILED)

    assert r"account \[limits\] \<left> 24 calls" in text
    assert r"200 calls \| see" in text
