"""What fleets are promised by CodeDeploy and by what stops them: in memory, and in the local cloud over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from support.fakes.fleet_world import FakeStops
from support.stages.fleets import FleetStage, fake_fleet, fleet_in, stops_in
from warmgate.adapters.fleets import BucketReasons, CodeDeployFleet, TableStops
from warmgate.errors import ClaimError, CreateError, DeploymentLookupError
from warmgate.ports.fleets import Stops
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud


@pytest.fixture(params=["fake", "adapter"])
def fleet(request: pytest.FixtureRequest) -> FleetStage:
    """Give both implementations."""
    return fake_fleet() if request.param == "fake" else fleet_in(request.getfixturevalue("cloud"))


@pytest.fixture(params=["fake", "adapter"])
def stops(request: pytest.FixtureRequest) -> Stops:
    """Give both implementations."""
    return FakeStops() if request.param == "fake" else stops_in(request.getfixturevalue("cloud"))


def test_a_deployment_is_found_by_its_mark_in_its_group_alone(fleet: FleetStage) -> None:
    """Other marks, other groups and later beginnings find nothing; of two the first is found."""
    made = fleet.port.create(fleet.release, "1", "[warmgate fleet a x:live]")

    assert fleet.port.find(fleet.release, "[warmgate fleet a x:live]", fleet.since_s) == made
    assert fleet.port.find(fleet.release, "[warmgate fleet b x:live]", fleet.since_s) == ""
    assert fleet.port.find(fleet.other, "[warmgate fleet a x:live]", fleet.since_s) == ""
    assert fleet.port.find(fleet.release, "[warmgate fleet a x:live]", fleet.since_s + 1e8) == ""
    fleet.ends(made)
    again = fleet.port.create(fleet.release, "1", "[warmgate fleet a x:live]")
    assert fleet.port.find(fleet.release, "[warmgate fleet a x:live]", fleet.since_s) == made
    fleet.ends(again)


def test_a_group_runs_one_deployment(fleet: FleetStage) -> None:
    """A second one is refused as busy, which may clear; another group is free."""
    made = fleet.port.create(fleet.release, "1", "first")
    with pytest.raises(CreateError) as refused:
        fleet.port.create(fleet.release, "1", "second")
    assert (refused.value.busy, refused.value.unsure) == (True, False)

    other = fleet.port.create(fleet.other, "1", "first")
    fleet.ends(made)
    fleet.ends(other)


def test_standings_say_what_is_over_and_leave_out_what_is_not_known(fleet: FleetStage) -> None:
    """More than can be read at once are read; a deployment has its versions."""
    made, other = fleet.port.create(fleet.release, "1", "a"), fleet.port.create(fleet.other, "1", "b")
    fleet.ends(other)
    unknown = [f"d-{number:09}" for number in range(900, 930)]

    found = fleet.port.standings([made, *unknown, other])

    assert {each: standing.is_over for each, standing in found.items()} == {made: False, other: True}
    assert found[other].status == "Stopped"
    about = fleet.port.describe(made)
    assert (about.deployment_id, about.candidate, about.baseline) == (made, "2", "1")
    assert fleet.port.standings([]) == {}
    fleet.ends(made)


def test_a_stop_is_known_to_every_run_of_its_fleet(stops: Stops) -> None:
    """Other fleets go on."""
    assert stops.stopped_by("a") == ""
    stops.stop("a", "carts:live")
    assert stops.stopped_by("a") == "carts:live"
    assert stops.stopped_by("b") == ""


def test_what_codedeploy_will_never_take_is_no_busy_group(cloud: LocalCloud) -> None:
    """A group that is not there, and an AppSpec that CodeDeploy would refuse: waiting does not help."""
    stage = fleet_in(cloud)
    for release in (replace(stage.release, deployment_group="nowhere"), replace(stage.release, version="1")):
        with pytest.raises(CreateError) as refused:
            stage.port.create(release, "1", "first")
        assert (refused.value.busy, refused.value.unsure) == (False, False)


def test_what_cannot_be_asked_is_the_port_s_own_error(unreachable: Callable[[str], Any]) -> None:
    """A creation without an answer may have been carried out; a reason that cannot be read is none."""
    port, release = CodeDeployFleet(unreachable, lambda: unreachable("codedeploy")), fake_fleet().release
    with pytest.raises(CreateError) as lost:
        port.create(release, "1", "first")
    assert lost.value.unsure
    for ask in (lambda: port.find(release, "x", 0.0), lambda: port.standings(["d-1"]), lambda: port.describe("d-1")):
        with pytest.raises(DeploymentLookupError):
            ask()
    with pytest.raises(ClaimError):
        TableStops(unreachable, "nowhere").stopped_by("a")
    assert BucketReasons(unreachable, "nowhere").of("d-1") == ""
