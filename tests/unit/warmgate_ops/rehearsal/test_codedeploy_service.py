"""Whole deployments through the local CodeDeploy, in surroundings that are told what to do."""

from __future__ import annotations

import threading

import pytest

from support.fakes.codedeploy import ROLLBACK, START_S, House, appspec

CANARY = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
AT_ONCE = "CodeDeployDefault.LambdaAllAtOnce"
WATCH = {"enabled": True, "alarms": [{"name": "errors"}, {"name": "latency"}]}


def rolling_back(**more: object) -> House:
    """Return a house whose group rolls back on failures and alarms."""
    return House(group={"autoRollbackConfiguration": ROLLBACK, **more})


def test_release_runs_from_hook_to_hook_and_ends_at_the_candidate() -> None:
    """Both hooks are called, in order, and the alias has the candidate alone at the end."""
    house = House()
    deployment_id = house.release(deploymentConfigName=CANARY)
    assert house.lifecycle(deployment_id)["BeforeAllowTraffic"] == "InProgress"

    house.report_status()
    assert house.alias == ("7", {"8": 0.1})
    house.pass_s(300)
    assert house.alias == ("8", {})
    assert [function for function, _ in house.functions.calls] == ["CodeDeployHook_before", "CodeDeployHook_after"]
    house.report_status()

    about = house.about(deployment_id)
    assert (about["status"], about["createTime"], about["completeTime"]) == ("Succeeded", START_S, START_S + 300)
    assert house.events.states == ["START", "SUCCESS"]


def test_hook_event_has_exactly_its_two_ids() -> None:
    """A hook learns the deployment's id and an opaque one of at least 250 characters, and nothing else."""
    house = House()
    deployment_id = house.release()
    event = house.functions.calls[0][1]

    assert set(event) == {"DeploymentId", "LifecycleEventHookExecutionId"}
    assert event["DeploymentId"] == deployment_id
    assert len(event["LifecycleEventHookExecutionId"]) >= 250


def test_failed_hook_before_traffic_makes_a_rollback_that_moves_nothing() -> None:
    """Nothing was shifted; the rollback is a deployment of its own, and both name each other."""
    house = rolling_back()
    house.conditions.hooks_on_rollback = True
    deployment_id = house.release()
    house.report_status("Failed")
    about = house.about(deployment_id)
    rollback_id = about["rollbackInfo"]["rollbackDeploymentId"]
    back = house.about(rollback_id)

    assert about["status"] == "Failed"
    assert about["errorInformation"]["code"] == "HOOK_EXECUTION_FAILURE"
    assert house.functions.moves == []
    assert back["creator"] == "codeDeployRollback"
    assert back["rollbackInfo"]["rollbackTriggeringDeploymentId"] == deployment_id
    assert house.journal_weights(rollback_id)[0] == {"7": 1.0}


@pytest.mark.parametrize("hooks_on_rollback", [True, False])
def test_rollback_calls_hooks_only_where_it_is_told_to(hooks_on_rollback: bool) -> None:
    """AWS was seen to call none, and lists their events as Succeeded; the other answer can be rehearsed."""
    house = House(group={"autoRollbackConfiguration": ROLLBACK}, hooks_on_rollback=hooks_on_rollback)
    deployment_id = house.release(appspec(hooks=("after",)))
    house.report_status("Failed")
    house.pass_s()
    rollback_id = house.about(deployment_id)["rollbackInfo"]["rollbackDeploymentId"]

    assert house.alias == ("7", {})
    assert house.about(rollback_id)["status"] == ("InProgress" if hooks_on_rollback else "Succeeded")
    assert len(house.functions.calls) == (2 if hooks_on_rollback else 1)
    shown = house.target(rollback_id)["lambdaFunctionInfo"]
    assert (shown["currentVersion"], shown["targetVersion"]) == ("8", "7")
    after = "InProgress" if hooks_on_rollback else "Succeeded"
    expected = {"BeforeAllowTraffic": "Succeeded", "AllowTraffic": "Succeeded", "AfterAllowTraffic": after}
    assert house.lifecycle(rollback_id) == expected


def test_a_rollback_is_told_in_the_words_of_aws() -> None:
    """Each deployment names the other, in sentences that were recorded on AWS."""
    house = rolling_back()
    failed = house.release()
    house.report_status("Failed")
    told = house.about(failed)["rollbackInfo"]
    back = told["rollbackDeploymentId"]

    assert told["rollbackMessage"] == (
        f"Deployment {failed} terminated. Automatic rollback is triggered with a DeploymentId {back}."
    )
    said = house.about(back)["rollbackInfo"]["rollbackMessage"]
    assert said == f"Deployment {back} is triggered to roll back deployment {failed}."


@pytest.mark.parametrize("hooks", [(), ("before",), ("before", "after")])
def test_a_target_lists_exactly_three_events(hooks: tuple[str, ...]) -> None:
    """Start and End are not shown, and an event without a hook is; the weight at the end is 1."""
    house = House()
    deployment_id = house.release(appspec(hooks=hooks))
    for _ in hooks:
        house.report_status()
    house.pass_s()

    assert house.lifecycle(deployment_id) == dict.fromkeys(
        ("BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic"), "Succeeded"
    )
    assert house.target(deployment_id)["lambdaFunctionInfo"]["targetVersionWeight"] == 1.0


def test_a_target_may_say_nothing_of_its_function_at_first() -> None:
    """Under a condition of the cloud its function is unknown until BeforeAllowTraffic has ended."""
    house = House()
    house.conditions.no_function_info = True
    deployment_id = house.release()

    assert house.target(deployment_id)["lambdaFunctionInfo"] == {}
    house.report_status()
    assert house.target(deployment_id)["lambdaFunctionInfo"]["functionName"] == "checkout"


def test_rollback_can_be_read_from_its_revision() -> None:
    """The AppSpec of a rollback is registered, so that a hook that reads revisions finds the old version in it."""
    house = rolling_back()
    deployment_id = house.release()
    house.report_status("Failed")
    back = house.about(house.about(deployment_id)["rollbackInfo"]["rollbackDeploymentId"])
    found = house.ask("GetApplicationRevision", applicationName="shop", revision=back["revision"])

    assert '"TargetVersion": "7"' in found["revision"]["string"]["content"]


@pytest.mark.parametrize(
    ("configured", "asked", "rolls_back"),
    [
        ([], None, False),
        ([], True, True),
        (["DEPLOYMENT_STOP_ON_REQUEST"], None, True),
        (["DEPLOYMENT_STOP_ON_REQUEST"], False, False),
        (["DEPLOYMENT_FAILURE"], None, False),
    ],
)
def test_stop_rolls_back_when_asked_or_configured(configured: list[str], asked: bool | None, rolls_back: bool) -> None:
    """The request decides, and without a word in it the configuration; without a rollback the weights stay."""
    house = House(group={"autoRollbackConfiguration": {"enabled": bool(configured), "events": configured}})
    deployment_id = house.release(appspec(hooks=()), deploymentConfigName=CANARY)
    word = {} if asked is None else {"autoRollbackEnabled": asked}
    assert house.ask("StopDeployment", deploymentId=deployment_id, **word)["status"] == "Succeeded"
    house.pass_s()

    assert house.about(deployment_id)["status"] == "Stopped"
    assert house.alias == (("7", {}) if rolls_back else ("7", {"8": 0.1}))
    assert house.refused("StopDeployment", deploymentId=deployment_id) == "DeploymentAlreadyCompletedException"


def test_weights_left_by_a_stop_fail_the_next_deployment() -> None:
    """An alias on two versions must be cleared by hand, as on AWS."""
    house = House()
    house.ask("StopDeployment", deploymentId=house.release(appspec(hooks=()), deploymentConfigName=CANARY))
    house.pass_s()
    error = house.about(house.release())["errorInformation"]

    assert error["code"] == "INVALID_LAMBDA_CONFIGURATION"
    assert "does not match the current version in AppSpec file" in error["message"]


def test_alarm_stops_the_shift_and_names_itself() -> None:
    """An alarm in ALARM stops the deployment, and the alias goes back."""
    house = rolling_back(alarmConfiguration=WATCH)
    house.alarms.known = {"errors": "INSUFFICIENT_DATA", "latency": "OK"}
    deployment_id = house.release(appspec(hooks=()), deploymentConfigName=CANARY)
    assert house.alias == ("7", {"8": 0.1})

    house.alarms.known["latency"] = "ALARM"
    house.pass_s(10)
    house.pass_s()
    about = house.about(deployment_id)
    assert (about["status"], about["errorInformation"]["code"]) == ("Stopped", "ALARM_ACTIVE")
    assert "<latency>" in about["errorInformation"]["message"]
    assert house.alias == ("7", {})


def test_alarm_that_was_there_before_stops_the_fix_too() -> None:
    """A deployment that starts under an alarm stops at once, unless it overrides the group's alarms."""
    house = rolling_back(alarmConfiguration=WATCH)
    house.alarms.known = {"errors": "ALARM"}
    stopped = house.release(appspec(hooks=()))
    house.pass_s()
    override = {"enabled": False, "alarms": []}
    forced = house.release(appspec(hooks=()), overrideAlarmConfiguration=override)

    assert house.about(stopped)["status"] == "Stopped"
    assert house.about(forced)["status"] == "Succeeded"


@pytest.mark.parametrize("hooks", [(), ("before",)])
def test_alarm_that_was_there_before_lets_nothing_happen(hooks: tuple[str, ...]) -> None:
    """Neither a hook is called nor the alias moved for a deployment that starts under an alarm."""
    house = House(group={"alarmConfiguration": WATCH})
    house.alarms.known = {"errors": "ALARM"}

    stopped = house.release(appspec(hooks=hooks))
    house.pass_s(10)

    assert house.about(stopped)["status"] == "Stopped"
    assert house.functions.calls == []
    assert house.functions.moves == []


@pytest.mark.parametrize(("ignored", "status"), [(False, "Stopped"), (True, "InProgress")])
def test_unreadable_alarms_stop_unless_that_is_ignored(ignored: bool, status: str) -> None:
    """IgnorePollAlarmFailure says what it says."""
    house = House(group={"alarmConfiguration": {**WATCH, "ignorePollAlarmFailure": ignored}})
    house.alarms.broken = True

    assert house.about(house.release())["status"] == status


def test_alarms_are_read_every_few_seconds_only() -> None:
    """A tick is no reason to ask CloudWatch again."""
    house = House(group={"alarmConfiguration": WATCH})
    house.release()
    for _ in range(10):
        house.pass_s(1)

    assert house.alarms.reads == 3


def test_second_deployment_of_a_group_is_refused_while_one_runs() -> None:
    """One deployment at a time, its rollback included."""
    house = rolling_back()
    house.conditions.hooks_on_rollback = True
    house.release()
    revision = {"revisionType": "String", "string": {"content": appspec()}}
    asked = {"applicationName": "shop", "deploymentGroupName": "checkout", "revision": revision}
    assert house.refused("CreateDeployment", **asked) == "DeploymentLimitExceededException"

    house.report_status("Failed")
    assert house.refused("CreateDeployment", **asked) == "DeploymentLimitExceededException"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (appspec(current="8"), "as CurrentVersion"),
        ("version: 0.0\n", "Resources"),
        (appspec(current="6"), "does not match"),
    ],
)
def test_appspec_that_cannot_be_used_fails_the_deployment(content: str, word: str) -> None:
    """Equal versions, a broken document and a wrong current version fail it, and no hook is called."""
    house = rolling_back()
    about = house.about(house.release(content))

    assert about["errorInformation"]["code"] == "INVALID_LAMBDA_CONFIGURATION"
    assert about["errorInformation"]["message"].startswith("The deployment failed because the AppSpec file")
    assert word in about["errorInformation"]["message"]
    assert (house.functions.calls, house.functions.moves, "rollbackInfo" in about) == ([], [], False)


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ("get_alias", "INVALID_LAMBDA_FUNCTION"),
        ("update_alias", "INTERNAL_ERROR"),
        ("invoke_async", "INVALID_LAMBDA_FUNCTION"),
    ],
)
def test_gateway_that_raises_fails_its_deployment_alone(broken: str, code: str) -> None:
    """The reason is told, and the next deployment runs."""
    house = House()
    house.functions.broken = {broken}
    content = appspec(hooks=()) if broken == "update_alias" else None
    error = house.about(house.release(content))["errorInformation"]
    house.functions.broken = set()

    assert error["code"] == code
    assert f"ConnectionError: {broken} is out of order" in error["message"]
    assert house.about(house.release(appspec(hooks=())))["status"] == "Succeeded"


def test_lost_event_is_noted_and_harms_nothing() -> None:
    """EventBridge is no part of a deployment."""
    house = House()
    house.events.broken = True
    deployment_id = house.release(appspec(hooks=()))

    assert house.about(deployment_id)["status"] == "Succeeded"
    assert any("bus is out of order" in entry.note for entry in house.service.journal(deployment_id))


def test_statuses_told_are_kept_accepted_or_not() -> None:
    """Who told what, when, and what it was answered can be read afterwards."""
    house = House()
    deployment_id = house.release()
    execution_id = house.functions.calls[0][1]["LifecycleEventHookExecutionId"]
    ids = {"deploymentId": deployment_id, "lifecycleEventHookExecutionId": execution_id}
    put = "PutLifecycleEventHookExecutionStatus"

    assert house.refused(put, **ids, status="InProgress") == "InvalidLifecycleEventHookExecutionStatusException"
    house.report_status()
    assert house.refused(put, **ids, status="Failed") == "LifecycleEventAlreadyCompletedException"
    reported = house.service.reported(execution_id)
    assert [(one.status, one.accepted) for one in reported] == [
        ("InProgress", False),
        ("Succeeded", True),
        ("Failed", False),
    ]
    assert reported[2].refusal == "LifecycleEventAlreadyCompletedException"


def test_status_told_after_the_hour_is_refused_before_any_tick() -> None:
    """The limit holds at the second it passes, not when somebody looks."""
    house = House()
    deployment_id = house.release()
    house.clock.at_s += 3600
    event = house.functions.calls[0][1]
    code = house.refused(
        "PutLifecycleEventHookExecutionStatus",
        deploymentId=deployment_id,
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Succeeded",
    )

    assert code == "LifecycleEventAlreadyCompletedException"
    assert house.about(deployment_id)["status"] == "Failed"


def test_many_tellers_at_once_make_one_status() -> None:
    """Told from eight threads beside a ticker, a status is accepted once."""
    house = House()
    deployment_id = house.release(appspec(hooks=("before",)))
    execution_id = house.functions.calls[0][1]["LifecycleEventHookExecutionId"]
    ids = {"deploymentId": deployment_id, "lifecycleEventHookExecutionId": execution_id}
    statuses: list[int] = []
    gate = threading.Barrier(9)

    def report_status() -> None:
        gate.wait()
        statuses.append(house.service.answer("PutLifecycleEventHookExecutionStatus", {**ids, "status": "Succeeded"})[0])

    def tick() -> None:
        gate.wait()
        for _ in range(20):
            house.service.tick()

    threads = [threading.Thread(target=work) for work in (*[report_status] * 8, tick)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    house.pass_s()

    assert sorted(statuses) == [200] + [400] * 7
    assert house.functions.moves == [("8", {})]
    assert house.about(deployment_id)["status"] == "Succeeded"


def test_hook_may_tell_while_it_is_being_called() -> None:
    """A gateway that runs the hook at once, in the ticker's own thread, does not get stuck or lose the status."""
    house = House()
    house.functions.on_call = lambda event: house.service.answer(
        "PutLifecycleEventHookExecutionStatus",
        {
            "deploymentId": event["DeploymentId"],
            "lifecycleEventHookExecutionId": event["LifecycleEventHookExecutionId"],
            "status": "Succeeded",
        },
    )

    assert house.about(house.release())["status"] == "Succeeded"


def test_journal_tells_every_transition_with_its_weights() -> None:
    """A display needs nothing but the journal."""
    house = House()
    deployment_id = house.release(appspec(hooks=("before",)), deploymentConfigName=CANARY)
    house.report_status()
    house.pass_s(300)
    seen = [
        (entry.lifecycle_event, entry.status, round(entry.at_s - START_S), dict(entry.weights))
        for entry in house.service.journal(deployment_id)
    ]

    old, canary, new = {"7": 1.0}, {"7": 0.9, "8": 0.1}, {"8": 1.0}
    assert seen == [
        ("", "Created", 0, old),
        ("", "InProgress", 0, old),
        ("Start", "InProgress", 0, old),
        ("Start", "Succeeded", 0, old),
        ("BeforeAllowTraffic", "InProgress", 0, old),
        ("BeforeAllowTraffic", "Succeeded", 0, old),
        ("AllowTraffic", "InProgress", 0, old),
        ("AllowTraffic", "InProgress", 0, canary),
        ("AllowTraffic", "Succeeded", 300, new),
        ("AfterAllowTraffic", "InProgress", 300, new),
        ("AfterAllowTraffic", "Succeeded", 300, new),
        ("End", "InProgress", 300, new),
        ("End", "Succeeded", 300, new),
        ("", "Succeeded", 300, new),
    ]


def test_state_change_event_has_the_shape_of_awss() -> None:
    """What listens on AWS's bus can listen here."""
    house = House()
    deployment_id = house.release(appspec(hooks=()))
    event = house.events.kept[0]

    assert event["source"] == "aws.codedeploy"
    assert event["detail-type"] == "CodeDeploy Deployment State-change Notification"
    assert event["time"] == "2027-01-15T08:00:00Z"
    assert event["resources"] == [
        "arn:aws:codedeploy:us-east-1:000000000000:application:shop",
        "arn:aws:codedeploy:us-east-1:000000000000:deploymentgroup:shop/checkout",
    ]
    detail = {
        key: event["detail"][key] for key in ("application", "deploymentGroup", "deploymentId", "state", "region")
    }
    assert detail == {
        "application": "shop",
        "deploymentGroup": "checkout",
        "deploymentId": deployment_id,
        "state": "START",
        "region": "us-east-1",
    }
    assert set(event["detail"]) - set(detail) == {"instanceGroupId"}


def test_target_does_not_exist_before_the_start() -> None:
    """Between the request and the next tick a deployment is Created and has no target."""
    house = House()
    revision = {"revisionType": "String", "string": {"content": appspec()}}
    asked = {"applicationName": "shop", "deploymentGroupName": "checkout", "revision": revision}
    deployment_id = house.ask("CreateDeployment", **asked)["deploymentId"]

    assert house.about(deployment_id)["status"] == "Created"
    assert house.refused("ListDeploymentTargets", deploymentId=deployment_id) == "DeploymentNotStartedException"
    house.pass_s()
    shown = house.target(deployment_id)
    assert shown["targetId"] == "checkout:live"
    assert shown["lambdaFunctionInfo"] == {
        "functionName": "checkout",
        "functionAlias": "live",
        "currentVersion": "7",
        "targetVersion": "8",
        "targetVersionWeight": 0.0,
    }


def test_s3_revision_is_read_where_it_lies() -> None:
    """An AppSpec in a bucket is deployed; one that is not there fails the deployment."""
    house = House()
    house.objects["code", "appspec.json"] = appspec(hooks=())
    place = {"bucket": "code", "key": "appspec.json", "bundleType": "JSON"}
    there = house.release(revision={"revisionType": "S3", "s3Location": place})
    gone = house.release(revision={"revisionType": "S3", "s3Location": {**place, "key": "gone.json"}})

    assert house.about(there)["status"] == "Succeeded"
    assert house.about(gone)["errorInformation"]["code"] == "REVISION_MISSING"
