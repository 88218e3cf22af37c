"""The picture for those who link to a page."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from support.reports.judgements import ALL, REFUSED
from support.reports.page_cases import Page, case_of, recorded
from warmgate_ops.page.case import stored_case
from warmgate_ops.page.page import picture_of, render_page

HOSTILE = '$\\frac{1}{0}$ \u202e\x1b[2J </title>"><script>x</script>'


@pytest.mark.parametrize("name", ALL)
def test_it_is_a_png_of_the_size_that_chats_show(name: str) -> None:
    """1200 by 630, for every kind of verdict."""
    png = picture_of(stored_case(ALL[name], "s3://x", ""))

    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (1200, 630)


def test_the_same_case_gives_the_same_bytes() -> None:
    """No time and no version of a library is in it; another case gives another picture."""
    assert picture_of(case_of(recorded(factor=6.0))) == picture_of(case_of(recorded(factor=6.0)))
    assert picture_of(case_of(recorded(factor=6.0))) != picture_of(case_of(recorded()))


def test_what_others_have_named_is_no_formula() -> None:
    """A name that TeX could not set is drawn as it is."""
    deployment = replace(REFUSED.deployment, candidate=HOSTILE)

    assert picture_of(stored_case(replace(REFUSED, deployment=deployment), "s3://x", "")).startswith(b"\x89PNG")


def test_the_page_names_it_where_there_is_one() -> None:
    """By the tag that chats read; and it stays text."""
    case = case_of(recorded(factor=6.0), run=HOSTILE)
    found = Page(render_page(case, "report.png"))
    by_property = {value for tag, name, value in found.attributes if tag == "meta" and name == "property"}

    assert {"og:title", "og:description", "og:image"} <= by_property
    assert "report.png" in found.values("content")
    assert "script" not in found.tags
    assert "og:image" not in render_page(case)
