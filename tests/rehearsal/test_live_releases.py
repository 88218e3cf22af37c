"""Releases under live traffic: alarms stop them, people stop them, hooks say nothing, rollbacks fail."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from support.fakes.lambda_calls import Install
from support.fakes.live_release import ALIAS, LiveRelease, install_live
from warmgate_ops.rehearsal.arrivals import Probe
from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.traffic import LiveTraffic

pytestmark = pytest.mark.local_cloud
GOOD = "def handler(event, context):\n    return 1"
BROKEN = "def handler(event, context):\n    raise ValueError('no')"
ALL_AT_ONCE = "CodeDeployDefault.LambdaAllAtOnce"
ON_ALARM, ON_FAILURE, ON_REQUEST = "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"


@pytest.fixture
def release(local_cloud: LocalCloud, install: Install) -> LiveRelease:
    """Give a function whose second version always fails."""
    return install_live(local_cloud, install, GOOD, BROKEN)


@pytest.fixture(scope="session")
def half(local_cloud: LocalCloud) -> str:
    """Give a configuration that leaves half of the traffic on each version for 20 real seconds."""
    routing = {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 50, "canaryInterval": 200}}
    local_cloud.client("codedeploy").create_deployment_config(
        deploymentConfigName="half", computePlatform="Lambda", trafficRoutingConfig=routing
    )
    return "half"


@pytest.fixture
def traffic(local_cloud: LocalCloud) -> Iterator[Callable[..., LiveTraffic]]:
    """Give a way to send traffic, which is ended afterwards."""
    started: list[LiveTraffic] = []

    def send(release: LiveRelease, rate_per_s: float, **settings: object) -> LiveTraffic:
        started.append(LiveTraffic(local_cloud, release.function, ALIAS, rate_per_s, seed=3))
        started[-1].start()
        return started[-1]

    yield send
    for each in started:
        each.stop()


def until(holds: Callable[[], bool], within_s: float = 20.0) -> bool:
    """Return whether something came true in time."""
    limit = time.monotonic() + within_s
    while time.monotonic() < limit:
        if holds():
            return True
        time.sleep(0.05)
    return False


def test_an_alarm_on_live_traffic_stops_the_release_and_takes_it_back(
    release: LiveRelease, half: str, conditions: Conditions, traffic: Callable[..., LiveTraffic]
) -> None:
    """Errors of the new version ring its alarm after two periods; CodeDeploy stops and rolls back."""
    conditions.minute_s = 2.0
    release.put_alarm(f"errors-{release.function}")
    release.group(half, [ON_ALARM], [f"errors-{release.function}"])
    sent = traffic(release, 10.0)

    deployment_id = release.deploy()

    found = release.ended(deployment_id)
    assert (found["status"], found["errorInformation"]["code"]) == ("Stopped", "ALARM_ACTIVE")
    assert release.rolled_back(deployment_id)["status"] == "Succeeded"
    assert release.alias() == ("1", {})
    sent.stop()
    served = sent.by_version()
    assert served["2"].errors == served["2"].calls > 0
    assert served["1"].errors == 0
    assert until(lambda: release.alarm_state(f"errors-{release.function}") == "OK")


def test_an_alarm_on_other_versions_stays_quiet(
    release: LiveRelease, half: str, conditions: Conditions, traffic: Callable[..., LiveTraffic]
) -> None:
    """An alarm on the old version sees none of the new one's errors, and one without data knows nothing."""
    conditions.minute_s = 2.0
    resource = f"{release.function}:{ALIAS}"
    old = {"FunctionName": release.function, "Resource": resource, "ExecutedVersion": "1"}
    slow = {"MetricName": "Duration", "Threshold": 60_000.0}
    for name, version, settings in (("quiet", "1", {}), ("slow", "2", slow), ("nothing", "3", {})):
        dimensions = [{"Name": key, "Value": value} for key, value in {**old, "ExecutedVersion": version}.items()]
        release.put_alarm(name, Dimensions=dimensions, TreatMissingData="missing", **settings)
    release.group(half, [ON_ALARM], ["quiet", "slow", "nothing"])
    traffic(release, 10.0)

    deployment_id = release.deploy()

    assert until(lambda: release.alarm_state("quiet") == release.alarm_state("slow") == "OK")
    assert release.alarm_state("nothing") == "INSUFFICIENT_DATA"
    release.cloud.client("codedeploy").stop_deployment(deploymentId=deployment_id, autoRollbackEnabled=True)
    assert release.rolled_back(deployment_id)["status"] == "Succeeded"


def test_an_alarm_that_rings_already_lets_no_release_begin(release: LiveRelease, install: Install) -> None:
    """The deployment is stopped before any traffic and before any hook, and is rolled back."""
    name, hook = f"ringing-{release.function}", install(GOOD, prefix="hook")
    release.put_alarm(name, TreatMissingData="missing")
    release.cloud.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="by hand")
    release.group(ALL_AT_ONCE, [ON_ALARM], [name])

    deployment_id = release.deploy({"BeforeAllowTraffic": hook})

    found = release.ended(deployment_id)
    assert (found["status"], found["errorInformation"]["code"]) == ("Stopped", "ALARM_ACTIVE")
    entries = release.cloud.codedeploy.journal(deployment_id)
    assert {version for entry in entries for version, _ in entry.weights} == {"1"}
    release.rolled_back(deployment_id)
    time.sleep(0.3)
    assert not [call for call in release.cloud.async_invocations if deployment_id.encode() in call.payload]


@pytest.mark.parametrize(("asked", "status"), [(True, ("1", {})), (False, ("1", {"2": 0.5}))])
def test_a_release_stopped_by_hand_goes_back_when_asked(
    release: LiveRelease, half: str, asked: bool, status: tuple[str, dict[str, float]]
) -> None:
    """With a rollback the alias is as before; without one both versions keep their share."""
    release.group(half)
    deployment_id = release.deploy()
    assert until(lambda: release.alias()[1] == {"2": 0.5})

    release.cloud.client("codedeploy").stop_deployment(deploymentId=deployment_id, autoRollbackEnabled=asked)

    assert release.ended(deployment_id)["errorInformation"]["code"] == "MANUAL_STOP"
    assert until(lambda: release.alias() == status)


def test_a_hook_that_never_tells_fails_after_its_hour(release: LiveRelease, install: Install) -> None:
    """The hour passes on the scaled clock; without rollback events nothing is rolled back."""
    release.group(ALL_AT_ONCE)

    found = release.ended(release.deploy({"BeforeAllowTraffic": install(GOOD, prefix="silent")}))

    assert (found["status"], found["errorInformation"]["code"]) == ("Failed", "HOOK_EXECUTION_FAILURE")
    assert "rollbackDeploymentId" not in found.get("rollbackInfo", {})
    assert release.alias() == ("1", {})


def test_a_rollback_can_be_made_to_fail(release: LiveRelease, install: Install, conditions: Conditions) -> None:
    """The alias is refused to the rollback once: it stays on the new version until somebody tries again."""
    conditions.refused_alias_updates, conditions.refused_alias_version = 1, "1"
    release.group(ALL_AT_ONCE, [ON_FAILURE])

    deployment_id = release.deploy({"AfterAllowTraffic": install(GOOD, prefix="silent")})

    found = release.rolled_back(deployment_id)
    assert (found["status"], found["errorInformation"]["code"]) == ("Failed", "INTERNAL_ERROR")
    assert release.alias() == ("2", {})
    release.cloud.client("lambda").update_alias(FunctionName=release.function, Name=ALIAS, FunctionVersion="1")
    assert release.alias() == ("1", {})


def test_twenty_requests_a_second_are_sent_when_they_are_due(local_cloud: LocalCloud, install: Install) -> None:
    """The traffic keeps its rate, nothing is refused, and requests leave within a moment of their time."""
    release = install_live(local_cloud, install, GOOD, GOOD)
    probes = [Probe(name="light", payload={"n": 1}), Probe(name="heavy", payload={"n": 2}, weight=3.0)]
    traffic = LiveTraffic(local_cloud, release.function, ALIAS, 25.0, probes, seed=1)
    traffic.start()
    time.sleep(6.0)
    traffic.stop()

    late = sorted(each.late_ms for each in traffic.served)
    assert len(traffic.served) >= 110
    assert {each.outcome for each in traffic.served} == {"ok"}
    assert {each.version for each in traffic.served} == {"1"}
    assert sum(each.probe == "heavy" for each in traffic.served) > len(traffic.served) / 2
    assert late[int(0.9 * len(late))] < 250.0
