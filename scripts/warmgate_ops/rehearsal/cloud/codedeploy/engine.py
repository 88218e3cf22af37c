"""Runs deployments: steps them on, does what they ask for, polls alarms. Gateways are called by `tick` alone.

A gateway that raises fails its own deployment and nothing else. A state-change event that cannot be published is noted:
EventBridge is no part of a deployment.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from warmgate_ops.rehearsal.cloud.codedeploy.account import Account
from warmgate_ops.rehearsal.cloud.codedeploy.journal import Journal, ReportedStatus
from warmgate_ops.rehearsal.cloud.codedeploy.machine import create, refusal_of, rollback_of, step
from warmgate_ops.rehearsal.cloud.codedeploy.planning import appspec_of, renewed
from warmgate_ops.rehearsal.cloud.codedeploy.ports import Alarms, Events, LambdaGateway
from warmgate_ops.rehearsal.cloud.codedeploy.revisions import text_location
from warmgate_ops.rehearsal.cloud.codedeploy.store import Record, Revision
from warmgate_ops.rehearsal.cloud.codedeploy.values import (
    AlarmsRead,
    Begin,
    CallFailed,
    DeploymentState,
    DeploymentStatus,
    Effect,
    EmitNotice,
    EventName,
    HookStatus,
    Input,
    InvokeHook,
    Plan,
    SetWeights,
    StartRollback,
    TimePasses,
    WeightsAre,
)
from warmgate_ops.rehearsal.cloud.codedeploy.wire import Refusal
from warmgate_ops.rehearsal.cloud.conditions import Conditions

ALARM_POLL_S = 5.0
ROLLBACK_CONFIG = "CodeDeployDefault.LambdaAllAtOnce"
NOT_THERE = {"ResourceNotFoundException", "InvalidParameterValueException"}
"""What Lambda says of a version that was never published, or that an alias cannot have."""


class Engine:
    """Every deployment of an account, in motion; safe to use from any thread."""

    def __init__(
        self,
        account: Account,
        lambda_gateway: LambdaGateway,
        alarms: Alarms,
        events: Events,
        conditions: Conditions,
    ) -> None:
        self.lock = threading.RLock()
        self.journal = Journal()
        self._account = account
        self._lambda = lambda_gateway
        self._alarms = alarms
        self._events = events
        self._conditions = conditions
        self._asked: deque[Effect] = deque()
        self._polled_s: dict[str, float] = {}
        self._ticking = threading.Lock()

    def open(self, plan: Plan, record: Record, candidate_share: float = 0.0) -> None:
        """Take a new deployment in; the next tick begins it."""
        with self.lock:
            now_s = self._account.clock.now_s()
            state = create(plan, now_s, candidate_share)
            self._account.store.records[plan.deployment_id] = record
            self._account.store.states[plan.deployment_id] = state
            self._account.store.mark_used(record, now_s)
            self.journal.record(None, state)

    def take(self, deployment_id: str, happened: Input) -> DeploymentState:
        """Step a deployment on and queue what it asks for; a rollback is opened at once, so that none can slip in."""
        with self.lock:
            store = self._account.store
            before = store.states[deployment_id]
            after, effects = step(before, happened, self._account.clock.now_s())
            store.states[deployment_id] = after
            self.journal.record(before, after)
            for effect in effects:
                if isinstance(effect, StartRollback):
                    self._open_rollback(after, effect)
                else:
                    self._asked.append(effect)
            return after

    def report_status(self, deployment_id: str, reported: HookStatus) -> None:
        """Take a hook's status; refused when it is not one, not for this deployment, or too late."""
        with self.lock:
            state = self.take(deployment_id, TimePasses())
            refusal = refusal_of(state, reported)
            code = refusal[0] if refusal else ""
            at_s = self._account.clock.now_s()
            self.journal.record_status(
                ReportedStatus(at_s, deployment_id, reported.execution_id, reported.status, code)
            )
            if refusal:
                raise Refusal(*refusal)
            self.take(deployment_id, reported)

    def tick(self) -> None:
        """Let every open deployment see the time, and do what was asked for; a tick beside another one does nothing."""
        if not self._ticking.acquire(blocking=False):
            return
        try:
            with self.lock:
                states = self._account.store.states
                waiting = [key for key, state in states.items() if not state.status.is_terminal]
            for deployment_id in waiting:
                self._attend(deployment_id)
            self._do_what_was_asked()
        finally:
            self._ticking.release()

    def _attend(self, deployment_id: str) -> None:
        state = self._account.store.states[deployment_id]
        if state.status is DeploymentStatus.CREATED:
            self.take(deployment_id, self._read_alias(state.plan))
        self._poll_alarms(deployment_id)
        self.take(deployment_id, TimePasses())

    def _read_alias(self, plan: Plan) -> Begin | CallFailed:
        if plan.fault or plan.is_rollback:
            return Begin("")
        try:
            version, weights = self._lambda.get_alias(plan.function, plan.alias)
            return Begin(version, tuple(sorted(weights.items())))
        except Exception as error:  # noqa: BLE001  whatever a gateway raises is this deployment's failure
            where = f"alias {plan.alias} of function {plan.function}"
            return CallFailed(
                EventName.START, "INVALID_LAMBDA_FUNCTION", f"{where} cannot be read: {_reason_of(error)}"
            )

    def _poll_alarms(self, deployment_id: str) -> None:
        record, state = self._account.store.deployment(deployment_id)
        watch = record.alarms
        now_s = self._account.clock.now_s()
        due = now_s - self._polled_s.get(deployment_id, float("-inf")) >= ALARM_POLL_S
        if not watch.enabled or not due or state.status.is_terminal:
            return
        self._polled_s[deployment_id] = now_s
        try:
            found = self._alarms.states(watch.names)
            read = AlarmsRead(tuple(name for name in watch.names if found.get(name) == "ALARM"))
        except Exception as error:  # noqa: BLE001  an unreadable alarm stops the deployment, not the ticker
            ignored = watch.ignore_poll_failure
            read = AlarmsRead(unreadable="" if ignored else f"Alarm states cannot be read: {_reason_of(error)}")
        self.take(deployment_id, read)

    def _do_what_was_asked(self) -> None:
        while True:
            with self.lock:
                if not self._asked:
                    return
                effect = self._asked.popleft()
                ended = self._account.store.states[effect.deployment_id].status.is_terminal
            if isinstance(effect, EmitNotice):
                self._publish(effect)
            elif ended:
                # Stopped between asking and doing: a hook that is called now could report to nobody.
                continue
            elif isinstance(effect, SetWeights):
                self._set_weights(effect)
            elif isinstance(effect, InvokeHook):
                self._invoke(effect)

    def _set_weights(self, ask: SetWeights) -> None:
        answer: Input = WeightsAre(ask.weight)
        try:
            self._lambda.update_alias(ask.function, ask.alias, ask.version, dict(ask.extra))
        except Exception as error:  # noqa: BLE001  whatever a gateway raises is this deployment's failure
            where = f"alias {ask.alias} of function {ask.function}"
            code = "INVALID_LAMBDA_FUNCTION" if _code_of(error) in NOT_THERE else "INTERNAL_ERROR"
            answer = CallFailed(ask.event, code, f"{where} cannot be updated: {_reason_of(error)}")
        self.take(ask.deployment_id, answer)

    def _invoke(self, call: InvokeHook) -> None:
        event = {"DeploymentId": call.deployment_id, "LifecycleEventHookExecutionId": call.execution_id}
        try:
            self._lambda.invoke_async(call.function, event)
        except Exception as error:  # noqa: BLE001  whatever a gateway raises is this deployment's failure
            reason = f"{call.event} hook {call.function} cannot be invoked: {_reason_of(error)}"
            self.take(call.deployment_id, CallFailed(call.event, "INVALID_LAMBDA_FUNCTION", reason))

    def _publish(self, notice: EmitNotice) -> None:
        record, state = self._account.store.deployment(notice.deployment_id)
        try:
            self._events.put(self._event(notice, record))
        except Exception as error:  # noqa: BLE001  a lost event is noted, it is no part of the deployment
            self.journal.note(state, f"{notice.notice} event was not published: {_reason_of(error)}")

    def _event(self, notice: EmitNotice, record: Record) -> dict[str, Any]:
        account = self._account
        group = account.store.groups.get((record.application, record.group))
        return {
            "version": "0",
            "id": account.ids.resource(),
            "detail-type": "CodeDeploy Deployment State-change Notification",
            "source": "aws.codedeploy",
            "account": account.number,
            "time": datetime.fromtimestamp(account.clock.now_s(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": account.region,
            "resources": [
                account.application_arn(record.application),
                account.group_arn(record.application, record.group),
            ],
            "detail": {
                "region": account.region,
                "deploymentId": notice.deployment_id,
                "instanceGroupId": group.group_id if group else "",
                "deploymentGroup": record.group,
                "state": notice.notice.value,
                "application": record.application,
            },
        }

    def _open_rollback(self, failed: DeploymentState, ask: StartRollback) -> None:
        account = self._account
        record = account.store.records[ask.triggered_by]
        hooks = (renewed(failed.plan.before, account.ids), renewed(failed.plan.after, account.ids))
        plan = rollback_of(failed.plan, ask.deployment_id, account.ids.deployment(), hooks)
        # The revision names the hooks whether they are called or not.
        text = appspec_of(plan)
        if not self._conditions.hooks_on_rollback:
            plan = replace(plan, before=None, after=None)
        revision = Revision(location=text_location(text), content=text, register_s=account.clock.now_s())
        account.store.register(record.application, revision)
        self.open(
            plan,
            Record(
                deployment_id=plan.deployment_id,
                application=record.application,
                group=record.group,
                config=ROLLBACK_CONFIG,
                location=revision.location,
                previous=record.location,
                description=f"Deployment {plan.deployment_id} is triggered to roll back deployment {ask.triggered_by}.",
                creator="codeDeployRollback",
                rollback=record.rollback,
            ),
            candidate_share=1.0 - failed.weight,
        )


def _reason_of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _code_of(error: Exception) -> str:
    answer = getattr(error, "response", None)
    return str(answer.get("Error", {}).get("Code", "")) if isinstance(answer, dict) else ""
