"""What calls come to: counts, spreads, what is over the expected value, trend and words, in a table and as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.finding.document import document_of
from warmgate_ops.cold_starts.finding.found import Expected, FoundFunction, found_in
from warmgate_ops.cold_starts.finding.gathered import SLOWEST, Tally
from warmgate_ops.cold_starts.finding.source import LeftOut, Source
from warmgate_ops.cold_starts.finding.text import render_many, render_one

PAGE = Path(__file__).parents[5] / "docs" / "reference" / "cold.md"
DAY_MS = 86_400_000.0
BEGIN_MS = 1_795_510_800_000.0
OVER = Expected(limit_ms=800.0, why="--over")
BASE = Call(
    function="checkout",
    version="6",
    environment="2026/11/24/[6]aa",
    beginning=Beginning.WARM,
    ended_ms=BEGIN_MS,
    duration_ms=20.0,
    memory_mb=1024.0,
    request_id="r",
)


def cold(init_ms: float, first_ms: float = 100.0, day: float = 0.0, **more: str) -> Call:
    """Return a call that waited for an init."""
    call = replace(BASE, beginning=Beginning.COLD, init_ms=init_ms, duration_ms=first_ms)
    return replace(call, ended_ms=BEGIN_MS + day * DAY_MS, **more)  # type: ignore[arg-type]


def one(calls: list[Call], expected: Expected | None = OVER, since_ms: float = 0.0) -> FoundFunction:
    """Return what is found of calls of one function."""
    tally = Tally(since_ms=since_ms)
    for call in calls:
        tally.add(call)
    (found,) = found_in(tally, expected)
    return found


SIX = [cold(500.0 + step, day=0.1 * step) for step in range(6)]
SEVEN = [cold(900.0 + step, 350.0, day=2 + 0.1 * step, version="7") for step in range(6)]


def test_versions_have_counts_and_spreads_that_were_measured() -> None:
    """Percentiles are values of the list; the first call's overhead is over the median of warm calls."""
    found = one([*SIX, *SEVEN, *[replace(BASE, ended_ms=BEGIN_MS + 1)] * 9])
    six, seven = found.versions

    assert (found.calls, found.cold, found.over) == (21, 12, 6)
    assert six.init is not None
    assert (six.init.p50, six.init.p95, six.init.longest) == (502.0, 505.0, 505.0)
    assert (six.overhead_ms, seven.overhead_ms, six.over, seven.over) == (80.0, None, 0, 6)
    assert seven.together is not None
    assert seven.together.p50 == 1252.0
    assert [day is None for day in six.days] == [False, True, True]
    assert [day is None for day in seven.days] == [True, True, False]


def test_a_slower_version_is_named() -> None:
    """The medians, their ratio and how many were compared."""
    (change,) = one([*SIX, *SEVEN]).changes
    assert (change.before_version, change.version, change.before, change.after) == ("6", "7", 6, 6)
    assert change.ratio == pytest.approx(1252.5 / 602.5)
    assert change.is_slower


@pytest.mark.parametrize(("slow", "ratio"), [(1200.0, 2.0), (610.0, None), (300.0, 0.5)])
def test_a_change_inside_a_version_has_its_instant(slow: float, ratio: float | None) -> None:
    """From the first later one on; a difference below 1.2x is none."""
    before = [cold(500.0 + step % 3, day=0.1 * step) for step in range(20)]
    after = [cold(slow - 100.0 + step % 3, day=3 + 0.1 * step) for step in range(20)]
    found = one([*before, *after])

    assert [round(change.ratio, 1) for change in found.changes] == ([ratio] if ratio else [])
    assert all(change.at_ms == after[0].called_ms for change in found.changes)


def test_few_cold_starts_are_too_few() -> None:
    """Four of them: no spread, no trend, nothing usual."""
    found = one(SIX[:4], expected=None)

    assert (found.versions[0].is_too_few, found.changes, found.expected.limit_ms) == (True, (), None)
    text = render_one(found, Source(named="checkout.log"))
    assert "too few" in text
    assert "trend: fewer than 5 cold starts of each version: too few" in text
    assert "expected: nothing (4 cold starts: too few to say what is usual)" in text


def test_what_was_before_is_what_is_expected() -> None:
    """1.5 times the median of cold starts before the window; those are in no table."""
    found = one([*SIX, *SEVEN], expected=None, since_ms=BEGIN_MS + 1.5 * DAY_MS)

    assert found.expected.limit_ms == 1.5 * 602.5
    assert "6 cold starts in the time before" in found.expected.why
    assert [version.version for version in found.versions] == ["7"]


def test_a_limit_on_init_is_held_against_init() -> None:
    """Init and first call together are over 550 ms, init is not."""
    limit = Expected(limit_ms=550.0, why="limits.init p95 of policy.yaml", of_init=True)
    assert one(SIX, limit).over == 0
    assert "expected: init up to 550 ms (limits.init p95 of policy.yaml)" in render_one(
        one(SIX, limit), Source(named="x")
    )


def test_what_nobody_waited_for_and_what_crashed_stands_apart() -> None:
    """Neither is a cold start of the table; init that ran ahead is billed all the same."""
    ahead = replace(cold(500.0), beginning=Beginning.AHEAD)
    crashed = replace(BASE, beginning=Beginning.SUPPRESSED, duration_ms=2900.0)
    provisioned = replace(BASE, beginning=Beginning.PROVISIONED)
    found = one([ahead, crashed, provisioned, cold(500.0)])

    assert (found.calls, found.cold, found.ahead, found.suppressed, found.provisioned) == (4, 1, 1, 1, 1)
    assert (found.init_s, found.waited_s) == (1.0, 3.5)
    assert found.init_usd == pytest.approx(0.0000166667)
    text = render_one(found, Source(named="x"))
    assert "restarts after a crash or time-out: 1 (init ran inside the call: 2.90 s)" in text
    assert "made in advance, nobody waited: 1 (not counted above)" in text
    assert "first calls of provisioned environments: 1 (no cold starts)" in text


def test_the_slowest_come_first_and_no_more_than_are_kept() -> None:
    """Over what is expected alone, the longest first."""
    calls = [cold(float(step), 900.0, request_id=f"r{step}") for step in range(SLOWEST + 5)]
    found = one(calls)
    assert (len(found.slowest), found.slowest[0].request_id) == (SLOWEST, f"r{SLOWEST + 4}")
    assert one(SIX).slowest == ()


def test_several_functions_come_by_how_long_callers_waited() -> None:
    """Half a second a thousand times comes before four seconds twice."""
    tally = Tally()
    often = [cold(500.0, function="often", day=step / 100) for step in range(100)]
    for call in (*often, *[cold(4000.0, function="seldom")] * 2, replace(BASE, function="warm")):
        tally.add(call)
    left_out = (LeftOut(name="/aws/lambda/x", why="no permission (logs:FilterLogEvents)"),)
    text = render_many(
        found_in(tally, OVER), Source(named="all functions", functions=9, ways=("filter",), left_out=left_out)
    )

    lines = text.splitlines()
    assert lines[0] == "9 functions, 3 with calls, $0"
    assert [line.split()[3 if "min" in line else 2] for line in lines[2:4]] == ["often", "seldom"]
    assert lines[2].endswith("always")
    assert lines[3].endswith("too few")
    assert lines[4] == "left out: /aws/lambda/x: no permission (logs:FilterLogEvents)"
    assert lines[5] == "without a cold start: 1 more"


def test_every_field_of_the_json_is_documented() -> None:
    """And no other: the page names the fields of each object in a table."""
    found = one([*SIX, *SEVEN])
    document = document_of((found,), Source(named="x", left_out=(LeftOut(name="a", why="b"),)), 1000.0)
    json.dumps(document)
    page = PAGE.read_text(encoding="utf-8")
    for heading, value in {
        "": document,
        "source": document["source"],
        "functions": document["functions"][0],
        "versions": document["functions"][0]["versions"][0],
        "changes": document["functions"][0]["changes"][0],
        "slowest": document["functions"][0]["slowest"][0],
    }.items():
        section = page.split(f"\n## `{heading}`\n", 1)[1] if heading else page
        rows = re.findall(r"^\| (`.+?) \|", section.split("\n## ")[0], re.MULTILINE)
        named = {name.split(".")[0] for row in rows for name in re.findall(r"`([\w.]+)`", row)}
        assert named == set(value), heading
