"""What runs of a function know of each other: Powertools' idempotency on a DynamoDB table, and calls of oneself."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from warmgate.adapters.faults import SDK_ERRORS, code_of
from warmgate.errors import SuccessorError
from warmgate.model import Shift

T = TypeVar("T")
REMEMBERED_S = 7 * 24 * 3600
"""A deployment lasts 50 hours at the most (CodeDeploy quotas)."""


class TableRuns:
    """Runs that share a table with the key `id`; `context` is the Lambda context of this run."""

    def __init__(self, table: str, client: Any, context: Any) -> None:
        self._table = table
        self._client = client
        self._context = context

    def once(self, key: str, work: Callable[[], T]) -> T | None:
        """Do the work unless another run does it or has done it; a run that died is forgotten with its time-out."""
        from aws_lambda_powertools.utilities.idempotency import (
            DynamoDBPersistenceLayer,
            IdempotencyConfig,
            idempotent_function,
        )
        from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyAlreadyInProgressError

        config = IdempotencyConfig(expires_after_seconds=REMEMBERED_S)
        config.register_lambda_context(self._context)
        done: list[T] = []

        @idempotent_function(  # type: ignore[untyped-decorator]
            data_keyword_argument="key",
            persistence_store=DynamoDBPersistenceLayer(table_name=self._table, boto3_client=self._client),
            config=config,
            key_prefix="warmgate",
        )
        def remembered(*, key: str) -> str:  # noqa: ARG001 - what the memory is looked up by
            done.append(work())
            return "done"

        try:
            remembered(key=key)
        except IdempotencyAlreadyInProgressError:
            return None
        return done[0] if done else None


class LambdaSuccessors:
    """Fresh runs of a function, called asynchronously."""

    def __init__(self, client: Any, function: str) -> None:
        self._client = client
        self._function = function

    def start(self, shift: Shift) -> None:
        """Call the function with what this run knows."""
        payload = {
            "warmgate": "guard",
            "deployment_id": shift.deployment_id,
            "run": shift.run,
            "stretch": shift.stretch,
            "since_ms": shift.since_ms,
        }
        try:
            self._client.invoke(
                FunctionName=self._function, InvocationType="Event", Payload=json.dumps(payload).encode()
            )
        except SDK_ERRORS as error:
            raise SuccessorError(
                f"{shift.deployment_id}: run {shift.run} was not started: {code_of(error)}: {error}",
                hint="allow lambda:InvokeFunction on the guard itself to its role",
            ) from error


def shift_of(event: dict[str, Any]) -> Shift:
    """Return the shift of a state-change event of CodeDeploy, or of the call by which a run hands over."""
    if event.get("warmgate") == "guard":
        return Shift(
            deployment_id=event["deployment_id"], run=event["run"], stretch=event["stretch"], since_ms=event["since_ms"]
        )
    return Shift(deployment_id=event["detail"]["deploymentId"])
