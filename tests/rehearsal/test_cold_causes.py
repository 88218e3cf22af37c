"""Cold starts that are made on purpose on the local cloud are explained from what AWS would tell of them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner

from support.cold_worlds.stories import IDLE_S, STORIES, Story, begun, recycling
from support.denying import denying
from support.fakes.lambda_calls import Install
from warmgate.adapters.sdk import client as client_of
from warmgate.adapters.waiting import SystemClock
from warmgate_ops.cli.main import app
from warmgate_ops.cold_starts.calls import Beginning
from warmgate_ops.cold_starts.causes.cause import Cause, Certainty, Explained
from warmgate_ops.cold_starts.events.call_log import GroupLog
from warmgate_ops.cold_starts.events.gathering import Question, gather, slowest_traces
from warmgate_ops.cold_starts.events.telling import Asked, tell, traces_in
from warmgate_ops.cold_starts.events.traces import Traced
from warmgate_ops.cold_starts.events.trail import EventHistory
from warmgate_ops.rehearsal.cloud.clients import CREDENTIALS, REGION
from warmgate_ops.rehearsal.cloud.lambda_runtime.environments import Made
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(150)]
RESTS_ON = {
    "codedeploy": ("ListDeployments", {Cause.DEPLOYMENT, Cause.ROLLBACK}, ("deployment", "rollback", "scale_out")),
    "cloudtrail": ("LookupEvents", {Cause.MOVED, Cause.CONFIGURATION, Cause.CONCURRENCY}, ("moved", "concurrency")),
    "scheduler": ("ListSchedules", {Cause.SCHEDULE}, ("schedule", "failure")),
    "events": ("ListRuleNamesByTarget", set[Cause](), ("idle",)),
}
"""What is refused where a source is denied, the causes that it alone tells, the stories that are told without it."""


@dataclass(frozen=True, slots=True)
class Played:
    """All stories, when they began, and what is explained of each."""

    stories: Mapping[str, Story]
    since_ms: float
    explained: Mapping[str, tuple[Explained, ...]]


@pytest.fixture(scope="module", autouse=True)
def caller() -> Iterator[None]:
    """Be somebody whom the cloud knows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", CREDENTIALS["aws_access_key_id"])
        patch.setenv("AWS_SECRET_ACCESS_KEY", CREDENTIALS["aws_secret_access_key"])
        patch.setenv("AWS_REGION", REGION)
        yield


@pytest.fixture(scope="module")
def played(local_cloud: LocalCloud, install: Install, caller: None) -> Played:
    """Give the stories once they are over."""
    since_ms, conditions = time.time() * 1000, local_cloud.conditions
    conditions.idle_s, idle_s = IDLE_S, conditions.idle_s
    conditions.trail_reads_per_s, reads = None, conditions.trail_reads_per_s

    def play(tell_it: Callable[[Story], None]) -> Story:
        story = begun(local_cloud, install)
        tell_it(story)
        return story

    with ThreadPoolExecutor(len(STORIES)) as threads:
        playing = {name: threads.submit(play, each) for name, each in STORIES.items()}
    stories = {name: each.result() for name, each in playing.items()}
    stories["recycling"] = play(recycling)
    conditions.idle_s = idle_s
    local_cloud.flush_logs()
    with ThreadPoolExecutor(len(stories)) as threads:
        told = {name: threads.submit(explained, each, since_ms, local_cloud.client) for name, each in stories.items()}
    conditions.trail_reads_per_s = reads
    return Played(stories, since_ms, {name: each.result()[0] for name, each in told.items()})


def explained(
    story: Story, since_ms: float, clients: Callable[[str], Any]
) -> tuple[tuple[Explained, ...], tuple[str, ...]]:
    """Return the explained cold starts of a story, and what was not asked."""
    version = "$LATEST" if ("$LATEST", Made.AFTER_CHANGE) in story.truth else ""
    clock, until_ms = SystemClock(), time.time() * 1000
    calls = GroupLog(story.cloud.client, clock, story.function).calls(since_ms, until_ms)
    gathered = gather(clients, clock, Question(function=story.function, since_ms=since_ms, until_ms=until_ms))
    asked = Asked(function=story.function, version=version, since_ms=since_ms, until_ms=until_ms)
    told = tell(asked, calls, gathered)
    return told.explained, told.not_asked


def truth_of(story: Story, each: Explained) -> Cause | None:
    """Return why an environment was made: by the cloud's journal, and by what the story did."""
    (record,) = (found for found in story.cloud.environments if found.environment == each.call.environment)
    if each.call.beginning is Beginning.SUPPRESSED:
        return story.again
    return story.truth.get((each.call.version, record.reason))


@pytest.mark.parametrize("name", [*STORIES, "recycling"])
def test_each_cause_is_named(played: Played, name: str) -> None:
    """Every cold start of the story has the cause that it was made for, and the story's own is among them."""
    story = played.stories[name]

    told = [(each.cause, truth_of(story, each)) for each in played.explained[name]]

    # Before the first call of $LATEST there was nothing that could be told.
    told = [(cause, truth) for cause, truth in told if truth is not None]
    assert [cause for cause, _ in told] == [truth for _, truth in told]
    assert list(story.truth.values())[-1] in {cause for cause, _ in told}


@pytest.mark.parametrize("service", RESTS_ON)
def test_a_denied_source_is_named_and_its_causes_left_out(
    local_cloud: LocalCloud, played: Played, service: str
) -> None:
    """What rests on it is named by no more than a probable cause; the rest is as right as before."""
    action, resting, names = RESTS_ON[service]
    with ExitStack() as exits:
        url = exits.enter_context(denying())

        def clients(name: str) -> Any:
            denied = name == service
            return client_of(name, endpoint_url=url, region=REGION) if denied else local_cloud.client(name)

        for story in map(played.stories.__getitem__, names):
            found, not_asked = explained(story, played.since_ms, clients)
            assert not_asked == (f"not asked: {service}:{action} denied",)
            for each in found:
                truth = truth_of(story, each)
                assert each.cause is truth or truth in resting
                assert each.cause not in resting or each.evidence.certainty is Certainty.PROBABLE
                # That a version is new, or was idle, is as true as before.
                known = {truth, Cause.NEW_VERSION, Cause.IDLE}
                assert each.evidence.certainty is not Certainty.CERTAIN or each.cause in known


def test_lookups_are_never_faster_than_two_a_second(local_cloud: LocalCloud, played: Played) -> None:
    """The cloud throttles a third one within a second, and none is."""
    story = played.stories["scale_out"]
    local_cloud.conditions.trail_reads_per_s = 2
    time.sleep(1.1)
    history, began = EventHistory(local_cloud.client, SystemClock()), time.monotonic()

    looked = history.records("nobody-of-this-name", "", played.since_ms, time.time() * 1000)
    looked = history.records(story.function, "", played.since_ms, time.time() * 1000)

    assert {record["requestParameters"]["functionName"] for record in looked.records} == {story.function}
    assert time.monotonic() - began > 1.0


def test_the_command_explains_from_the_account(local_cloud: LocalCloud, played: Played) -> None:
    """Log, deployments, event history, schedules and versions over HTTP, as one document."""
    function = played.stories["deployment"].function
    arguments = ["--function", function, "--alias", "live", "--since", "1h", "--json"]

    found = CliRunner().invoke(app, ["cold", "explain", *arguments, "--endpoint-url", local_cloud.endpoint_url])

    assert found.exit_code == 0, found.output
    document = json.loads(found.output)
    assert document["not_asked"] == []
    assert {group["cause"] for group in document["causes"]} == {"deployment", "alias moved"}
    (event,) = [each["event"] for each in document["each"] if each["cause"] == "deployment"]
    assert (event["before"], event["version"], event["by"]) == ("1", "2", "")


@pytest.mark.parametrize("searchable", [False, True])
def test_traces_of_the_slowest_are_read(
    local_cloud: LocalCloud, install: Install, played: Played, *, searchable: bool
) -> None:
    """By the ids that reports carry, from X-Ray or from Transaction Search, wherever segments go."""
    xray = local_cloud.client("xray")
    xray.update_trace_segment_destination(Destination="CloudWatchLogs" if searchable else "XRay")
    function = install("def handler(event, context): return event", TracingConfig={"Mode": "Active"})
    local_cloud.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    local_cloud.flush_logs()
    calls = GroupLog(local_cloud.client, SystemClock(), function).calls(played.since_ms, time.time() * 1000)

    traced = slowest_traces(local_cloud.client, SystemClock(), calls)
    xray.update_trace_segment_destination(Destination="XRay")

    assert isinstance(traced, Traced)
    assert (traced.asked, len(traced.found)) == (1, 1)
    assert traced.where == ("CloudWatch Transaction Search" if searchable else "X-Ray")
    summary = traces_in(traced)
    assert summary is not None
    assert summary.seconds["Initialization"] * 1000 == pytest.approx(calls[0].init_ms, abs=60)
