"""The section `bake` of a report: valid, said in words everywhere, and replaced by the one after it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import warmgate.report
from support.fakes.bake_world import BakeWorld, Traffic
from support.fakes.release_world import FAILED
from support.reports.judgements import REFUSED
from support.reports.releases import ENDS, completed
from warmgate.report.bake import HEADING, bake_line, bake_lines, with_bake
from warmgate.report.document import is_report
from warmgate.report.notice import build_notice, reason_of
from warmgate.report.release import with_release
from warmgate_ops.cli.why import exit_code, lines_of
from warmgate_ops.page.case import stored_case
from warmgate_ops.page.ending import ending_of

FOLDER = Path(warmgate.report.__file__).parent
REPORT = json.loads((FOLDER / "report.schema.json").read_text(encoding="utf-8"))
EVENT = json.loads((FOLDER / "verdict-event.schema.json").read_text(encoding="utf-8"))


def reported(**traffic: Any) -> BakeWorld:
    """Return the world after a bake of 20 minutes."""
    world = BakeWorld(traffic=Traffic(per_minute=8, **traffic), minutes=20)
    world.bake()
    return world


BAKED = {
    "released": reported(failing=lambda _minute: 0.0),
    "rolled back": reported(failing=lambda _minute: 0.5),
    "not judged": reported(silent=lambda _minute: True),
}


@pytest.mark.parametrize("end", BAKED)
def test_a_report_with_a_bake_is_valid(end: str) -> None:
    """By its schema, by what is read of it, and so is the event."""
    document = BAKED[end].reports.kept[FAILED].document

    Draft202012Validator(REPORT).validate(document)
    Draft202012Validator(EVENT).validate(build_notice(document, "s3://x").detail)
    assert is_report(document)
    assert document["bake"]["outcome"] == end
    assert not is_report({**document, "bake": {**document["bake"], "outcome": 1}})


def test_the_reason_is_one_line_everywhere() -> None:
    """`why`, the page's banner and the notice name the check that failed, when, and the way back."""
    document = BAKED["rolled back"].reports.kept[FAILED].document
    lines = lines_of(document, None)
    ending = ending_of(stored_case(REFUSED, "s3://x", json.dumps(document)))

    assert lines[0].startswith("ROLLED BACK, BAKE FAILED: checkout-api:live")
    assert lines[1].strip() == reason_of(document) == bake_line(document["bake"])
    assert "bake rolled back: bake.errors.rate: " in lines[1]
    assert " live calls failed (" in lines[1]
    assert "h after the deployment" in lines[1]
    assert exit_code(document, None) == 1
    assert ending is not None
    assert ending.word == "ROLLED BACK, BAKE FAILED"
    assert bake_line(document["bake"]) in ending.text


def test_a_bake_that_goes_on_says_until_when() -> None:
    """The release is released meanwhile."""
    world = BakeWorld(minutes=360)
    world.begin()
    document = world.reports.kept[FAILED].document

    assert bake_lines(document["bake"]) == ["baking until 2026-01-01T06:00Z"]
    assert lines_of(document, None)[0].startswith("RELEASED, BAKING UNTIL 2026-01-01T06:00Z: ")
    assert exit_code(document, None) == 0


def test_the_markdown_keeps_one_section() -> None:
    """Each look's replaces the one before it, below what happened to the deployment."""
    section = BAKED["rolled back"].reports.kept[FAILED].document["bake"]
    first = with_release("# Report", completed(ENDS["released"])["release"])
    twice = with_bake(with_bake(first, section), {**section, "outcome": "superseded"})

    assert twice.startswith(first.rstrip("\n"))
    assert twice.count(HEADING) == 1
    assert "**BAKE SUPERSEDED**" in twice
