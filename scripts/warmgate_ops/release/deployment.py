"""CodeDeploy and Lambda as a pipeline needs them: what is refused early, one deployment, and looks at it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from warmgate.adapters.aliases import LambdaAliases
from warmgate.adapters.faults import SDK_ERRORS, code_of
from warmgate.appspec.read import AppSpec
from warmgate.appspec.write import revision_of
from warmgate.errors import FunctionLookupError, SettingsError, WarmgateError
from warmgate.model.deployment import Target
from warmgate.report.document import is_report
from warmgate.report.layout import DOCUMENT, report_key
from warmgate_ops.release.appspec import refuse_unusable
from warmgate_ops.release.following import Seen

Clients = Callable[[str], Any]
NOT_STARTED = "DeploymentNotStartedException"
"""What CodeDeploy says of a deployment's targets in its first moments."""


class ReleaseError(WarmgateError):
    """A deployment could not be made or looked at."""


def group_of(clients: Clients, application: str, group: str) -> tuple[str, str]:
    """Return the application and the group to deploy with; each may be left out where there is one of Lambda only.

    Raises:
        SettingsError: there is none, or more than one.
        ReleaseError: CodeDeploy could not be asked.
    """
    client = clients("codedeploy")
    try:
        if not application:
            names = client.list_applications()["applications"]
            about = client.batch_get_applications(applicationNames=names)["applicationsInfo"] if names else []
            application = _only("--application", [a["applicationName"] for a in about if _is_lambda(a)])
        if not group:
            group = _only("--group", client.list_deployment_groups(applicationName=application)["deploymentGroups"])
    except SDK_ERRORS as error:
        raise ReleaseError(f"could not ask CodeDeploy: {code_of(error)}: {error}") from error
    return application, group


def _is_lambda(application: dict[str, Any]) -> bool:
    return application.get("computePlatform") == "Lambda"


def _only(option: str, names: list[str]) -> str:
    if len(names) != 1:
        found = ", ".join(sorted(names)[:10]) or "none"
        raise SettingsError(f"{option}: found {found}, expected exactly one", hint=f"name it with {option}")
    return names[0]


def serving_version(clients: Clients, function: str, alias: str) -> str:
    """Return the version that an alias serves alone.

    Raises:
        SettingsError: the alias has weights.
        ReleaseError: it could not be read.
    """
    try:
        found = LambdaAliases(clients).read(Target(function, alias))
    except FunctionLookupError as error:
        raise ReleaseError(error.message) from error
    if not found.serves_alone(found.version):
        raise SettingsError(
            f"{function}:{alias}: found {found}, expected one version",
            hint="a deployment is in progress, or one was stopped without a rollback: clear the alias's routing first",
        )
    return found.version


def refuse_early(clients: Clients, release: AppSpec, application: str, group: str) -> None:
    """Raise SettingsError for what CodeDeploy would refuse, or would take and fail at, ReleaseError for the rest."""
    if release.baseline == release.candidate:
        raise SettingsError(
            f"--to: found {release.candidate}, which {release.target.function}:{release.target.alias} serves already",
            hint="publish a new version; a change of configuration alone publishes none",
        )
    try:
        clients("lambda").get_function_configuration(FunctionName=release.target.function, Qualifier=release.candidate)
    except SDK_ERRORS as error:
        code = code_of(error)
        if code == "ResourceNotFoundException":
            raise SettingsError(f"--to: version {release.candidate} was not found: {code}: {error}") from error
        raise ReleaseError(f"--to: version {release.candidate} was not looked up: {code}: {error}") from error
    try:
        running = clients("codedeploy").list_deployments(
            applicationName=application,
            deploymentGroupName=group,
            includeOnlyStatuses=["Created", "Queued", "InProgress"],
        )["deployments"]
    except SDK_ERRORS as error:
        raise ReleaseError(
            f"could not ask CodeDeploy for the deployments of {group}: {code_of(error)}: {error}"
        ) from error
    if running:
        raise SettingsError(f"{group}: found {running[0]} in progress, expected none", hint="wait for it, or stop it")


def create(
    clients: Clients, release: AppSpec, application: str, group: str, config: str = "", description: str = ""
) -> str:
    """Return the id of a new deployment; raises ReleaseError."""
    refuse_unusable(release)
    optional = {"deploymentConfigName": config, "description": description}
    try:
        made = clients("codedeploy").create_deployment(
            applicationName=application,
            deploymentGroupName=group,
            revision=revision_of(release),
            **{name: value for name, value in optional.items() if value},
        )
    except SDK_ERRORS as error:
        raise ReleaseError(f"CodeDeploy made no deployment: {code_of(error)}: {error}") from error
    return str(made["deploymentId"])


def look(clients: Clients, release: AppSpec, deployment_id: str, bucket: str = "", prefix: str = "") -> Seen:
    """Return what a deployment looks like now; raises ReleaseError."""
    client = clients("codedeploy")
    try:
        about = client.get_deployment(deploymentId=deployment_id)["deploymentInfo"]
        rollback_id = about.get("rollbackInfo", {}).get("rollbackDeploymentId") or ""
        rollback = client.get_deployment(deploymentId=rollback_id)["deploymentInfo"] if rollback_id else {}
        alias = LambdaAliases(clients).read(release.target)
        events = _events(client, deployment_id)
    except FunctionLookupError as error:
        raise ReleaseError(error.message) from error
    except SDK_ERRORS as error:
        raise ReleaseError(f"{deployment_id} was not looked at: {code_of(error)}: {error}") from error
    fault = about.get("errorInformation") or {}
    return Seen(
        status=about["status"],
        error=": ".join(part for part in (fault.get("code"), fault.get("message")) if part),
        events=events,
        alias=replace(alias, revision=""),
        rollback_id=rollback_id,
        rollback_status=rollback.get("status", ""),
        report=_report(clients, bucket, report_key(prefix, deployment_id, DOCUMENT)),
    )


def _events(client: Any, deployment_id: str) -> tuple[tuple[str, str], ...]:
    try:
        targets = client.list_deployment_targets(deploymentId=deployment_id)["targetIds"]
    except SDK_ERRORS as error:
        if code_of(error) == NOT_STARTED:
            return ()
        raise
    if not targets:
        return ()
    found = client.get_deployment_target(deploymentId=deployment_id, targetId=targets[0])["deploymentTarget"]
    events = found.get("lambdaTarget", {}).get("lifecycleEvents", [])
    return tuple((event["lifecycleEventName"], event["status"]) for event in events)


def _report(clients: Clients, bucket: str, key: str) -> dict[str, Any] | None:
    """Return a stored report, None where there is none yet or it cannot be read: following does not depend on it."""
    if not bucket:
        return None
    try:
        found: dict[str, Any] = json.loads(clients("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    except (*SDK_ERRORS, ValueError, RecursionError):
        return None
    return found if is_report(found) else None
