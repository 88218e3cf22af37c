"""What the contracts of fleets are played on: releases of a function of their own, and a way to let them end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from support.fakes.fleet_world import START_S, FleetWorld
from support.fakes.lambda_calls import publish, update
from support.stages.ports import ROLE, create, within
from warmgate.adapters.fleets import CodeDeployFleet, TableStops
from warmgate.model.fleet import Release
from warmgate.ports.fleets import FleetDeployments, Stops
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

SILENT = "CodeDeployHook_silent"
"""Never answers: its deployment runs until it is stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetStage:
    """CodeDeploy with two groups of one function each."""

    port: FleetDeployments
    since_s: float
    release: Release
    other: Release
    ends: Callable[[str], None]
    """Stop a deployment, and return once it has ended."""


def fake_fleet() -> FleetStage:
    """Return the stage in memory."""
    world = FleetWorld(lasts_s=1e9)

    def ends(deployment_id: str) -> None:
        next(made for made in world.deployments if made.deployment_id == deployment_id).status = "Stopped"

    first, second = (
        Release(function=name, alias="live", version="2", application="shop", deployment_group=name)
        for name in ("carts", "orders")
    )
    return FleetStage(port=world, since_s=START_S, release=first, other=second, ends=ends)


def fleet_in(cloud: LocalCloud) -> FleetStage:
    """Return the stage in a local cloud; `contracts` is its application."""
    client, since_s, releases = cloud.client("codedeploy"), time.time() - 60, []
    for _ in range(2):
        name = f"fleet-{time.monotonic_ns()}"
        create(cloud, name, "def handler(event, context): return {}\n")
        first = publish(cloud, name)
        cloud.client("lambda").create_alias(FunctionName=name, Name="live", FunctionVersion=first)
        update(cloud, name, "def handler(event, context): return {'two': 2}\n")
        client.create_deployment_group(
            applicationName="contracts",
            deploymentGroupName=name,
            serviceRoleArn=ROLE,
            deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce",
            deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        )
        releases.append(
            Release(
                function=name,
                alias="live",
                version="2",
                application="contracts",
                deployment_group=name,
                before=SILENT,
                after="",
            )
        )

    def ends(deployment_id: str) -> None:
        client.stop_deployment(deploymentId=deployment_id)
        for _ in within(10.0):
            if client.get_deployment(deploymentId=deployment_id)["deploymentInfo"]["status"] == "Stopped":
                return

    port = CodeDeployFleet(cloud.client, lambda: client)
    return FleetStage(port=port, since_s=since_s, release=releases[0], other=releases[1], ends=ends)


def stops_in(cloud: LocalCloud) -> Stops:
    """Return the stops in a table of a local cloud."""
    name = f"fleets-{time.monotonic_ns()}"
    cloud.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return TableStops(cloud.client, name)
