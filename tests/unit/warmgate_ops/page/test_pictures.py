"""Which figures a page shows first, and that each fits where it is drawn: a desk and a telephone."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from support.reports.judgements import ALL
from support.reports.page_cases import case_of, recorded
from warmgate.model.calls import Arm, CallOutcome
from warmgate.model.verdict import Outcome
from warmgate_ops.page.case import Case, stored_case
from warmgate_ops.page.figure import NARROW, WIDE, Figure, Label
from warmgate_ops.page.page import render_page
from warmgate_ops.page.pictures import Pictures, pictures_of

CASES: dict[str, Case] = {
    **{name: stored_case(judgement, "s3://x", "") for name, judgement in ALL.items()},
    "passing": case_of(recorded()),
    "failing": case_of(recorded(factor=6.0)),
    "far": case_of(recorded(factor=400.0)),
    "unnamed": case_of(recorded(named=False)),
}
LETTER = 5.9
"""Width of a letter of 12 points on average, as a browser sets it."""
PLACE = re.compile(r"[MLHV]?(-?[\d.]+) (-?[\d.]+)")


def figures(pictures: Pictures) -> list[Figure]:
    """Return every figure, in both sizes."""
    single = [each for each in (pictures.cold_starts, pictures.timeline) if each]
    return [size for each in (*pictures.failed, *pictures.distributions, *single) for size in (each.wide, each.narrow)]


def extent(label: Label) -> tuple[float, float]:
    """Return where a label begins and ends."""
    long = LETTER * len(label.text)
    start = {"start": label.x, "end": label.x - long, "middle": label.x - long / 2}[label.anchor]
    return start, start + long


@pytest.mark.parametrize("name", CASES)
def test_no_label_is_cut(name: str) -> None:
    """On a desk and on a telephone of 390 points: every name of an axis, a row and a limit is inside its drawing."""
    for figure in figures(pictures_of(CASES[name])):
        cut = [each.text for each in figure.labels if extent(each)[0] < -3 or extent(each)[1] > figure.width + 3]
        assert cut == [], f"{figure.name} at {figure.width:g}"


@pytest.mark.parametrize("name", CASES)
def test_both_sizes_show_the_same(name: str) -> None:
    """Words, shapes and points; only places differ."""
    for wide, narrow in zip(*[iter(figures(pictures_of(CASES[name])))] * 2, strict=True):
        assert (wide.width, narrow.width) == (WIDE, NARROW)
        assert (wide.title, wide.summary, wide.notes) == (narrow.title, narrow.summary, narrow.notes)
        assert [shape.kind for shape in wide.shapes] == [shape.kind for shape in narrow.shapes]
        assert all(float(x) <= NARROW for shape in narrow.shapes for x, _ in PLACE.findall(shape.path))


@pytest.mark.parametrize("name", CASES)
def test_each_failed_check_has_its_picture_first(name: str) -> None:
    """Above the table of checks; no figure stands twice."""
    case = CASES[name]
    failed = {each.check for each in case.judgement.verdict.findings if each.outcome is Outcome.FAILED}
    pictures, html = pictures_of(case), render_page(case)
    names = [figure.name for figure in figures(pictures)[::2]]

    assert {check for each in pictures.failed for check in each.checks} == (failed if case.calls else set())
    assert len(names) == len(set(names))
    assert all(html.index(f'id="{each.wide.name}"') < html.index('id="checks"') for each in pictures.failed)


def test_calls_that_failed_are_shown_on_the_timeline() -> None:
    """What a call answered has no distribution."""
    samples = [replace(each, outcome=CallOutcome.ERROR) if each.arm is Arm.CANDIDATE else each for each in recorded()]
    (picture,) = pictures_of(case_of(samples)).failed

    assert (picture.wide.name, picture.checks) == ("timeline", ("limits.errors.rate",))


def test_a_passed_release_shows_no_picture_first() -> None:
    """All of them are folded."""
    assert pictures_of(CASES["passing"]).failed == ()
    assert "What failed" not in render_page(CASES["passing"])
