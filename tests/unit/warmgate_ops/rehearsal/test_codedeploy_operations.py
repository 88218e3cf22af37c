"""What the operations take, keep, give back and refuse."""

from __future__ import annotations

import hashlib
from typing import Any

import botocore.session
import pytest

from support.fakes.codedeploy import GROUP, START_S, House, appspec

APP = {"applicationName": "shop"}
TEXT = {"revisionType": "String", "string": {"content": appspec()}}
ROLE = {"serviceRoleArn": "arn:aws:iam::000000000000:role/x"}
NEW = {**APP, "deploymentGroupName": "new", **ROLE}
IN_PLACE = {"deploymentType": "IN_PLACE", "deploymentOption": "WITHOUT_TRAFFIC_CONTROL"}
NOBODY = "d-ZZZZZZZZZ"
MODEL = botocore.session.get_session().get_service_model("codedeploy")


def modelled(operation: str) -> set[str]:
    """Return the errors that the SDK knows an operation may answer with; any, where it is not answered here."""
    if operation not in House().service.operations:
        return {"UnknownOperationException"}
    return {shape.name for shape in MODEL.operation_model(operation).error_shapes}


def alarms(count: int, name: str = "errors") -> dict[str, Any]:
    """Return an alarmConfiguration of so many alarms."""
    return {"alarmConfiguration": {"enabled": True, "alarms": [{"name": f"{name}{n}"} for n in range(count)]}}


def triggers(count: int = 1, **changes: Any) -> dict[str, Any]:
    """Return so many triggers that are right but for the changes."""
    topic = "arn:aws:sns:us-east-1:000000000000:CodeDeployTopic_told"
    right = {"triggerTargetArn": topic, "triggerEvents": ["DeploymentStart"]}
    found = [{"triggerName": f"told-{number}", **right, **changes} for number in range(count)]
    return {"triggerConfigurations": found}


def routing(kind: str, percentage: Any, minutes: Any) -> dict[str, Any]:
    """Return a trafficRoutingConfig."""
    member, word = ("timeBasedCanary", "canary") if kind == "TimeBasedCanary" else ("timeBasedLinear", "linear")
    return {"type": kind, member: {f"{word}Percentage": percentage, f"{word}Interval": minutes}}


@pytest.mark.parametrize(
    ("operation", "body", "code"),
    [
        ("CreateApplication", {}, "ApplicationNameRequiredException"),
        ("CreateApplication", {"applicationName": "a b"}, "InvalidApplicationNameException"),
        ("CreateApplication", {"applicationName": "x" * 101}, "InvalidApplicationNameException"),
        ("CreateApplication", {"applicationName": 7}, "InvalidApplicationNameException"),
        ("CreateApplication", {"applicationName": "new"}, "InvalidComputePlatformException"),
        ("CreateApplication", {**APP, "computePlatform": "Lambda"}, "ApplicationAlreadyExistsException"),
        ("GetApplication", {"applicationName": "gone"}, "ApplicationDoesNotExistException"),
        ("ListApplications", {"nextToken": "x"}, "InvalidNextTokenException"),
        ("BatchGetApplications", {"applicationNames": []}, "ApplicationNameRequiredException"),
        ("BatchGetApplications", {"applicationNames": ["a"] * 101}, "BatchLimitExceededException"),
        ("UpdateApplication", {**APP, "newApplicationName": "shop"}, "ApplicationAlreadyExistsException"),
        ("CreateDeploymentGroup", {**GROUP, **ROLE}, "DeploymentGroupAlreadyExistsException"),
        ("CreateDeploymentGroup", {**APP, **ROLE}, "DeploymentGroupNameRequiredException"),
        ("CreateDeploymentGroup", {**APP, "deploymentGroupName": "g"}, "RoleRequiredException"),
        ("CreateDeploymentGroup", {**NEW, "serviceRoleArn": "role"}, "InvalidRoleException"),
        ("CreateDeploymentGroup", {**NEW, **alarms(11)}, "AlarmsLimitExceededException"),
        ("CreateDeploymentGroup", {**NEW, **alarms(1, "x" * 256)}, "InvalidAlarmConfigException"),
        ("CreateDeploymentGroup", {**NEW, **triggers(11)}, "TriggerTargetsLimitExceededException"),
        ("CreateDeploymentGroup", {**NEW, **triggers(triggerTargetArn="topic")}, "InvalidTriggerConfigException"),
        ("CreateDeploymentGroup", {**NEW, **triggers(triggerEvents=[])}, "InvalidTriggerConfigException"),
        ("CreateDeploymentGroup", {**NEW, **triggers(triggerEvents=["Start"])}, "InvalidTriggerConfigException"),
        ("CreateDeploymentGroup", {**NEW, **triggers(triggerName="")}, "InvalidTriggerConfigException"),
        ("CreateDeploymentGroup", {**NEW, "outdatedInstancesStrategy": "KEEP"}, "InvalidInputException"),
        ("CreateDeploymentGroup", {**NEW, "deploymentStyle": IN_PLACE}, "InvalidDeploymentStyleException"),
        ("GetDeploymentGroup", {**APP, "deploymentGroupName": "g"}, "DeploymentGroupDoesNotExistException"),
        (
            "DeleteDeploymentConfig",
            {"deploymentConfigName": "CodeDeployDefault.LambdaAllAtOnce"},
            "InvalidOperationException",
        ),
        ("GetDeploymentConfig", {}, "DeploymentConfigNameRequiredException"),
        ("GetDeploymentConfig", {"deploymentConfigName": "gone"}, "DeploymentConfigDoesNotExistException"),
        ("RegisterApplicationRevision", APP, "RevisionRequiredException"),
        ("RegisterApplicationRevision", {**APP, "revision": {"revisionType": "Tape"}}, "InvalidRevisionException"),
        ("RegisterApplicationRevision", {**APP, "revision": {"revisionType": "GitHub"}}, "InvalidRevisionException"),
        ("RegisterApplicationRevision", {**APP, "revision": {"revisionType": "String"}}, "InvalidRevisionException"),
        ("GetApplicationRevision", {**APP, "revision": TEXT}, "RevisionDoesNotExistException"),
        ("BatchGetApplicationRevisions", {**APP, "revisions": [TEXT] * 26}, "BatchLimitExceededException"),
        ("ListApplicationRevisions", {**APP, "sortBy": "size"}, "InvalidSortByException"),
        ("ListApplicationRevisions", {**APP, "sortOrder": "up"}, "InvalidSortOrderException"),
        ("ListApplicationRevisions", {**APP, "deployed": "no"}, "InvalidDeployedStateFilterException"),
        ("ListApplicationRevisions", {**APP, "s3KeyPrefix": "a"}, "BucketNameFilterRequiredException"),
        ("CreateDeployment", {**GROUP}, "RevisionRequiredException"),
        ("CreateDeployment", {**APP, "revision": TEXT}, "DeploymentGroupNameRequiredException"),
        ("CreateDeployment", {**GROUP, "revision": TEXT, "description": "x" * 257}, "DescriptionTooLongException"),
        (
            "CreateDeployment",
            {**GROUP, "revision": TEXT, "deploymentConfigName": "g"},
            "DeploymentConfigDoesNotExistException",
        ),
        ("GetDeployment", {}, "DeploymentIdRequiredException"),
        ("GetDeployment", {"deploymentId": "d-1"}, "InvalidDeploymentIdException"),
        ("GetDeployment", {"deploymentId": NOBODY}, "DeploymentDoesNotExistException"),
        ("StopDeployment", {"deploymentId": NOBODY}, "DeploymentDoesNotExistException"),
        ("BatchGetDeployments", {"deploymentIds": ["d-1"]}, "InvalidDeploymentIdException"),
        ("ListDeployments", APP, "DeploymentGroupNameRequiredException"),
        ("ListDeployments", {"includeOnlyStatuses": ["Odd"]}, "InvalidDeploymentStatusException"),
        ("ListDeployments", {"createTimeRange": {"start": "today"}}, "InvalidTimeRangeException"),
        ("ListDeployments", {"createTimeRange": {"start": 2, "end": 1}}, "InvalidTimeRangeException"),
        ("ListDeploymentTargets", {"deploymentId": NOBODY}, "DeploymentDoesNotExistException"),
        ("PutLifecycleEventHookExecutionStatus", {"status": "Succeeded"}, "DeploymentIdRequiredException"),
        ("PutLifecycleEventHookExecutionStatus", {"deploymentId": NOBODY}, "DeploymentDoesNotExistException"),
        ("TagResource", {}, "ResourceArnRequiredException"),
        ("TagResource", {"ResourceArn": "shop"}, "InvalidArnException"),
        ("TagResource", {"ResourceArn": "arn:aws:codedeploy:r:0:deploymentconfig:x"}, "ArnNotSupportedException"),
        ("TagResource", {"ResourceArn": "arn:aws:codedeploy:r:0:application:shop"}, "TagRequiredException"),
        (
            "ListTagsForResource",
            {"ResourceArn": "arn:aws:codedeploy:r:0:application:x"},
            "InvalidArnException",
        ),
        ("CreateCloudFormationDeployment", {}, "UnknownOperationException"),
    ],
)
def test_wrong_request_is_refused_with_codedeploys_code(operation: str, body: dict[str, Any], code: str) -> None:
    """Each wrong request has the error that the service model gives it, and changes nothing."""
    house = House()

    assert house.refused(operation, **body) == code
    assert code in modelled(operation)
    assert house.ask("ListApplications") == {"applications": ["shop"]}
    assert house.ask("ListDeployments") == {"deployments": []}


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("autoRollbackConfiguration", {"enabled": True}, "InvalidAutoRollbackConfigException"),
        ("autoRollbackConfiguration", {"events": ["NEVER"]}, "InvalidAutoRollbackConfigException"),
        ("alarmConfiguration", {"enabled": True, "alarms": []}, "InvalidAlarmConfigException"),
        ("alarmConfiguration", {"alarms": [{"name": "a"}, {"name": "a"}]}, "InvalidAlarmConfigException"),
        ("alarmConfiguration", "errors", "InvalidAlarmConfigException"),
        ("deploymentStyle", {"deploymentType": "IN_PLACE"}, "InvalidDeploymentStyleException"),
        ("triggerConfigurations", [{}], "InvalidTriggerConfigException"),
        ("deploymentConfigName", "gone", "DeploymentConfigDoesNotExistException"),
        ("tags", [{"Value": "x"}], "InvalidTagsToAddException"),
    ],
)
def test_group_with_a_wrong_setting_is_not_made(key: str, value: Any, code: str) -> None:
    """A setting that could not work is refused when it is made, not when it is needed."""
    house = House()

    assert code in modelled("CreateDeploymentGroup")
    assert house.refused("CreateDeploymentGroup", **APP, deploymentGroupName="g", **ROLE, **{key: value}) == code
    assert house.ask("ListDeploymentGroups", **APP)["deploymentGroups"] == ["checkout"]


@pytest.mark.parametrize(
    "config",
    [
        routing("TimeBasedCanary", 0, 5),
        routing("TimeBasedCanary", 100, 5),
        routing("TimeBasedCanary", "10", 5),
        routing("TimeBasedCanary", True, 5),
        routing("TimeBasedLinear", 10, 0),
        routing("TimeBasedLinear", 1, 30),
        {"type": "TimeBasedLinear"},
        {"type": "Random"},
        None,
    ],
)
def test_schedule_that_cannot_run_is_refused(config: Any) -> None:
    """Percentages from 1 to 99, whole minutes, and no shift longer than two days."""
    body = {"deploymentConfigName": "mine", "computePlatform": "Lambda", "trafficRoutingConfig": config}

    assert House().refused("CreateDeploymentConfig", **body) == "InvalidTrafficRoutingConfigurationException"


def test_custom_config_is_used_and_kept_while_it_is_used() -> None:
    """A configuration lives until no group has it."""
    house = House()
    mine = {"deploymentConfigName": "mine"}
    config = routing("TimeBasedLinear", 50, 1)
    house.ask("CreateDeploymentConfig", **mine, computePlatform="Lambda", trafficRoutingConfig=config)
    change = {**APP, "currentDeploymentGroupName": "checkout"}
    house.ask("UpdateDeploymentGroup", **change, **mine)
    house.release(appspec(hooks=()))

    assert house.alias == ("7", {"8": 0.5})
    assert house.ask("GetDeploymentConfig", **mine)["deploymentConfigInfo"]["trafficRoutingConfig"] == config
    assert house.refused("DeleteDeploymentConfig", **mine) == "DeploymentConfigInUseException"
    house.ask("UpdateDeploymentGroup", **change, deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce")
    house.ask("DeleteDeploymentConfig", **mine)
    assert house.refused("GetDeploymentConfig", **mine) == "DeploymentConfigDoesNotExistException"


def test_predefined_configs_for_lambda_are_there() -> None:
    """The nine configurations that every account has."""
    names = House().ask("ListDeploymentConfigs")["deploymentConfigsList"]

    assert [name.removeprefix("CodeDeployDefault.Lambda") for name in names] == [
        "AllAtOnce",
        "Canary10Percent10Minutes",
        "Canary10Percent15Minutes",
        "Canary10Percent30Minutes",
        "Canary10Percent5Minutes",
        "Linear10PercentEvery10Minutes",
        "Linear10PercentEvery1Minute",
        "Linear10PercentEvery2Minutes",
        "Linear10PercentEvery3Minutes",
    ]


@pytest.mark.parametrize("member", ["string", "appSpecContent"])
def test_content_is_given_by_the_revision_alone(member: str) -> None:
    """GetDeployment shows the digest; GetApplicationRevision with it gives the text."""
    house = House()
    kind = "String" if member == "string" else "AppSpecContent"
    content = appspec()
    digest = hashlib.sha256(content.encode()).hexdigest()
    deployment_id = house.release(revision={"revisionType": kind, member: {"content": content}})
    shown = house.about(deployment_id)["revision"]

    assert shown == {"revisionType": kind, member: {"sha256": digest}}
    found = house.ask("GetApplicationRevision", **APP, revision=shown)
    assert found["revision"][member] == {"content": content, "sha256": digest}
    assert found["revisionInfo"]["deploymentGroups"] == ["checkout"]


def test_revision_registered_twice_is_the_one_that_was_first() -> None:
    """Registering again changes neither its description nor its age."""
    house = House()
    house.ask("RegisterApplicationRevision", **APP, revision=TEXT, description="first")
    house.clock.at_s += 60
    house.ask("RegisterApplicationRevision", **APP, revision=TEXT, description="second")
    known = house.ask("GetApplicationRevision", **APP, revision=TEXT)["revisionInfo"]

    assert (known["description"], known["registerTime"]) == ("first", START_S)


def test_digest_must_be_that_of_the_content() -> None:
    """A sha256 that belongs to another text is refused."""
    house = House()
    text = {"content": appspec(), "sha256": "0" * 64}
    revision = {"revisionType": "AppSpecContent", "appSpecContent": text}

    assert house.refused("CreateDeployment", **GROUP, revision=revision) == "InvalidRevisionException"


def test_registered_revision_is_deployed_by_its_digest() -> None:
    """What is registered once need not be sent again, and is listed as deployed afterwards."""
    house = House()
    house.ask("RegisterApplicationRevision", **APP, revision=TEXT, description="first")
    (place,) = house.ask("ListApplicationRevisions", **APP, deployed="exclude")["revisions"]
    house.release(revision=place)

    assert house.ask("ListApplicationRevisions", **APP, deployed="exclude")["revisions"] == []
    unknown = {"revisionType": "String", "string": {"sha256": "1" * 64}}
    found = house.ask("BatchGetApplicationRevisions", **APP, revisions=[place, unknown])
    assert found["revisions"][0]["genericRevisionInfo"]["description"] == "first"
    assert found["errorMessage"] == "1 of 2 revisions are not registered"


def test_deployments_are_listed_newest_first_and_by_status() -> None:
    """Filters by place, status and time."""
    house = House()
    first = house.release(appspec(hooks=()))
    house.clock.at_s += 100
    second = house.release(appspec(current="8", target="9"))

    assert house.ask("ListDeployments", **GROUP)["deployments"] == [second, first]
    assert house.ask("ListDeployments", includeOnlyStatuses=["Succeeded"])["deployments"] == [first]
    span = {"start": house.clock.at_s - 1, "end": house.clock.at_s}
    assert house.ask("ListDeployments", createTimeRange=span)["deployments"] == [second]
    found = house.ask("BatchGetDeployments", deploymentIds=[first, NOBODY, second])["deploymentsInfo"]
    assert [about["deploymentId"] for about in found] == [first, second]
    assert found[1]["previousRevision"] == found[0]["revision"]


def test_group_shows_its_latest_deployments() -> None:
    """The last attempt and the last success are not the same thing."""
    house = House()
    good = house.release(appspec(hooks=()))
    bad = house.release(appspec(current="6"))
    found = house.ask("GetDeploymentGroup", **GROUP)["deploymentGroupInfo"]

    assert found["lastSuccessfulDeployment"]["deploymentId"] == good
    assert found["lastAttemptedDeployment"]["deploymentId"] == bad
    assert found["lastAttemptedDeployment"]["status"] == "Failed"


def test_renaming_takes_everything_along() -> None:
    """Groups, revisions, deployments and tags stay reachable under the new names."""
    house = House()
    arn = "arn:aws:codedeploy:us-east-1:000000000000:application:{}"
    house.ask("TagResource", ResourceArn=arn.format("shop"), Tags=[{"Key": "team", "Value": "web"}])
    deployment_id = house.release()
    house.ask("UpdateApplication", **APP, newApplicationName="store")
    moved = {"applicationName": "store", "currentDeploymentGroupName": "checkout", "newDeploymentGroupName": "pay"}
    house.ask("UpdateDeploymentGroup", **moved)
    about = house.about(deployment_id)

    assert (about["applicationName"], about["deploymentGroupName"]) == ("store", "pay")
    house.ask("GetApplicationRevision", applicationName="store", revision=about["revision"])
    assert house.ask("ListTagsForResource", ResourceArn=arn.format("store"))["Tags"] == [
        {"Key": "team", "Value": "web"}
    ]


def test_deleting_is_thorough_and_may_be_repeated() -> None:
    """What is gone may be deleted again; what belonged to it is gone too."""
    house = House()
    for _ in range(2):
        house.ask("DeleteDeploymentGroup", **GROUP)
        house.ask("DeleteApplication", **APP)

    assert house.ask("ListApplications") == {"applications": []}
    assert house.refused("ListDeploymentGroups", **APP) == "ApplicationDoesNotExistException"


def test_group_that_is_deleted_midway_does_not_end_its_deployment() -> None:
    """A deployment knows all it needs, its rollback included."""
    house = House(group={"autoRollbackConfiguration": {"enabled": True, "events": ["DEPLOYMENT_FAILURE"]}})
    deployment_id = house.release(appspec(hooks=("after",)))
    house.ask("DeleteApplication", **APP)
    house.report_status("Failed")
    house.pass_s()

    assert house.about(deployment_id)["status"] == "Failed"
    assert house.alias == ("7", {})


def test_tags_come_and_go() -> None:
    """Tags of a group are kept by key."""
    house = House()
    arn = {"ResourceArn": "arn:aws:codedeploy:us-east-1:000000000000:deploymentgroup:shop/checkout"}
    house.ask("TagResource", **arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    house.ask("TagResource", **arn, Tags=[{"Key": "a", "Value": "3"}])
    house.ask("UntagResource", **arn, TagKeys=["b", "c"])

    assert house.ask("ListTagsForResource", **arn) == {"Tags": [{"Key": "a", "Value": "3"}]}


def test_missing_groups_of_a_batch_are_named() -> None:
    """A batch gives what there is."""
    found = House().ask("BatchGetDeploymentGroups", **APP, deploymentGroupNames=["checkout", "gone"])

    assert [group["deploymentGroupName"] for group in found["deploymentGroupsInfo"]] == ["checkout"]
    assert found["errorMessage"] == "No Deployment Group found for name: gone"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ([], "DeploymentTargetIdRequiredException"),
        (["other:live"], "DeploymentTargetDoesNotExistException"),
        (["checkout:live", "checkout:live"], "DeploymentTargetListSizeExceededException"),
    ],
)
def test_lambda_deployment_has_exactly_one_target(asked: list[str], code: str) -> None:
    """A batch of targets holds the one there is."""
    house = House()
    deployment_id = house.release()

    assert house.refused("BatchGetDeploymentTargets", deploymentId=deployment_id, targetIds=asked) == code


def test_a_group_reads_back_as_it_was_made() -> None:
    """What a tool compares with its plan is there: strategy, alarms and triggers; a strategy of its own by default."""
    house = House()
    house.ask("CreateDeploymentGroup", **NEW, **alarms(2), **triggers(2), outdatedInstancesStrategy="IGNORE")

    def read(name: str) -> dict[str, Any]:
        found: dict[str, Any] = house.ask("GetDeploymentGroup", **APP, deploymentGroupName=name)["deploymentGroupInfo"]
        return found

    made = read("new")
    assert made["outdatedInstancesStrategy"] == "IGNORE"
    assert [alarm["name"] for alarm in made["alarmConfiguration"]["alarms"]] == ["errors0", "errors1"]
    assert made["triggerConfigurations"] == triggers(2)["triggerConfigurations"]
    assert read("checkout")["outdatedInstancesStrategy"] == "UPDATE"
    house.ask("UpdateDeploymentGroup", **APP, currentDeploymentGroupName="new", outdatedInstancesStrategy="UPDATE")
    assert read("new")["outdatedInstancesStrategy"] == "UPDATE"
