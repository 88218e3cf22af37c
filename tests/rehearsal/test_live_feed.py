"""Live calls by subscription on the local cloud: a real feed function, real deliveries, and no filter afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.live_feed import FEED, FEED_ARN, FEED_TABLE, filters_of, install_feed, let_know, subscribing
from support.permissions import audit, grants_of, read_template
from support.permissions.installed import installed_names
from support.stages.ports import within
from warmgate.adapters.batches import TableBatches
from warmgate.adapters.claims import TableClaims
from warmgate.adapters.functions import LambdaFunctions
from warmgate.adapters.lineage import CodeDeployLineage
from warmgate.adapters.logs import CloudWatchLogs
from warmgate.adapters.policies import TaggedPolicies
from warmgate.adapters.runs import LambdaHandover
from warmgate.adapters.shifts import CodeDeployShifts
from warmgate.adapters.subscriptions import LogSubscriptions
from warmgate.adapters.waiting import SystemClock
from warmgate.feed.ending import FeedEnding
from warmgate.lineage.rollback_claims import RollbackProof
from warmgate.live.fed import FeedPorts, fed_source_of
from warmgate.live.guard import Guard
from warmgate.live.polled import PolledSource
from warmgate.live.watch import Ending, GuardResult
from warmgate.logs.calls import Logged
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Shift
from warmgate_ops.rehearsal.catalogue import live_release
from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.packages import POLICIES
from warmgate_ops.rehearsal.run import deploy
from warmgate_ops.rehearsal.scenario import Live, Scenario
from warmgate_ops.rehearsal.stage import ALIAS, CONTROLLER, GUARD, TABLE, Installed, install_function, install_warmgate
from warmgate_ops.rehearsal.traffic import LiveTraffic

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(200)]
HALF = "Tests.Canary50Percent30Minutes"
ROUTING = {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 50, "canaryInterval": 30}}
"""Thirty seconds of real time; the guard stops the shift long before."""
SHORT = "Tests.Canary50Percent8Minutes"
ENDING = {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 50, "canaryInterval": 8}}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Give a cloud with all of Warmgate and a live feed."""
    with LocalCloud.start(tmp_path_factory.mktemp("feed-cloud"), time_scale=60.0) as found:
        install_warmgate(found)
        install_feed(found)
        let_know(found)
        for name, routing in ((HALF, ROUTING), (SHORT, ENDING)):
            found.client("codedeploy").create_deployment_config(
                deploymentConfigName=name, computePlatform="Lambda", trafficRoutingConfig=routing
            )
        yield found


@pytest.fixture
def conditions(cloud: LocalCloud) -> Iterator[Conditions]:
    """Give the conditions of the cloud, which are as they were afterwards."""
    yield cloud.conditions
    for name in ("feed_copies", "feed_delays_s", "feed_lost"):
        setattr(cloud.conditions, name, getattr(Conditions(), name))


@pytest.fixture
def guarding_here(cloud: LocalCloud) -> Iterator[None]:
    """Keep the deployed guard from shifts: one with shorter waits runs in the test's own process."""
    client = cloud.client("events")
    client.disable_rule(Name=GUARD)
    yield
    client.enable_rule(Name=GUARD)


def scenario(name: str, folder: Path, config: str) -> Scenario:
    """Return the release that fails for half of its real callers, with a policy that lets the guard subscribe."""
    made = live_release(name, "fails for real callers", Live(), candidate="real_callers", config=config)
    return replace(made, policy=subscribing(made.policy, folder))


class UnreadLogs(CloudWatchLogs):
    """A log that is not to be read: what is known came by subscription."""

    def calls(self, *_: Any, **__: Any) -> Logged:
        """Refuse."""
        raise AssertionError("the log was read")


def guard(cloud: LocalCloud, lines: list[str]) -> Guard:
    """Return the guard on the cloud's own services; the log itself is not read within the time of a test."""
    clock, clients = SystemClock(), cloud.client
    subscriptions, functions = LogSubscriptions(clients, FEED_ARN), LambdaFunctions(clients)
    logs = UnreadLogs(clients, clock)
    feed = FeedPorts(
        subscriptions=subscriptions,
        batches=TableBatches(clients, FEED_TABLE, clock),
        overlap_ms=0.0,
        quiet_ms=60_000.0,
    )
    return Guard(
        shifts=CodeDeployShifts(clients("codedeploy"), clock, clients),
        proof=RollbackProof(CodeDeployLineage(clients, clock, TABLE)),
        policies=TaggedPolicies(clients, POLICIES),
        functions=functions,
        logs=logs,
        claims=TableClaims(clients, TABLE),
        handover=LambdaHandover(clients("lambda"), GUARD),
        clock=clock,
        source=fed_source_of(feed, lambda watched, its: PolledSource(logs, watched, its)),
        feed_ending=FeedEnding(subscriptions=subscriptions, functions=functions, log=lines.append),
        log=lines.append,
    )


def guarded(cloud: LocalCloud, installed: Installed) -> tuple[GuardResult, list[str]]:
    """Release the function and guard its shift; return how that ended, and what was logged."""
    traffic = LiveTraffic(cloud, installed.function, ALIAS, 10.0, [probe.payload for probe in installed.policy.probes])
    log_group_of(cloud, installed)
    traffic.start()
    lines: list[str] = []
    try:
        deployment_id = deploy(cloud, installed)
        found = guard(cloud, lines).run(
            Shift(deployment_id=deployment_id), Deadline(time.monotonic() * 1000 + 60_000.0)
        )
    finally:
        traffic.stop()
    return found, lines


def log_group_of(cloud: LocalCloud, installed: Installed) -> None:
    """Call the function once: one that never logged has no log group to subscribe to."""
    cloud.client("lambda").invoke(FunctionName=installed.function, Qualifier=ALIAS)
    cloud.flush_logs()


HOW: dict[str, dict[str, Any]] = {
    "as they are": {},
    "doubled, late and out of order": {"feed_copies": 2, "feed_delays_s": (1.5, 0.0, 0.7)},
}


@pytest.mark.usefixtures("guarding_here")
@pytest.mark.parametrize("how", HOW)
def test_a_release_that_fails_half_of_its_calls_is_stopped_by_the_feed(
    cloud: LocalCloud, conditions: Conditions, tmp_path: Path, how: str
) -> None:
    """However deliveries come the verdict is the same, and the filter is gone afterwards."""
    for name, value in HOW[how].items():
        setattr(conditions, name, value)
    installed = install_function(cloud, scenario(f"fed_{len(how)}", tmp_path, HALF))
    found, lines = guarded(cloud, installed)

    assert found.ending is Ending.STOPPED, lines
    assert found.verdict is not None
    assert found.verdict.reason.startswith("live.errors.rate")
    assert not any("no subscription" in line or "not delivered" in line for line in lines), lines
    assert filters_of(cloud, installed.function) == []


def test_a_guard_that_is_killed_leaves_nothing_once_the_deployment_has_ended(cloud: LocalCloud, tmp_path: Path) -> None:
    """The deployed guard makes the filter and dies; the controller removes it at the deployment's terminal event."""
    installed = install_function(cloud, scenario("fed_killed", tmp_path, SHORT))
    payloads = [probe.payload for probe in installed.policy.probes]
    # Too few callers for a verdict while the guard lives.
    traffic = LiveTraffic(cloud, installed.function, ALIAS, 0.5, payloads)
    log_group_of(cloud, installed)
    traffic.start()
    try:
        deployment_id = deploy(cloud, installed)
        for _ in within(30.0):
            if "dynamodb:Query" in {call.action for call in cloud.calls_of(GUARD)}:
                break
        assert [each["filterName"] for each in filters_of(cloud, installed.function)] == [f"warmgate-{deployment_id}"]
        cloud.kill(GUARD)
        for _ in within(40.0):
            if not filters_of(cloud, installed.function):
                break
    finally:
        traffic.stop()
    ended = cloud.client("codedeploy").get_deployment(deploymentId=deployment_id)["deploymentInfo"]

    assert filters_of(cloud, installed.function) == []
    assert ended["status"] in {"Succeeded", "Failed", "Stopped"}
    assert {name: used(cloud, *both) for name, both in GRANTED.items()} == {
        "TrafficGuard": {"logs:PutSubscriptionFilter", "dynamodb:Query"},
        "RollbackController": {"logs:DescribeSubscriptionFilters", "logs:DeleteSubscriptionFilter"},
        "LiveFeed": {"dynamodb:PutItem"},
    }


GRANTED = {
    "TrafficGuard": (GUARD, {"SubscribeToFunctionLogs", "ReadDeliveries"}),
    "RollbackController": (CONTROLLER, {"EndSubscriptions"}),
    "LiveFeed": (FEED, {"KeepDeliveries"}),
}
TEMPLATE = read_template(Path(__file__).parents[2] / "template.yaml")


def used(cloud: LocalCloud, function: str, sids: set[str]) -> set[str]:
    """Return which actions of some statements a function's calls needed, each call within what is granted."""
    role = next(name for name, (own, _) in GRANTED.items() if own == function)
    names = installed_names(TEMPLATE, "reports", LiveSource="subscription")
    granted = [each for each in grants_of(TEMPLATE, f"{role}Role", names) if each.sid in sids]
    actions = {each.action for each in granted}
    calls = [call for call in cloud.calls_of(function) if call.action in actions]

    assert audit(granted, calls).denied == ()
    return {call.action for call in calls} - ({"logs:DescribeSubscriptionFilters"} if function == GUARD else set())
