"""The page holds all that a verdict rests on, escapes what comes from outside, and needs nothing but itself."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64decode
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

import warmgate_ops.page
from support.reports.judgements import ALL, REFUSED, SECRET
from support.reports.page_cases import Page, case_of, recorded
from warmgate.model.calls import CallOutcome, Sample
from warmgate.model.verdict import Judgement
from warmgate.report.json_report import render_json
from warmgate.report.samples import read_samples, render_samples
from warmgate.report.standing import standing_of
from warmgate_ops.page.case import Case, stored_case
from warmgate_ops.page.checks import VACUOUS
from warmgate_ops.page.page import render_page

HOSTILE = "</title></script><img src=x onerror=alert(1)>\"'&amp;{{ 7*7 }}\u202e\x00evil"
CSS = (Path(warmgate_ops.page.__file__).parent / "page.css").read_text()


def stored(judgement: Judgement) -> Case:
    """Return the case of a judgement as it would be read from its report."""
    return stored_case(judgement, "s3://reports/d-ABCDEF123", render_json(judgement, judgement.verdict.status))


def page(case: Case) -> Page:
    """Return what the page of a case holds."""
    return Page(render_page(case))


CASES = {
    **{name: stored(judgement) for name, judgement in ALL.items()},
    "passing": case_of(recorded()),
    "failing": case_of(recorded(factor=6.0)),
    "unnamed": case_of(recorded(named=False)),
    "small budget": case_of(
        recorded(1, 120), text="policy: p\nlimits: {duration: {p95: 1s}}\nbudget: {invocations: 100}\n"
    ),
    "candidate alone": case_of(recorded(), text="policy: p\nlimits: {duration: {p95: 1s}}\n"),
}


@pytest.fixture(params=CASES, ids=str)
def case(request: pytest.FixtureRequest) -> Case:
    """Give a case of each kind that a reader meets."""
    return CASES[request.param]


def test_tags_are_balanced(case: Case) -> None:
    """What is opened is closed, in order."""
    assert page(case).faults == []


def test_the_same_case_gives_the_same_bytes(case: Case) -> None:
    """Nothing of the clock, of chance or of an address in memory is on a page."""
    assert render_page(case) == render_page(case)


def test_nothing_is_fetched(case: Case) -> None:
    """No script, no address outside, and no style that could name one."""
    html, found = render_page(case), page(case)

    assert not {"script", "img", "iframe", "object", "embed", "base", "form"} & set(found.tags)
    assert all(value.startswith(("#", "data:")) for name in ("href", "src") for value in found.values(name))
    assert "http:" not in html
    assert "https:" not in html
    assert "default-src 'none'" in " ".join(found.values("content"))
    assert not re.search(r"url\(|@import|@font-face", CSS)


def test_the_verdict_comes_first(case: Case) -> None:
    """Badge, then every line of the reason, then everything else."""
    text = " ".join(page(case).text.split())
    reasons = [" ".join(line.split()) for line in case.judgement.verdict.reason.splitlines()]
    word = standing_of(case.judgement.verdict, case.status).word
    places = [text.index(part) for part in (word, *reasons)]

    assert places == sorted(places)
    assert places[-1] < text.index("Made by Warmgate")


def test_every_finding_is_on_the_page(case: Case) -> None:
    """Check, sentence and what the evidence rules out."""
    text = " ".join(page(case).text.split())

    for finding in case.judgement.verdict.findings:
        proven = "" if finding.proven.startswith(VACUOUS) else finding.proven
        for part in (finding.check, finding.reason, proven, finding.inconclusive_because):
            assert " ".join((part or "").split()) in text


def test_every_circumstance_is_on_the_page(case: Case) -> None:
    """Warnings, notes, policy and its source, ids, and what a recording could not show."""
    judgement, text = case.judgement, " ".join(page(case).text.split())
    parts = (*judgement.verdict.warnings, *judgement.notes, *case.left_out, judgement.policy_name)
    parts = (*parts, judgement.policy_source, judgement.deployment.deployment_id, judgement.started_at)

    assert [part for part in parts if part not in text] == []


@pytest.mark.parametrize("limit", ["p50 ≤ 150 ms", "p95 ≤ 400 ms", "p95 ≤ 500 ms", "median ≤ 1.2x baseline"])
def test_every_limit_is_marked_in_a_figure(limit: str) -> None:
    """Limits of duration and init, those relative to the baseline too."""
    html = render_page(CASES["passing"])
    figures = html[html.index("<figure") : html.rindex("</figure>")]

    assert limit in figures


def test_names_refer_to_what_is_there(case: Case) -> None:
    """Ids are unique, and links and labels find theirs."""
    found = page(case)
    ids = found.values("id")
    named = [value.removeprefix("#") for value in found.values("href") if value.startswith("#")]
    named += " ".join(found.values("aria-labelledby")).split()

    assert len(ids) == len(set(ids))
    assert set(named) <= set(ids)


def test_figures_can_be_read_aloud(case: Case) -> None:
    """Each figure has a role and a text of its own."""
    found = page(case)
    pictures = found.values("aria-label") + found.values("aria-labelledby")

    assert found.values("role").count("img") == found.tags["desc"] + len(case.judgement.verdict.findings)
    assert all(pictures)
    assert found.tags["h1"] == 1


@pytest.mark.parametrize("named", [True, False], ids=["environments known", "not known"])
def test_a_hostile_name_is_only_text(named: bool) -> None:
    """Whatever a probe, a run, an environment or a policy is called, it makes no markup and hides nothing."""
    samples = [
        replace(sample, environment=f"{sample.environment}{HOSTILE}" if named else None)
        for sample in recorded(probe=HOSTILE, factor=4.0)
    ]
    quiet, loud = page(case_of(recorded(named=named, factor=4.0))), page(case_of(samples, run=HOSTILE))

    assert loud.faults == []
    assert not {"img", "script"} & set(loud.tags)
    assert not any(name.startswith("on") for _, name, _ in loud.attributes)
    assert "<img src=x onerror=alert(1)>\"'&amp;{{ 7*7 }}\\u202e" in loud.text
    assert "\u202e" not in loud.text
    assert set(loud.tags) == set(quiet.tags)


def test_hostile_reasons_are_only_text() -> None:
    """A function names its own error types, and a policy's name is anybody's."""
    finding = replace(REFUSED.verdict.findings[0], check=HOSTILE, reason=HOSTILE, proven=HOSTILE)
    verdict = replace(REFUSED.verdict, reason=HOSTILE, findings=(finding,), warnings=(HOSTILE,))
    deployment = replace(REFUSED.deployment, candidate=HOSTILE, deployment_id=HOSTILE)
    judgement = replace(
        REFUSED, verdict=verdict, deployment=deployment, notes=(HOSTILE,), policy_name=HOSTILE, started_at="\ud800"
    )
    html = render_page(stored_case(judgement, HOSTILE, "{}"))

    found = Page(html)

    assert found.faults == []
    assert "img" not in found.tags
    assert found.text.count("onerror=alert(1)") >= 8
    assert html.encode()


def test_what_was_wrong_in_an_answer_stays_out() -> None:
    """Details of a call may be secret: they are in no report and on no page."""
    assert SECRET not in render_page(stored(REFUSED))


@pytest.mark.slow
def test_ten_thousand_calls_make_a_page_of_bearable_size() -> None:
    """Points are thinned, and the page says so; the raw samples are all there."""
    judgement = replace(REFUSED, samples=tuple(recorded(rounds=250, size=20)))

    html = render_page(stored(judgement))

    assert len(judgement.samples) == 10_040
    assert len(html.encode()) < 2_000_000
    assert "Drawn: 1,600 of 5,000 points" in html
    assert "Calls of the candidate: drawn: 1,600 of 5,020 points" in html
    assert downloaded(html, "samples.jsonl.gz") == judgement.samples


def test_few_samples_are_linked_as_they_are() -> None:
    """What replay reads comes out of the page as it went in."""
    samples = tuple(recorded())
    assert downloaded(render_page(stored(replace(REFUSED, samples=samples))), "samples.jsonl") == samples


def downloaded(html: str, name: str) -> tuple[Sample, ...]:
    """Return the samples inside a page."""
    (link,) = re.findall(rf'download="{re.escape(name)}" href="data:[^;]*;base64,([^"]*)"', html)
    content = b64decode(link)
    text = gzip.decompress(content) if name.endswith(".gz") else content
    by_place = {(s.arm, s.phase, s.round, s.environment): s for _, s in read_samples(text.decode().splitlines())}
    return tuple(
        replace(sample, position=wanted.position)
        for wanted in (recorded(rounds=250, size=20) if name.endswith(".gz") else recorded())
        for sample in [by_place[wanted.arm, wanted.phase, wanted.round, wanted.environment]]
    )


def test_the_report_can_be_taken_out_of_the_page() -> None:
    """A stored report's JSON lies inside; a replay told nobody anything, so it has none."""
    (link,) = re.findall(r'download="report.json" href="data:[^;]*;base64,([^"]*)"', render_page(stored(REFUSED)))

    assert json.loads(b64decode(link))["deployment_id"] == "d-ABCDEF123"
    assert "report.json" not in render_page(CASES["passing"])


def test_what_the_judge_did_not_read_is_told() -> None:
    """Calls after the stop are counted; so is a baseline that no check reads."""
    stopped, alone = CASES["failing"], CASES["candidate alone"]
    last = max(call.number for call in stopped.calls if call.judged)
    after = len(stopped.calls) - last

    assert after > 0
    assert f"The judge stopped after call {last}" in page(stopped).text
    assert f"{after} recorded calls come after it and were not read" in page(stopped).text
    assert "calls before it are read by no check" in page(alone).text
    assert "not even the first round" in page(CASES["small budget"]).text


def test_a_timed_out_call_is_not_forgotten() -> None:
    """It has no duration to draw, so the curve ends below 100 % and the page says why."""
    samples = recorded()
    late = replace(samples[-1], duration_ms=None, outcome=CallOutcome.TIMEOUT)

    text = page(case_of([*samples[:-1], late], text="policy: p\nlimits: {duration: {p95: 9s}}\n")).text

    assert "1 calls of the candidate timed out without a duration: its curve ends below 100 %." in text
    assert "Triangles: 1 calls that did not end well (1 timeout)." in text


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


THEMES = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{([^}]*)\}", CSS)]


@pytest.mark.parametrize("colours", THEMES, ids=["light", "dark", "print"])
def test_contrast_is_enough_to_read(colours: dict[str, str]) -> None:
    """Text has 4.5 to 1 on every ground it stands on, drawn marks 3 to 1 (WCAG 2, AA)."""
    grounds = (colours["page"], colours["stripe"])
    text = ("text", "soft", "good", "bad", "open", *(("link",) if "link" in colours else ()))

    assert all(contrast(colours[name], ground) >= 4.5 for name, ground in product(text, grounds))
    assert all(contrast(colours[name], g) >= 3 for name, g in product(("baseline", "candidate", "limit"), grounds))
    assert all(contrast(colours["badge-text"], colours[ground]) >= 4.5 for ground in ("good", "bad", "open"))


def test_there_are_three_themes() -> None:
    """Light, dark and paper, each with the colours that the others have."""
    assert len(THEMES) == 3
    assert THEMES[0].keys() == THEMES[1].keys()
    assert THEMES[0].keys() - THEMES[2].keys() <= {"link"}


def test_render_samples_is_what_is_linked() -> None:
    """The link holds what every report stores, byte for byte."""
    (link,) = re.findall(r'download="samples.jsonl" href="data:[^;]*;base64,([^"]*)"', render_page(stored(REFUSED)))

    assert b64decode(link).decode() == render_samples(REFUSED)
