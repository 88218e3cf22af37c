"""One figure for a glance: from the worst failed check, and honest where there is none."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from support.reports.judgements import ALL, REFUSED
from support.reports.page_cases import POLICY, case_of, recorded
from support.reports.releases import ENDS, completed
from warmgate.model.calls import Arm, CallOutcome, Phase, Sample
from warmgate.model.verdict import Finding, Outcome, Unit
from warmgate_ops.page.case import Case, stored_case
from warmgate_ops.page.ending import ending_of
from warmgate_ops.page.headline import headline_of, large_ms, metric_of, times
from warmgate_ops.page.page import render_page
from warmgate_ops.page.pictures import pictures_of
from warmgate_ops.page.preview import render_preview


def slow_start(factor: float) -> list[Sample]:
    """Return a release whose cold starts take so much longer."""
    return [
        replace(sample, init_ms=sample.init_ms * factor) if sample.init_ms and sample.arm is Arm.CANDIDATE else sample
        for sample in recorded()
    ]


def failed(check: str, **about: object) -> Case:
    """Return a case with one failed check."""
    finding = Finding(check=check, outcome=Outcome.FAILED, reason="r", sample_count=10, **about)  # type: ignore[arg-type]
    verdict = replace(REFUSED.verdict, findings=(finding,))
    return stored_case(replace(REFUSED, verdict=verdict), "s3://reports/d-1", "")


def test_a_slow_start_is_told_as_a_factor_and_both_figures() -> None:
    """The factor is that of the medians which stand beside it."""
    said = headline_of(case_of(slow_start(10.0)))

    assert said.text == "Cold start 9.7x slower: 299 ms → 2,915 ms"
    assert said.aside == "median of each version; compare.init.median: the limit is 1.20x"


def test_a_slow_first_response_is_told_by_its_medians() -> None:
    """Of init and call together, and its picture stands first."""
    text = POLICY.replace("init: {p95: 500ms}", "first_response: {p95: 1s}")
    text = text.replace("init: {median: 1.2x}", "first_response: {median: 1.2x}")
    case = case_of([_later(sample) for sample in recorded()], text=text)
    said = headline_of(case)

    assert re.fullmatch(r"First response [0-9.]+x slower: [0-9,]+ ms → 1,[0-9]+ ms", said.text)
    assert said.aside == "median of each version; compare.first_response.median: the limit is 1.20x"
    assert [picture.wide.name for picture in pictures_of(case).failed] == ["first-responses"]
    assert "first response, candidate" in render_page(case)
    assert render_preview(case, "FAILED", "failed", "checkout").startswith(b"\x89PNG")


def _later(sample: Sample) -> Sample:
    """Return the candidate's first calls a second longer, and every other as it was."""
    if sample.phase is Phase.PREWARM and sample.arm is Arm.CANDIDATE:
        return replace(sample, duration_ms=(sample.duration_ms or 0.0) + 1000.0)
    return sample


def test_a_slow_call_is_told_likewise() -> None:
    """By the percentile that the check looks at."""
    assert headline_of(case_of(recorded(factor=6.0))).text.startswith("Call 6.5x slower: ")


def test_a_wrong_answer_comes_before_a_slow_one() -> None:
    """Whatever took how long: calls that fail are what people must hear."""
    samples = [
        replace(sample, outcome=CallOutcome.ERROR) if sample.arm is Arm.CANDIDATE else sample
        for sample in slow_start(10.0)
    ]
    said = headline_of(case_of(samples))

    assert said.text == "10 of 10 calls failed"
    assert said.aside == "limits.errors.rate: the limit is 0 %"


@pytest.mark.parametrize(
    ("case", "text"),
    [
        (failed("probes.errors.rate.expect", bad_count=10), "10 of 10 answers were wrong"),
        (failed("limits.memory.max", measured=0.914, limit=0.85, unit=Unit.RATIO), "91% of the memory used"),
        (failed("limits.duration.p95", measured=612.0, limit=400.0, unit=Unit.MS), "Call 612 ms, limit 400 ms"),
        (failed("unheard_of"), "unheard_of -"),
    ],
)
def test_each_kind_of_check_has_words_of_its_own(case: Case, text: str) -> None:
    """A check that nobody foresaw has its name."""
    assert headline_of(case).text == text


def test_where_nothing_failed_it_says_so_and_no_more() -> None:
    """A pass counts its checks, an open verdict those that could not decide, and an error is none."""
    told = {name: headline_of(stored_case(judgement, "s3://x", "")).text for name, judgement in ALL.items()}

    assert told["passed"].endswith("passed")
    assert told["inconclusive"].endswith("checks could not decide")
    assert told["skipped"] == "Nothing was judged"
    assert told["unfound"] == "It could not be found out"


@pytest.mark.parametrize("end", ENDS)
def test_the_page_says_how_the_release_ended(end: str) -> None:
    """In a banner, above the headline; a rollback also among the facts."""
    case = stored_case(REFUSED, "s3://x", json.dumps(completed(ENDS[end])))
    ending, html = ending_of(case), render_page(case)

    assert ending is not None
    assert f"<strong>{ending.word}</strong>" in html
    assert html.index(f"<strong>{ending.word}</strong>") < html.index('class="headline"')
    assert ("d-BACK00000 (codedeploy)" in html) is (end == "rolled_back")
    assert "Is itself a rollback" not in html


@pytest.mark.parametrize("document", ["", "{", "{}", "[]", json.dumps({"release": {"outcome": "released"}})])
def test_a_report_that_nobody_completed_has_no_banner(document: str) -> None:
    """Nor has one that is none."""
    case = stored_case(REFUSED, "s3://x", document)

    assert ending_of(case) is None
    assert 'class="ending' not in render_page(case)


def test_figures_are_as_short_as_a_glance() -> None:
    """Whole milliseconds, two digits of a factor."""
    assert [large_ms(value) for value in (1628.4, 11.2, 0.96)] == ["1,628 ms", "11 ms", "0.96 ms"]
    assert [times(value) for value in (1.33, 9.94, 15.2)] == ["1.3x", "9.9x", "15x"]
    assert metric_of(Finding(check="probes.init.expect", outcome=Outcome.FAILED, reason="")) == "expect"
