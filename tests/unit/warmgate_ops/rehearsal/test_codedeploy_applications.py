"""Applications and their groups: what is listed, and what is refused where there is none."""

from __future__ import annotations

from typing import Any

import pytest

from support.fakes.codedeploy import GROUP, House, appspec

APP = {"applicationName": "shop"}
TEXT = {"revisionType": "String", "string": {"content": appspec()}}
NEW = {**APP, "deploymentGroupName": "new", "serviceRoleArn": "arn:aws:iam::000000000000:role/x"}


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("BatchGetApplications", {"applicationNames": ["shop", "gone"]}),
        ("CreateDeploymentGroup", {**NEW, "applicationName": "gone"}),
        ("GetDeploymentGroup", {"applicationName": "gone", "deploymentGroupName": "checkout"}),
        ("ListDeploymentGroups", {"applicationName": "gone"}),
        ("CreateDeployment", {**GROUP, "applicationName": "gone", "revision": TEXT}),
    ],
)
def test_nothing_is_done_in_an_application_that_is_not_there(operation: str, body: dict[str, Any]) -> None:
    """Every operation says so with the same error; a list of one application's deployments must name it."""
    assert House().refused(operation, **body) == "ApplicationDoesNotExistException"
    assert House().refused("ListDeployments", deploymentGroupName="g") == "ApplicationNameRequiredException"


def test_applications_and_groups_are_listed() -> None:
    """Each is found by its name, alone and among others."""
    house = House()
    house.ask("CreateApplication", applicationName="bank", computePlatform="Lambda")
    house.ask("CreateDeploymentGroup", **NEW)

    found = house.ask("BatchGetApplications", applicationNames=["bank", "shop"])["applicationsInfo"]

    assert sorted(house.ask("ListApplications")["applications"]) == ["bank", "shop"]
    assert [each["applicationName"] for each in found] == ["bank", "shop"]
    assert sorted(house.ask("ListDeploymentGroups", **APP)["deploymentGroups"]) == ["checkout", "new"]
