"""Surroundings of the local CodeDeploy that are told what to do, and a release that runs in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import botocore.session
from botocore.model import Shape

from warmgate.appspec.read import AppSpec
from warmgate.appspec.write import appspec_json
from warmgate.model.deployment import LifecycleEvent, Target
from warmgate_ops.rehearsal.cloud.codedeploy import CodeDeployService
from warmgate_ops.rehearsal.cloud.codedeploy.ids import Ids
from warmgate_ops.rehearsal.cloud.conditions import Conditions

MODEL = botocore.session.get_session().get_service_model("codedeploy")
START_S = 1_800_000_000.0
GROUP = {"applicationName": "shop", "deploymentGroupName": "checkout"}
ROLLBACK = {"enabled": True, "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]}


def unmodelled(found: Any, shape: Shape | None, path: str = "") -> list[str]:
    """Return the members of an answer that the SDK's model does not know: a client would never see them."""
    if isinstance(found, dict) and shape is not None and shape.type_name == "map":
        return [each for key, value in found.items() for each in unmodelled(value, shape.value, f"{path}.{key}")]
    if isinstance(found, list) and shape is not None:
        return [each for value in found for each in unmodelled(value, shape.member, path)]
    if not isinstance(found, dict):
        return []
    members = {} if shape is None else shape.members
    return [
        each
        for key, value in found.items()
        for each in (unmodelled(value, members[key], f"{path}.{key}") if key in members else [f"{path}.{key}"])
    ]


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at_s = START_S

    def now_s(self) -> float:
        """Return the instant it was moved to."""
        return self.at_s


class FakeLambda:
    """Aliases in memory; calls are kept, and `broken` names the methods that raise."""

    def __init__(self) -> None:
        self.aliases: dict[tuple[str, str], tuple[str, dict[str, float]]] = {("checkout", "live"): ("7", {})}
        self.moves: list[tuple[str, dict[str, float]]] = []
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.broken: set[str] = set()
        self.on_call: Callable[[dict[str, str]], object] | None = None

    def get_alias(self, function: str, alias: str) -> tuple[str, Mapping[str, float]]:
        """Return an alias as it was set last."""
        self._fail_if_broken("get_alias")
        return self.aliases[function, alias]

    def update_alias(self, function: str, alias: str, version: str, weights: Mapping[str, float]) -> None:
        """Set an alias."""
        self._fail_if_broken("update_alias")
        self.aliases[function, alias] = (version, dict(weights))
        self.moves.append((version, dict(weights)))

    def invoke_async(self, function: str, event: dict[str, str]) -> None:
        """Keep a call."""
        self._fail_if_broken("invoke_async")
        self.calls.append((function, event))
        if self.on_call is not None:
            self.on_call(event)

    def _fail_if_broken(self, method: str) -> None:
        if method in self.broken:
            raise ConnectionError(f"{method} is out of order")


class FakeAlarms:
    """Alarm states that are set by hand."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.reads = 0
        self.broken = False

    def states(self, names: Sequence[str]) -> Mapping[str, str]:
        """Return the states of the alarms that are known."""
        self.reads += 1
        if self.broken:
            raise TimeoutError("alarms are out of order")
        return {name: self.known[name] for name in names if name in self.known}


class FakeEvents:
    """An event bus that keeps what was put."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []
        self.broken = False

    def put(self, event: dict[str, Any]) -> None:
        """Keep an event."""
        if self.broken:
            raise ConnectionError("bus is out of order")
        self.kept.append(event)

    @property
    def states(self) -> list[str]:
        """Return the states told, in order."""
        return [event["detail"]["state"] for event in self.kept]


def appspec(
    hooks: Sequence[str] = ("before", "after"), current: str = "7", target: str = "8", function: str = "checkout"
) -> str:
    """Return an AppSpec whose hooks are called CodeDeployHook_before and CodeDeployHook_after."""
    events = {"before": LifecycleEvent.BEFORE_ALLOW_TRAFFIC, "after": LifecycleEvent.AFTER_ALLOW_TRAFFIC}
    named = {events[hook]: f"CodeDeployHook_{hook}" for hook in hooks}
    return appspec_json(AppSpec(target=Target(function, "live"), baseline=current, candidate=target, hooks=named))


class House:
    """A local CodeDeploy with an application and a group, in surroundings that are told what to do."""

    def __init__(self, *, group: dict[str, Any] | None = None, hooks_on_rollback: bool = False) -> None:
        self.conditions = Conditions(hooks_on_rollback=hooks_on_rollback)
        self.clock = FakeClock()
        self.functions = FakeLambda()
        self.alarms = FakeAlarms()
        self.events = FakeEvents()
        self.objects: dict[tuple[str, str], str] = {}
        self.service = CodeDeployService(
            self.clock,
            self.functions,
            self.alarms,
            self.events,
            conditions=self.conditions,
            read_object=lambda location: self.objects[location.bucket, location.key],
            ids=Ids(seed=1),
        )
        self.ask("CreateApplication", applicationName="shop", computePlatform="Lambda")
        self.ask("CreateDeploymentGroup", **GROUP, serviceRoleArn="arn:aws:iam::000000000000:role/x", **(group or {}))

    def ask(self, operation: str, **body: Any) -> dict[str, Any]:
        """Return the answer to an operation that must be accepted."""
        status, found = self.service.answer(operation, body)
        assert status == 200, found
        assert not (strange := unmodelled(found, MODEL.operation_model(operation).output_shape)), strange
        return found

    def refused(self, operation: str, **body: Any) -> str:
        """Return the error code of an operation that must be refused."""
        status, found = self.service.answer(operation, body)
        assert status == 400, found
        assert found["message"]
        return str(found["__type"])

    def pass_s(self, seconds: float = 0.0) -> None:
        """Let time go on, and tick."""
        self.clock.at_s += seconds
        self.service.tick()

    def release(self, content: str | None = None, **more: Any) -> str:
        """Create a deployment and tick once."""
        text = appspec() if content is None else content
        revision = {"revisionType": "String", "string": {"content": text}}
        found = self.ask("CreateDeployment", **{**GROUP, "revision": revision, **more})
        self.service.tick()
        return str(found["deploymentId"])

    def report_status(self, status: str = "Succeeded") -> None:
        """Tell a status for the hook that was called last, and tick."""
        event = self.functions.calls[-1][1]
        self.ask(
            "PutLifecycleEventHookExecutionStatus",
            deploymentId=event["DeploymentId"],
            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
            status=status,
        )
        self.service.tick()

    def about(self, deployment_id: str) -> dict[str, Any]:
        """Return a deploymentInfo."""
        found: dict[str, Any] = self.ask("GetDeployment", deploymentId=deployment_id)["deploymentInfo"]
        return found

    def target(self, deployment_id: str) -> dict[str, Any]:
        """Return the lambdaTarget of a deployment."""
        (target_id,) = self.ask("ListDeploymentTargets", deploymentId=deployment_id)["targetIds"]
        found = self.ask("GetDeploymentTarget", deploymentId=deployment_id, targetId=target_id)
        target: dict[str, Any] = found["deploymentTarget"]["lambdaTarget"]
        return target

    def lifecycle(self, deployment_id: str) -> dict[str, str]:
        """Return the status of each lifecycle event."""
        events = self.target(deployment_id)["lifecycleEvents"]
        return {event["lifecycleEventName"]: event["status"] for event in events}

    def journal_weights(self, deployment_id: str) -> list[dict[str, float]]:
        """Return the weights that the journal tells, in order."""
        return [dict(entry.weights) for entry in self.service.journal(deployment_id)]

    @property
    def alias(self) -> tuple[str, dict[str, float]]:
        """Return what the alias reads."""
        return self.functions.aliases["checkout", "live"]
