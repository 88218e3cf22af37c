"""Answers that are none: a 200 without what the operation always answers is a fault that may pass, not a success.

A proxy's page, an empty body and `{}` are parsed by the SDK into an answer without members, which would read as
"accepted", "no tag" or "no events"; a list or `null` makes its parser raise errors of Python's own. Every client looks
at its answers here, so that no caller can forget.
"""

from __future__ import annotations

import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

ALWAYS = {
    "BatchGetDeployments": "deploymentsInfo",
    "CreateDeployment": "deploymentId",
    "DescribeAlarms": "MetricAlarms",
    "FilterLogEvents": "events",
    "GetAccountSettings": "AccountLimit.ConcurrentExecutions",
    "GetAlias": "FunctionVersion",
    "GetApplicationRevision": "revision.revisionType",
    "GetDeployment": "deploymentInfo.deploymentId",
    "GetDeploymentGroup": "deploymentGroupInfo.deploymentGroupName",
    "GetDeploymentTarget": "deploymentTarget",
    "GetFunctionConfiguration": "FunctionArn",
    "GetMetricData": "MetricDataResults",
    "GetParameter": "Parameter.Value",
    "GetProvisionedConcurrencyConfig": "Status",
    "GetQueryResults": "status",
    "ListDeployments": "deployments",
    "ListDeploymentTargets": "targetIds",
    "ListTags": "Tags",
    "Publish": "MessageId",
    "PutEvents": "Entries",
    "PutLifecycleEventHookExecutionStatus": "lifecycleEventHookExecutionId",
    "PutObject": "ETag",
    "Query": "Items",
    "StartConfigurationSession": "InitialConfigurationToken",
    "StartQuery": "queryId",
    "StopDeployment": "status",
    "UpdateAlias": "FunctionVersion",
}
"""The member that an operation's successful answer always has (API references of the services)."""
NOT_TWICE = frozenset({"CreateDeployment", "Invoke", "Publish", "PutEvents", "StartQuery", "UpdateAlias"})
"""What may have been done by the call with such an answer, and is not done again unseen."""
ATTEMPTS = 4
FIRST_WAIT_S = 0.2
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)
"""What the SDK's parsers raise over JSON of another shape."""


class IncompleteAnswerError(BotoCoreError):  # type: ignore[misc]
    """A successful answer without the member that it always has."""

    fmt = "{operation} was answered without {member}: look for a proxy before the endpoint"


class CheckedAnswers:
    """A base of clients that raises SDK errors for such answers, after asking again where that does no harm."""

    def _make_api_call(self, operation_name: str, api_params: dict[str, Any]) -> dict[str, Any]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._checked(operation_name, api_params)
            except ClientError as error:
                _count_repeats(error, attempt - 1)
                raise
            except (IncompleteAnswerError, ResponseParserError):
                if attempt == ATTEMPTS or operation_name in NOT_TWICE:
                    raise
            time.sleep(FIRST_WAIT_S * 2 ** (attempt - 1))
        raise AssertionError("the last attempt returns or raises")

    def _checked(self, operation_name: str, api_params: dict[str, Any]) -> dict[str, Any]:
        try:
            # The SDK puts a stream in the place of a body's bytes: another attempt would send what is left of it.
            answer: dict[str, Any] = super()._make_api_call(operation_name, {**api_params})  # type: ignore[misc]
        except (BotoCoreError, ClientError):  # Some of them are ValueErrors too.
            raise
        except UNREADABLE as error:
            raise ResponseParserError(f"{operation_name}: the answer cannot be read: {error}") from error
        member = ALWAYS.get(operation_name, "")
        if member and _found(answer, member) is None:
            raise IncompleteAnswerError(operation=operation_name, member=member)
        return answer


def check_answers(base_classes: list[type], **_: Any) -> None:
    """Put the check before the SDK's own classes: a handler of the session's event `creating-client-class`."""
    base_classes.insert(0, CheckedAnswers)


def _count_repeats(error: ClientError, repeats: int) -> None:
    """Add to the repeats that the SDK tells of an error: who reads them asks whether the call may have been made."""
    about = error.response.setdefault("ResponseMetadata", {})
    about["RetryAttempts"] = about.get("RetryAttempts", 0) + repeats


def _found(answer: Any, path: str) -> Any:
    for name in path.split("."):
        answer = answer.get(name) if isinstance(answer, dict) else None
    return answer
