"""The deployed guard, killed while it guards: Lambda's retry of its event stops the shift."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.stages.ports import within
from warmgate_ops.rehearsal.catalogue import live_release
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.run import deploy
from warmgate_ops.rehearsal.scenario import Live
from warmgate_ops.rehearsal.stage import ALIAS, GUARD, TABLE, Installed, install_function, install_warmgate
from warmgate_ops.rehearsal.traffic import LiveTraffic

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(300)]
HALF = "Tests.Canary50Percent150Minutes"
ROUTING = {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 50, "canaryInterval": 150}}
"""A lease lasts half a minute of real time, on any time scale."""
SCENARIO = live_release("guard_killed", "fails for real callers", Live(), candidate="real_callers", config=HALF)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Give a cloud with all four functions."""
    with LocalCloud.start(tmp_path_factory.mktemp("killed-cloud"), time_scale=60.0) as found:
        install_warmgate(found)
        found.client("codedeploy").create_deployment_config(
            deploymentConfigName=HALF, computePlatform="Lambda", trafficRoutingConfig=ROUTING
        )
        yield found


@pytest.fixture
def installed(cloud: LocalCloud) -> Iterator[Installed]:
    """Give a function with callers, whose second version fails for half of them."""
    found = install_function(cloud, SCENARIO)
    traffic = LiveTraffic(cloud, found.function, ALIAS, 10.0, [probe.payload for probe in found.policy.probes], seed=3)
    traffic.start()
    yield found
    traffic.stop()


def test_a_guard_that_is_killed_is_followed_by_one_that_stops_the_shift(
    cloud: LocalCloud, installed: Installed
) -> None:
    """The killed run's event comes again, waits for the end of its lease, and stops the deployment, once."""
    deployment_id = deploy(cloud, installed)
    for _ in within(30.0):
        if held(cloud, deployment_id):
            break
    cloud.kill(GUARD)
    info = ended(cloud, deployment_id)

    assert (info["status"], info["errorInformation"]["code"]) == ("Stopped", "MANUAL_STOP")
    killed, retry = attempts(cloud, deployment_id)
    assert (killed.request_id, killed.attempt, retry.attempt) == (retry.request_id, 0, 1)
    assert killed.error is not None
    assert retry.error is None
    assert ended(cloud, info["rollbackInfo"]["rollbackDeploymentId"])["status"] == "Succeeded"


def held(cloud: LocalCloud, deployment_id: str) -> bool:
    """Return whether a run guards a deployment."""
    key = {"id": {"S": f"guard {deployment_id}"}}
    return "Item" in cloud.client("dynamodb").get_item(TableName=TABLE, Key=key)


def ended(cloud: LocalCloud, deployment_id: str) -> dict[str, Any]:
    """Return a deployment once it has ended."""
    found: dict[str, Any] = {}
    for _ in within(120.0):
        found = cloud.client("codedeploy").get_deployment(deploymentId=deployment_id)["deploymentInfo"]
        if found["status"] in {"Succeeded", "Failed", "Stopped"}:
            return found
    raise AssertionError(f"{deployment_id} is {found.get('status')} after 120 s, expected an end")


def attempts(cloud: LocalCloud, deployment_id: str) -> list[Any]:
    """Return the attempts of the guard over a deployment."""
    for _ in within(20.0):
        found = [
            each
            for each in cloud.async_invocations
            if each.function == GUARD and deployment_id.encode() in each.payload
        ]
        if len(found) > 1:
            break
    return found
