"""The operations on the target of a deployment, and the one that a hook reports its status with."""

from __future__ import annotations

from warmgate_ops.rehearsal.cloud.codedeploy.account import Account
from warmgate_ops.rehearsal.cloud.codedeploy.engine import Engine
from warmgate_ops.rehearsal.cloud.codedeploy.rendering import deployment_target, target_id
from warmgate_ops.rehearsal.cloud.codedeploy.values import DeploymentState, HookStatus
from warmgate_ops.rehearsal.cloud.codedeploy.wire import Body, Refusal, read_deployment_id, read_list, refuse_token
from warmgate_ops.rehearsal.cloud.conditions import Conditions


class TargetOperations:
    """Read the one target that a Lambda deployment has, and take the status of its hooks."""

    def __init__(self, account: Account, engine: Engine, conditions: Conditions) -> None:
        self._account = account
        self._conditions = conditions
        self._engine = engine

    def get(self, body: Body) -> Body:
        """Answer GetDeploymentTarget."""
        state = self._started(body)
        self._check(state, body.get("targetId"))
        return {"deploymentTarget": self._shown(state)}

    def batch_get(self, body: Body) -> Body:
        """Answer BatchGetDeploymentTargets."""
        state = self._started(body)
        asked = read_list(body, "targetIds", "InvalidDeploymentTargetIdException")
        if not asked:
            raise Refusal("DeploymentTargetIdRequiredException", "targetIds is required: found nothing")
        if len(asked) > 1:
            raise Refusal(
                "DeploymentTargetListSizeExceededException",
                f"targetIds: found {len(asked)}, expected exactly one for a Lambda deployment",
            )
        self._check(state, asked[0])
        return {"deploymentTargets": [self._shown(state)]}

    def list(self, body: Body) -> Body:
        """Answer ListDeploymentTargets."""
        refuse_token(body)
        return {"targetIds": [target_id(self._started(body))]}

    def report_status(self, body: Body) -> Body:
        """Answer PutLifecycleEventHookExecutionStatus."""
        deployment_id = read_deployment_id(body)
        self._account.store.deployment(deployment_id)
        execution_id = str(body.get("lifecycleEventHookExecutionId") or "")
        self._engine.report_status(deployment_id, HookStatus(execution_id, str(body.get("status") or "")))
        return {"lifecycleEventHookExecutionId": execution_id}

    def _shown(self, state: DeploymentState) -> Body:
        return deployment_target(self._account, state, no_function_info=self._conditions.no_function_info)

    def _started(self, body: Body) -> DeploymentState:
        deployment_id = read_deployment_id(body)
        _, state = self._account.store.deployment(deployment_id)
        if state.start_s is None:
            raise Refusal("DeploymentNotStartedException", f"The deployment {deployment_id} has not started")
        return state

    def _check(self, state: DeploymentState, asked: object) -> None:
        if not asked:
            raise Refusal("DeploymentTargetIdRequiredException", "targetId is required: found nothing")
        if asked != target_id(state):
            raise Refusal(
                "DeploymentTargetDoesNotExistException",
                f"{state.plan.deployment_id} has no target {asked!r}, its only target is {target_id(state)}",
            )
