"""Reads a deployment group, what runs in it, where its last deployment left the alias, and its alarms."""

from __future__ import annotations

from typing import Any, Final

from warmgate.adapters.home import local_name, region_of
from warmgate.appspec.read import parse_appspec
from warmgate.errors import AppSpecError
from warmgate_ops.doctor.facts import AlarmFacts, AppSpecFacts, Denied, DeploymentFacts, Fact, GroupFacts, Missing
from warmgate_ops.doctor.gathering.looking import Clients, look, pages

UNFINISHED: Final = ("Created", "Queued", "InProgress", "Baking", "Ready")


def read_group(clients: Clients, application: str, name: str) -> Fact[GroupFacts]:
    """Return a deployment group."""
    place = f"codedeploy:{application}/{name}"

    def read() -> GroupFacts:
        answer = clients("codedeploy").get_deployment_group(applicationName=application, deploymentGroupName=name)
        found = answer["deploymentGroupInfo"]
        rollback, alarms = found.get("autoRollbackConfiguration") or {}, found.get("alarmConfiguration") or {}
        return GroupFacts(
            application=application,
            name=name,
            role_arn=found.get("serviceRoleArn", ""),
            shifts_gradually=_shifts_gradually(clients, found.get("deploymentConfigName", "")),
            rollback_events=tuple(rollback.get("events") or ()) if rollback.get("enabled") else (),
            alarm_names=_alarm_names(alarms),
            running=_running(clients, application, name, place),
            deployed=_deployed(clients, found, place),
        )

    return look(place, "codedeploy:GetDeploymentGroup", read)


def read_last_appspec(clients: Clients, application: str, deployed: DeploymentFacts) -> Fact[AppSpecFacts]:
    """Return the AppSpec of the last deployment that succeeded."""
    source = f"AppSpec of {deployed.deployment_id}"

    def read() -> AppSpecFacts | Denied:
        client = clients("codedeploy")
        about = client.get_deployment(deploymentId=deployed.deployment_id)["deploymentInfo"]
        answer = client.get_application_revision(applicationName=application, revision=about["revision"])["revision"]
        content = (answer.get("string") or answer.get("appSpecContent") or {}).get("content")
        if content is None and "s3Location" in answer:
            content = _stored(clients, answer["s3Location"])
        if content is None:
            return Denied(place=source, reason=f"CodeDeploy gives no text of a {answer['revisionType']} revision")
        return appspec_facts(content, source, is_next=False)

    return look(source, "codedeploy:GetApplicationRevision", read)


def _stored(clients: Clients, place: dict[str, Any]) -> str:
    version = {"VersionId": place["version"]} if place.get("version") else {}
    body = clients("s3").get_object(Bucket=place["bucket"], Key=place["key"], **version)["Body"]
    return str(body.read().decode("utf-8", "replace"))


def appspec_facts(text: str, source: str, *, is_next: bool) -> AppSpecFacts:
    """Return what an AppSpec says, or its faults."""
    try:
        return AppSpecFacts(source=source, is_next=is_next, spec=parse_appspec(text, source))
    except AppSpecError as error:
        return AppSpecFacts(source=source, is_next=is_next, faults=error.faults)


def read_alarms(clients: Clients, names: tuple[str, ...]) -> Fact[tuple[AlarmFacts, ...]]:
    """Return the alarms of a group; one that does not exist has the state MISSING."""

    def read() -> tuple[AlarmFacts, ...]:
        if not names:
            return ()
        answer = clients("cloudwatch").describe_alarms(
            AlarmNames=list(names), AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        found = answer.get("MetricAlarms", []) + answer.get("CompositeAlarms", [])
        states = {alarm["AlarmName"]: alarm["StateValue"] for alarm in found}
        return tuple(AlarmFacts(name=name, state=states.get(name, "MISSING")) for name in names)

    return look("cloudwatch", "cloudwatch:DescribeAlarms", read)


def _alarm_names(alarms: dict[str, Any]) -> tuple[str, ...]:
    return tuple(alarm["name"] for alarm in alarms.get("alarms") or ()) if alarms.get("enabled") else ()


def _shifts_gradually(clients: Clients, config: str) -> Fact[bool]:
    if config.startswith("CodeDeployDefault."):
        return not config.endswith("AllAtOnce")

    def read() -> bool:
        found = clients("codedeploy").get_deployment_config(deploymentConfigName=config)["deploymentConfigInfo"]
        return (found.get("trafficRoutingConfig") or {}).get("type") != "AllAtOnce"

    return look(f"codedeploy:{config}", "codedeploy:GetDeploymentConfig", read)


def _running(clients: Clients, application: str, name: str, place: str) -> Fact[tuple[str, ...]]:
    return look(
        place,
        "codedeploy:ListDeployments",
        lambda: tuple(
            pages(
                clients("codedeploy"),
                "list_deployments",
                "deployments",
                applicationName=application,
                deploymentGroupName=name,
                includeOnlyStatuses=list(UNFINISHED),
            )
        ),
    )


def _deployed(clients: Clients, found: dict[str, Any], place: str) -> Fact[DeploymentFacts]:
    last = (found.get("lastSuccessfulDeployment") or {}).get("deploymentId")
    if not last:
        return Missing(place=place)

    def read() -> DeploymentFacts:
        client = clients("codedeploy")
        targets = client.list_deployment_targets(deploymentId=last)["targetIds"]
        seen = client.get_deployment_target(deploymentId=last, targetId=targets[0])["deploymentTarget"]
        about = seen["lambdaTarget"]["lambdaFunctionInfo"]
        return DeploymentFacts(
            deployment_id=last,
            function=local_name(about["functionName"], region_of(client)),
            alias=about["functionAlias"],
            version=about["targetVersion"],
        )

    return look(place, "codedeploy:GetDeploymentTarget", read)
