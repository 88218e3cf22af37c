"""Subscription filters of log groups, and what they deliver of events that are put. Pure; who delivers is elsewhere."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from warmgate_ops.rehearsal.cloud.logs.pages import LogsRefusal
from warmgate_ops.rehearsal.cloud.logs.patterns import PatternError, matcher_of
from warmgate_ops.rehearsal.cloud.logs.store import LogEvent

MOST_FILTERS = 2
"""Of a log group (CloudWatch Logs quotas)."""
_PAGE = 50
_LAMBDA = re.compile(r"arn:aws:lambda:[\w-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?")
NOT_CALLABLE = (
    "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your"
    " function."
)


@dataclass(frozen=True, slots=True)
class Filter:
    """One subscription filter; its destination is a function, the local cloud knows no other."""

    name: str
    group: str
    pattern: str
    destination: str
    created_ms: int

    def shown(self) -> dict[str, Any]:
        """Return it as DescribeSubscriptionFilters does."""
        return {
            "filterName": self.name,
            "logGroupName": self.group,
            "filterPattern": self.pattern,
            "destinationArn": self.destination,
            "distribution": "ByLogStream",
            "creationTime": self.created_ms,
        }


class SubscriptionBook:
    """The filters of every log group that there is."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._filters: dict[str, dict[str, Filter]] = {}

    def put(self, body: Mapping[str, Any], now_ms: int) -> Filter:
        """Make a filter, or replace that of the same name; raises LogsRefusal."""
        group, name = _named(body)
        destination, known = str(body.get("destinationArn") or ""), self._filters.setdefault(group, {})
        if not _LAMBDA.fullmatch(destination):
            text = f"destinationArn: found {destination!r}, the local cloud delivers to Lambda functions alone"
            raise LogsRefusal("InvalidParameterException", text)
        if name not in known and len(known) >= MOST_FILTERS:
            raise LogsRefusal("LimitExceededException", "Resource limit exceeded.")
        pattern = str(body.get("filterPattern") or "")
        try:
            matcher_of(pattern)
        except PatternError as error:
            raise LogsRefusal("InvalidParameterException", str(error)) from error
        known[name] = Filter(name, group, pattern, destination, now_ms)
        return known[name]

    def delete(self, body: Mapping[str, Any]) -> None:
        """Remove a filter; raises LogsRefusal."""
        group, name = _named(body)
        if self._filters.get(group, {}).pop(name, None) is None:
            raise LogsRefusal("ResourceNotFoundException", "The specified subscription filter does not exist.")

    def drop(self, group: str) -> None:
        """Forget the filters of a group that is deleted."""
        self._filters.pop(group, None)

    def describe(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return a page of a group's filters, by name."""
        group, prefix = str(body.get("logGroupName")), str(body.get("filterNamePrefix") or "")
        names = sorted(name for name in self._filters.get(group, {}) if name.startswith(prefix))
        after, most = str(body.get("nextToken") or ""), min(int(body.get("limit") or _PAGE), _PAGE)
        rest = [name for name in names if name > after]
        shown = [self._filters[group][name].shown() for name in rest[:most]]
        return {"subscriptionFilters": shown, **({"nextToken": rest[most - 1]} if len(rest) > most else {})}

    def deliveries(self, group: str, stream: str, events: Sequence[LogEvent]) -> list[tuple[Filter, bytes]]:
        """Return what each filter of a group delivers of events that were put into one of its streams."""
        found = []
        for each in self._filters.get(group, {}).values():
            matches = matcher_of(each.pattern)
            if matched := [event for event in events if matches(event.message)]:
                found.append((each, self._packed("DATA_MESSAGE", group, stream, each.name, matched)))
        return found

    def check_of(self, made: Filter) -> bytes:
        """Return what is delivered when a filter is made, to see whether its destination can be reached."""
        now = LogEvent(made.created_ms, 0, "", "CWL CONTROL MESSAGE: Checking health of destination.", made.created_ms)
        return self._packed("CONTROL_MESSAGE", "", "", "", [now])

    def _packed(self, kind: str, group: str, stream: str, name: str, events: Sequence[LogEvent]) -> bytes:
        is_control = kind == "CONTROL_MESSAGE"
        body = {
            "messageType": kind,
            "owner": "CloudwatchLogs" if is_control else self._account,
            "logGroup": group,
            "logStream": stream,
            "subscriptionFilters": [] if is_control else [name],
            "logEvents": [
                {"id": "" if is_control else event.event_id, "timestamp": event.timestamp_ms, "message": event.message}
                for event in events
            ],
        }
        packed = gzip.compress(json.dumps(body).encode())
        return json.dumps({"awslogs": {"data": base64.b64encode(packed).decode()}}).encode()


def may_call(policy: Mapping[str, Any], group_arn: str, account: str) -> bool:
    """Return whether a function's policy lets CloudWatch Logs call it for a log group."""
    for statement in policy.get("Statement", []):
        principal = statement.get("Principal") or {}
        service = principal.get("Service") if isinstance(principal, Mapping) else principal
        conditions = {
            key.lower(): str(value)
            for tests in (statement.get("Condition") or {}).values()
            for key, value in tests.items()
        }
        source = conditions.get("aws:sourcearn", "*")
        if (
            service == "logs.amazonaws.com"
            and statement.get("Effect") == "Allow"
            and fnmatchcase(group_arn, source)
            and conditions.get("aws:sourceaccount", account) == account
        ):
            return True
    return False


def _named(body: Mapping[str, Any]) -> tuple[str, str]:
    group, name = (str(body.get(key) or "") for key in ("logGroupName", "filterName"))
    if not group or not name:
        raise LogsRefusal("InvalidParameterException", "logGroupName and filterName are required.")
    return group, name
