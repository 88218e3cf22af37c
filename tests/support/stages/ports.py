"""What the contracts are played on: each port beside the few things a test must be able to do around it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from support.fakes.lambda_calls import packed, publish, update
from warmgate.appspec.read import AppSpec
from warmgate.appspec.write import appspec_json
from warmgate.lineage.rollback_claims import Lineage
from warmgate.model.calls import Invocation
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, HookExecution, LifecycleEvent, Status, Target
from warmgate.model.function import Capacity, ProvisionedConcurrency
from warmgate.model.verdict import Judgement
from warmgate.ports.codedeploy import Deployments
from warmgate.ports.functions import Functions, Invoker
from warmgate.ports.policies import Policies
from warmgate.ports.reports import Archive, Reports
from warmgate.ports.time import Clock
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.stage import RUNTIME

ROLE = "arn:aws:iam::123456789012:role/contracts"
HOOK = "CodeDeployHook_silent"
FUNCTION = "contract-api"
SHORT = {"Delay": 0.05, "MaxAttempts": 400}
APP = """
import time
def handler(event, context):
    how = event.get("how")
    if how == "raise":
        raise KeyError("price")
    time.sleep({"time out": 5.0, "wait": event.get("for_s", 0.0)}.get(how, 0.0))
    return {"statusCode": 200, "marker": context.client_context.custom if context.client_context else None}
"""
SILENT = "def handler(event, context): pass\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentsStage:
    """CodeDeploy with room for deployments of one release."""

    port: Deployments
    clock: Clock
    target: Target
    versions: tuple[str, str]
    """Baseline and candidate of the release."""
    open: Callable[[str], HookExecution]
    """Start a deployment with a description and return the hook execution that waits for a status."""
    rolled_back: Callable[[], HookExecution]
    """Refuse a deployment and return the hook execution of its rollback."""
    lineage: Lineage
    """Where these deployments come from."""

    def deadline(self, seconds: float = 5.0) -> Deadline:
        """Return the instant that many seconds from now."""
        return Deadline(self.clock.now_ms() + seconds * 1000)

    def about(self, execution: HookExecution) -> Deployment:
        """Return what describe says."""
        return self.port.describe(execution, self.deadline())

    def report_status(self, execution: HookExecution, status: Status) -> bool:
        """Tell a status."""
        return self.port.report_status(execution, status, self.deadline())


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionsStage:
    """Lambda's control plane with one function and two published versions."""

    port: Functions
    function: str
    version: str
    hiding: Callable[[], tuple[str, str]]
    """Return a function and version that logs JSON at system log level WARN."""
    room: Callable[[int | None, int], Capacity]
    """Reserve concurrency, or none; let so many calls overlap; return what capacity says then."""
    provisioned: Callable[[int], ProvisionedConcurrency]
    """Ask for provisioned environments and return what is said of them once they are ready."""


class Calling(Protocol):
    """A way to make a call with a certain end."""

    def __call__(self, how: str = "answer", *, version: str = "") -> Invocation:
        """Return the invocation that ends as `how` says: answer, raise or time out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class InvokerStage:
    """Lambda's data plane with one function whose calls end as they are asked to."""

    port: Invoker
    clock: Clock
    version: str
    calling: Calling
    occupied: Callable[[float], AbstractContextManager[None]]
    """Let another call hold the function's whole reserve for that many seconds."""
    switched_off: Callable[[], AbstractContextManager[None]]
    """Reserve no concurrency at all."""

    def deadline(self, seconds: float = 10.0) -> Deadline:
        """Return the instant that many seconds from now."""
        return Deadline(self.clock.now_ms() + seconds * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliciesStage:
    """A place where the policy of a target is good, faulty or missing."""

    having: Callable[[str], Policies]
    target: Target
    expected: tuple[str, str]
    """Name and source of the good one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsStage:
    """A place that judgements are sent to."""

    port: Reports
    archive: Archive
    """The same place."""
    closed: Reports
    """The same, but nothing can be stored there."""
    stored: Callable[[Judgement], Status | None]
    """Return the status that is stored with a judgement, None where there is none."""


def create(cloud: LocalCloud, name: str, code: str = APP, **settings: Any) -> str:
    """Create a function and return its name once it is active."""
    client = cloud.client("lambda")
    chosen = {"Runtime": RUNTIME, "Role": ROLE, "Handler": "app.handler", "MemorySize": 256, "Timeout": 1}
    client.create_function(FunctionName=name, Code={"ZipFile": packed(code)}, **{**chosen, **settings})
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=SHORT)
    return name


def install_release(cloud: LocalCloud) -> None:
    """Create the function with versions 1 and 2, the alias that serves 1, a silent hook and an application."""
    create(cloud, FUNCTION)
    create(cloud, HOOK, SILENT)
    first = publish(cloud, FUNCTION)
    cloud.client("lambda").create_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=first)
    update(cloud, FUNCTION, APP + "# two\n")
    cloud.client("codedeploy").create_application(applicationName="contracts", computePlatform="Lambda")


def appspec() -> str:
    """Return the AppSpec of the release from version 1 to version 2."""
    hooks = {LifecycleEvent.BEFORE_ALLOW_TRAFFIC: HOOK}
    return appspec_json(AppSpec(target=Target(FUNCTION, "live"), baseline="1", candidate="2", hooks=hooks))


def start_deployment(cloud: LocalCloud, description: str = "", **revision: Any) -> HookExecution:
    """Start a deployment in a group of its own; return the execution of its hook, which never answers."""
    client, group = cloud.client("codedeploy"), f"group-{time.monotonic_ns()}"
    # An earlier deployment may move the alias, now or later, and CodeDeploy refuses one that is not at CurrentVersion.
    for _ in within(30.0):
        if not any(_shifts(client, each) for each in _in_progress(client)):
            break
    cloud.client("lambda").update_alias(FunctionName=FUNCTION, Name="live", FunctionVersion="1", RoutingConfig={})
    client.create_deployment_group(
        applicationName="contracts",
        deploymentGroupName=group,
        serviceRoleArn=ROLE,
        deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce",
        deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_FAILURE"]},
    )
    made = client.create_deployment(
        applicationName="contracts",
        deploymentGroupName=group,
        description=description,
        revision=revision or {"revisionType": "AppSpecContent", "appSpecContent": {"content": appspec()}},
    )
    return execution_of(cloud, made["deploymentId"])


def _in_progress(client: Any) -> list[str]:
    return list(client.list_deployments(includeOnlyStatuses=["InProgress"])["deployments"])


def _shifts(client: Any, deployment_id: str) -> bool:
    """Whether a deployment's hook has let it go on: it may move the alias at any moment."""
    target_ids = client.list_deployment_targets(deploymentId=deployment_id)["targetIds"]
    if not target_ids:
        return False
    seen = client.get_deployment_target(deploymentId=deployment_id, targetId=target_ids[0])
    events = seen["deploymentTarget"]["lambdaTarget"].get("lifecycleEvents", [])
    return any(
        (event["lifecycleEventName"], event["status"]) == ("BeforeAllowTraffic", "Succeeded") for event in events
    )


def execution_of(cloud: LocalCloud, deployment_id: str) -> HookExecution:
    """Return the execution that CodeDeploy called the hook for, once it did."""
    for _ in within(30.0):
        for attempt in cloud.async_invocations:
            event = json.loads(attempt.payload)
            if attempt.function == HOOK and event["DeploymentId"] == deployment_id:
                return HookExecution(deployment_id, event["LifecycleEventHookExecutionId"])
    raise AssertionError(f"{deployment_id}: its hook was not called within 30 s")


def rollback_of(cloud: LocalCloud, execution: HookExecution) -> HookExecution:
    """Refuse a deployment and return the hook execution of the rollback that follows."""
    client = cloud.client("codedeploy")
    client.put_lifecycle_event_hook_execution_status(
        deploymentId=execution.deployment_id,
        lifecycleEventHookExecutionId=execution.execution_id,
        status="Failed",
    )
    for _ in within(30.0):
        about = client.get_deployment(deploymentId=execution.deployment_id)["deploymentInfo"]
        if rollback := about.get("rollbackInfo", {}).get("rollbackDeploymentId"):
            return execution_of(cloud, rollback)
    raise AssertionError(f"{execution.deployment_id}: no rollback within 30 s")


def within(seconds: float) -> Iterator[None]:
    """Yield every twentieth of a second until the seconds are over."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        yield
        time.sleep(0.05)
