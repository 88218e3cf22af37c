"""The section of an ended release, and what people are notified of it: shapes, bounds, and nothing lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import warmgate.report
from support.fakes.release_world import FAILED, ReleaseWorld
from support.reports.judgements import ALL, REFUSED
from support.reports.releases import ENDS, completed
from warmgate.model.deployment import LiveJudge, Status
from warmgate.model.release import LaterVerdict, ReleaseOutcome
from warmgate.report.document import build_document
from warmgate.report.markdown import render_markdown
from warmgate.report.notice import build_notice
from warmgate.report.release import HEADING, with_release

FOLDER = Path(warmgate.report.__file__).parent
REPORT = json.loads((FOLDER / "report.schema.json").read_text(encoding="utf-8"))
EVENT = json.loads((FOLDER / "verdict-event.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("outcome", ENDS)
def test_a_completed_report_is_valid(outcome: str) -> None:
    """Every end gives a report that obeys the schema, under its own name."""
    document = completed(ENDS[outcome])

    Draft202012Validator(REPORT).validate(document)
    assert document["release"]["outcome"] == outcome


@pytest.mark.parametrize("outcome", ENDS)
@pytest.mark.parametrize("name", ALL)
def test_every_event_is_valid(name: str, outcome: str) -> None:
    """The event of every verdict and end obeys its schema, which leaves nothing open."""
    detail = build_notice(completed(ENDS[outcome], ALL[name]), "s3://reports/d-ABCDEF123/report.md").detail

    Draft202012Validator(EVENT).validate(detail)
    assert EVENT["required"] == list(EVENT["properties"]) == list(detail)
    assert not Draft202012Validator(EVENT).is_valid({**detail, "secret": 1})


def test_a_controllers_whole_report_is_valid() -> None:
    """A report made where no hook stored one obeys the schema as well."""
    world = ReleaseWorld()
    world.deliver()

    Draft202012Validator(REPORT).validate(world.reports.kept[FAILED].document)


def test_the_text_says_what_a_reader_asks() -> None:
    """Verdict, reason, what became of the alias, one line a check, where the report lies."""
    text = build_notice(completed(ENDS["rolled_back"]), "s3://reports/x/report.md").text
    lines = text.splitlines()

    assert lines[0].startswith("ROLLED BACK: ")
    assert lines[1].startswith(REFUSED.verdict.reason.split("\n", maxsplit=1)[0][:40])
    assert "rollback d-BACK00000 Succeeded, alias live serves version 6" in text
    assert "back on the baseline after 12 s" in lines
    assert "alarm errors: ALARM" in lines
    assert all(any(finding.check in line for line in lines) for finding in REFUSED.verdict.findings)
    assert lines[-1] == "report: s3://reports/x/report.md"


def test_a_passed_version_that_an_alarm_stopped_is_told_with_codedeploys_reason() -> None:
    """Where the verdict let it pass, the reason is CodeDeploy's."""
    detail = build_notice(completed(ENDS["not_rolled_back"], ALL["passed"]), "").detail

    assert detail["reason"].startswith("ALARM_ACTIVE: ")
    assert detail["report"] is None


@pytest.mark.parametrize("by", LiveJudge)
def test_a_version_that_live_traffic_refused_is_told_with_that_reason(by: LiveJudge) -> None:
    """A release that its probes passed and its traffic did not has the reason and checks of the later verdict."""
    later = LaterVerdict(by, build_document(REFUSED, Status.FAILED))
    document = completed(ENDS["not_rolled_back"], ALL["passed"], (later,))
    notice = build_notice(document, "s3://x")

    Draft202012Validator(REPORT).validate(document)
    assert (notice.detail["verdict"], notice.detail["status"]) == ("failed", "Failed")
    assert notice.detail["reason"] == " ".join(REFUSED.verdict.reason.split())
    assert f"{by} limits.duration.p95" in notice.text


@given(function=st.text(max_size=150), reason=st.text(max_size=3000))
def test_a_notice_is_within_what_services_take(function: str, reason: str) -> None:
    """Whatever a name or reason holds, the subject is short ASCII on one line and the event is bounded."""
    document = completed(ENDS["rolled_back"])
    notice = build_notice(
        {**document, "target": {"function": function, "alias": "live"}, "reason": reason, "status": "Failed"}, "s3://x"
    )

    assert notice.subject.isascii()
    assert notice.subject.isprintable()
    assert notice.subject.startswith("[warmgate] ROLLED BACK")
    assert len(notice.subject) <= 100
    assert len(notice.detail["reason"]) <= 1000


def test_the_section_takes_its_own_place_in_markdown() -> None:
    """Completing twice leaves one section at the end and the verdict above it as it was."""
    markdown = render_markdown(REFUSED, Status.FAILED)
    first = with_release(markdown, completed(ENDS["not_rolled_back"])["release"])
    second = with_release(first, completed(ENDS["rolled_back"])["release"])

    assert second.count(HEADING) == 1
    assert second.startswith(markdown.rstrip("\n"))
    assert "**ROLLED BACK**" in second
    assert "NOT ROLLED BACK" not in second


def test_every_outcome_has_an_end_here() -> None:
    """The tests above leave no outcome out."""
    assert set(ENDS) == {outcome.value for outcome in ReleaseOutcome}


def test_the_events_page_shows_a_valid_event_and_names_every_key() -> None:
    """The example in the documentation obeys the schema, and its table leaves no key out."""
    page = (Path(__file__).parents[4] / "docs" / "reference" / "verdict-event.md").read_text(encoding="utf-8")
    example = json.loads(page.split("```json\n")[1].split("```")[0])
    named = {word for line in page.splitlines() if line.startswith("| `") for word in line.split("|")[1].split("`")}

    Draft202012Validator(EVENT).validate(example)
    assert set(EVENT["properties"]) <= named
