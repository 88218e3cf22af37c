"""CodeDeploy for Lambda on one machine: answers its JSON 1.1 operations and runs deployments. HTTP stands around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from warmgate_ops.rehearsal.cloud.codedeploy.account import Account
from warmgate_ops.rehearsal.cloud.codedeploy.application_revisions import RevisionOperations
from warmgate_ops.rehearsal.cloud.codedeploy.applications import ApplicationOperations
from warmgate_ops.rehearsal.cloud.codedeploy.configs import ConfigOperations
from warmgate_ops.rehearsal.cloud.codedeploy.deployments import DeploymentOperations, ReadObject
from warmgate_ops.rehearsal.cloud.codedeploy.engine import Engine
from warmgate_ops.rehearsal.cloud.codedeploy.groups import GroupOperations
from warmgate_ops.rehearsal.cloud.codedeploy.ids import Ids
from warmgate_ops.rehearsal.cloud.codedeploy.journal import Entry, ReportedStatus
from warmgate_ops.rehearsal.cloud.codedeploy.ports import Alarms, Clock, Events, LambdaGateway
from warmgate_ops.rehearsal.cloud.codedeploy.settings import predefined_schedules
from warmgate_ops.rehearsal.cloud.codedeploy.store import Store
from warmgate_ops.rehearsal.cloud.codedeploy.tagging import TagOperations
from warmgate_ops.rehearsal.cloud.codedeploy.targets import TargetOperations
from warmgate_ops.rehearsal.cloud.codedeploy.times import Times, with_times
from warmgate_ops.rehearsal.cloud.codedeploy.wire import Body, Refusal
from warmgate_ops.rehearsal.cloud.conditions import Conditions

TARGET_PREFIX = "CodeDeploy_20141006."

Operation = Callable[[Body], Body]


class CodeDeployService:
    """The service; whoever hosts it routes requests to `answer` and calls `tick` about every 50 ms.

    Args:
        clock: Scaled seconds since the epoch; schedules and hook time-outs follow it.
        lambda_gateway: Aliases and asynchronous calls.
        alarms: Alarm states.
        events: Where state-change events go.
        conditions: What may be changed at any time: whether rollbacks call hooks, what targets say at first.
        read_object: Reads the AppSpec of an S3 revision; `answer` waits for it.
        times: How times are shown outside.
        ids: The source of ids.
        region: The region that stands in ARNs and events.
        account: The account number that stands there.
    """

    def __init__(
        self,
        clock: Clock,
        lambda_gateway: LambdaGateway,
        alarms: Alarms,
        events: Events,
        *,
        conditions: Conditions | None = None,
        read_object: ReadObject | None = None,
        times: Times | None = None,
        ids: Ids | None = None,
        region: str = "us-east-1",
        account: str = "000000000000",
    ) -> None:
        source, self._times = ids or Ids(), times or Times()
        store = Store.opened({name: source.resource() for name in predefined_schedules()}, clock.now_s())
        home = Account(store=store, clock=clock, ids=source, region=region, number=account)
        shared = conditions or Conditions()
        self._engine = Engine(home, lambda_gateway, alarms, events, shared)
        self._operations = _operations(home, self._engine, read_object, shared)

    def answer(self, operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return the HTTP status and body of one operation; safe to call from any thread."""
        known = self._operations.get(operation.removeprefix(TARGET_PREFIX))
        try:
            if known is None:
                raise Refusal(
                    "UnknownOperationException",
                    f"{operation} is not implemented by the local CodeDeploy, which has what a Lambda deployment needs",
                )
            with self._engine.lock:
                return 200, with_times(known(with_times(body, self._times.from_wall)), self._times.to_wall)
        except Refusal as refusal:
            return 400, refusal.as_wire()

    def tick(self) -> None:
        """Advance every deployment to now; never raises because of a gateway."""
        self._engine.tick()

    def journal(self, deployment_id: str) -> tuple[Entry, ...]:
        """Return the transitions of a deployment."""
        return self._engine.journal.entries(deployment_id)

    def reported(self, reported_for: str) -> tuple[ReportedStatus, ...]:
        """Return the statuses reported for a hook execution, or for all of a deployment, accepted and refused."""
        return self._engine.journal.reported(reported_for)

    @property
    def operations(self) -> tuple[str, ...]:
        """Return the names of the operations that are answered."""
        return tuple(sorted(self._operations))


def _operations(
    home: Account, engine: Engine, read_object: ReadObject | None, conditions: Conditions
) -> dict[str, Operation]:
    applications, groups, configs = ApplicationOperations(home), GroupOperations(home), ConfigOperations(home)
    revisions, tags = RevisionOperations(home), TagOperations(home)
    deployments, targets = DeploymentOperations(home, engine, read_object), TargetOperations(home, engine, conditions)
    return {
        "CreateApplication": applications.create,
        "GetApplication": applications.get,
        "ListApplications": applications.list,
        "BatchGetApplications": applications.batch_get,
        "UpdateApplication": applications.update,
        "DeleteApplication": applications.delete,
        "CreateDeploymentGroup": groups.create,
        "GetDeploymentGroup": groups.get,
        "ListDeploymentGroups": groups.list,
        "BatchGetDeploymentGroups": groups.batch_get,
        "UpdateDeploymentGroup": groups.update,
        "DeleteDeploymentGroup": groups.delete,
        "CreateDeploymentConfig": configs.create,
        "GetDeploymentConfig": configs.get,
        "ListDeploymentConfigs": configs.list,
        "DeleteDeploymentConfig": configs.delete,
        "RegisterApplicationRevision": revisions.register,
        "GetApplicationRevision": revisions.get,
        "BatchGetApplicationRevisions": revisions.batch_get,
        "ListApplicationRevisions": revisions.list,
        "CreateDeployment": deployments.create,
        "GetDeployment": deployments.get,
        "BatchGetDeployments": deployments.batch_get,
        "ListDeployments": deployments.list,
        "StopDeployment": deployments.stop,
        "GetDeploymentTarget": targets.get,
        "BatchGetDeploymentTargets": targets.batch_get,
        "ListDeploymentTargets": targets.list,
        "PutLifecycleEventHookExecutionStatus": targets.report_status,
        "TagResource": tags.tag,
        "UntagResource": tags.untag,
        "ListTagsForResource": tags.list,
    }
