"""Bakes that ended outside of a look: who hears what, and how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from support.fakes.claims import ClaimTable, FakeClaims
from support.fakes.executions import FakeExecutions
from support.fakes.release_world import FakeStoredReports
from support.fakes.world import VirtualClock
from warmgate.baking.broken import LEASE_MS, BrokenBakes, text_of
from warmgate.errors import BakeLookupError, NoticeError, ReportError, UnsettledError
from warmgate.model.bake import BakeState
from warmgate.model.execution import STOPPED, TOLD, EndedExecution
from warmgate.model.release import StoredReport
from warmgate.report.bake import bake_line, bake_section

BAKING = BakeState(deployment_id="d-1", began_ms=0.0, ends_ms=6 * 3_600_000.0, every_minutes=10)


@dataclass
class Heard:
    """Messages that people got."""

    messages: list[tuple[str, str]] = field(default_factory=list)
    fails: bool = False

    def send(self, subject: str, text: str) -> None:
        """Keep a message."""
        if self.fails:
            raise NoticeError("the topic did not take the message")
        self.messages.append((subject, text))


@dataclass
class World:
    """Executions, the table that all runs share, and people."""

    executions: FakeExecutions = field(default_factory=FakeExecutions)
    table: ClaimTable = field(default_factory=lambda: ClaimTable(VirtualClock()))
    heard: Heard = field(default_factory=Heard)
    reports: FakeStoredReports = field(default_factory=lambda: FakeStoredReports(VirtualClock()))

    def run(self, arn: str, status: str = "ABORTED") -> EndedExecution | None:
        """Deliver an event to a run of its own."""
        return self.bakes().run(_event(arn, status))

    def bakes(self) -> BrokenBakes:
        """Return the use case of a run of its own."""
        claims = FakeClaims(self.table)
        return BrokenBakes(executions=self.executions, reports=self.reports, claims=claims, texts=self.heard)


@pytest.fixture
def world() -> World:
    """Give an empty world."""
    return World()


def test_people_hear_once_who_stopped_a_bake_and_why(world: World) -> None:
    """EventBridge delivers at least once."""
    arn = world.executions.stop("d-1", STOPPED, "the leak is known, ticket 7")

    assert world.run(arn) is not None
    assert world.run(arn) is None
    [(subject, text)] = world.heard.messages
    assert subject == "Warmgate: nobody judges d-1 any more"
    assert text == (
        "The bake of deployment d-1 was stopped by somebody: the leak is known, ticket 7. Its version goes on serving,"
        " and nobody judges it any more. To go on with it: aws stepfunctions redrive-execution --execution-arn"
        f" {arn}"
    )


def test_what_the_state_machine_has_told_is_not_told_again(world: World) -> None:
    """Looks that failed end in a message of the state machine's own."""
    arn = world.executions.stop("d-1", TOLD)

    assert world.run(arn, "FAILED") is None
    assert world.heard.messages == []


@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED"])
def test_a_bake_that_runs_or_ended_in_a_look_is_nobodys_business(world: World, status: str) -> None:
    """The rule's pattern may be wider than ours."""
    assert world.run("arn:of:nothing", status) is None
    assert world.heard.messages == []


def test_a_message_that_did_not_leave_is_sent_by_the_next_delivery(world: World) -> None:
    """The claim is given up, the run fails, Lambda runs it again."""
    arn, world.heard.fails = world.executions.stop("d-1"), True
    with pytest.raises(NoticeError):
        world.run(arn)
    world.heard.fails = False

    assert world.run(arn) is not None
    assert len(world.heard.messages) == 1


def test_a_run_that_died_while_it_notified_is_followed_by_another(world: World) -> None:
    """Its claim ends with its lease; until then the event comes again."""
    arn = world.executions.stop("d-1")
    FakeClaims(world.table).claim(f"notice bake {arn} 0", LEASE_MS)
    with pytest.raises(UnsettledError):
        world.run(arn)
    world.table.clock.at_ms += LEASE_MS + 1

    assert world.run(arn) is not None


def test_an_end_that_cannot_be_seen_yet_is_waited_for(world: World) -> None:
    """DescribeExecution may be behind the event: without it nobody knows who stopped what, and why."""
    world.executions.start({"deployment_id": "d-1"})
    [arn] = world.executions.started
    with pytest.raises(UnsettledError, match="found RUNNING, expected ABORTED"):
        world.run(arn)
    world.executions.stop("d-1")

    assert world.run(arn) is not None


def test_a_bake_that_was_resumed_and_stopped_again_is_told_again(world: World) -> None:
    """It has the same ARN; the event counts how often it was resumed."""
    arn = world.executions.stop("d-1")
    bakes = world.bakes()
    for count in (0, 1, 1):
        bakes.run({"detail": {"executionArn": arn, "status": "ABORTED", "redriveCount": count}})

    assert len(world.heard.messages) == 2


@pytest.mark.parametrize("error", [STOPPED, TOLD])
def test_the_report_no_longer_says_that_it_bakes(world: World, error: str) -> None:
    """Whoever reads it later finds what people heard; an end that a look stored stays."""
    section = bake_section(BAKING)
    world.reports.kept["d-1"] = StoredReport({"bake": section}, "# Report\n")
    world.reports.kept["d-2"] = StoredReport({"bake": {**section, "outcome": "released"}}, "# Report\n")
    for deployment_id in ("d-1", "d-2"):
        world.run(world.executions.stop(deployment_id, error, "the leak is known"))

    told = bake_line(world.reports.kept["d-1"].document["bake"])
    assert told.startswith("bake not judged: it was stopped by somebody: ")
    assert told.endswith("the leak is known")
    assert "BAKE NOT JUDGED" in world.reports.kept["d-1"].markdown
    assert world.reports.kept["d-2"].document["bake"]["outcome"] == "released"


def test_a_report_that_cannot_be_written_keeps_nobody_from_hearing(world: World) -> None:
    """People come first."""
    world.reports.read_fails = ReportError("the bucket does not answer")

    assert world.run(world.executions.stop("d-1")) is not None
    assert len(world.heard.messages) == 1


def test_an_execution_that_cannot_be_read_fails_the_run(world: World) -> None:
    """What fails is delivered again, and ends in the dead-letter queue."""
    with pytest.raises(BakeLookupError):
        world.run("arn:of:nothing")


@pytest.mark.parametrize(
    ("ended", "says"),
    [
        ({"status": "ABORTED"}, "was stopped by somebody: no reason was given. Its version goes on serving"),
        ({"status": "FAILED", "error": "States.Runtime", "cause": "no wait_s"}, "a look: States.Runtime: no wait_s."),
        ({"status": "FAILED"}, "failed outside of a look: no cause was given."),
        ({"status": "TIMED_OUT"}, "took longer than it may, and was ended. Its version goes on serving"),
    ],
)
def test_the_text_says_what_happened(ended: dict[str, Any], says: str) -> None:
    """Whatever Step Functions knows of it."""
    assert says in text_of(EndedExecution(arn="arn", deployment_id="d-1", **ended))


def _event(arn: str, status: str) -> dict[str, Any]:
    return {"source": "aws.states", "detail": {"executionArn": arn, "status": status}}
