"""One API call as CloudTrail records it: who, what, with which answer. Pure.

Lambda's events carry the date of the API, and some a version, as its own model names the operations.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SOURCES = {
    "lambda": "lambda.amazonaws.com",
    "codedeploy": "codedeploy.amazonaws.com",
    "events": "events.amazonaws.com",
    "scheduler": "scheduler.amazonaws.com",
    # Application Auto Scaling shares its source with EC2's (Application Auto Scaling, logging with CloudTrail).
    "application-autoscaling": "autoscaling.amazonaws.com",
}
"""The services whose calls are recorded, by the name that a signature has, and what events call them."""
_DATED = {
    "20150331": (
        "CreateAlias CreateEventSourceMapping CreateFunction DeleteAlias DeleteEventSourceMapping DeleteFunction "
        "GetAlias GetEventSourceMapping ListAliases ListEventSourceMappings ListFunctions ListVersionsByFunction "
        "PublishVersion UpdateAlias UpdateEventSourceMapping"
    ),
    "20150331v2": (
        "AddPermission GetFunction GetFunctionConfiguration GetPolicy RemovePermission UpdateFunctionCode "
        "UpdateFunctionConfiguration"
    ),
    "20160819": "GetAccountSettings",
    "20170331": "ListTags",
    "20170331v2": "TagResource UntagResource",
    "20171031": "PutFunctionConcurrency DeleteFunctionConcurrency",
    "20181031": (
        "AddLayerVersionPermission DeleteLayerVersion GetLayerVersion GetLayerVersionByArn GetLayerVersionPolicy "
        "ListLayerVersions ListLayers PublishLayerVersion RemoveLayerVersionPermission"
    ),
}
_NAMES = {operation: operation + date for date, operations in _DATED.items() for operation in operations.split()}
_READING = ("Get", "List", "Describe", "BatchGet")
_HIDDEN = ("environment", "zipFile", "code", "clientContext", "payload", "input")
"""What CloudTrail leaves out of Lambda's requests and answers, and what may hold secrets of others."""
_SESSION = "rehearsal"
_OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A call and its answer."""

    service: str
    """As signatures name it."""
    operation: str
    parameters: Mapping[str, Any]
    """Of path and body, named as in the API's model."""
    answer: Mapping[str, Any]
    status: int
    access_key: str
    agent: str
    """The User-Agent of the request."""
    role: str = ""
    """The ARN of the role of the function that called; empty where no function did."""
    error_code: str = ""
    request_id: str = ""
    at_s: float = 0.0


def event_name(service: str, operation: str) -> str:
    """Return the name of an event, UpdateAlias20150331 for example."""
    return _NAMES.get(operation, operation) if service == "lambda" else operation


def event_of(asked: Asked, account: str, region: str) -> dict[str, Any]:
    """Return an event as LookupEvents answers it."""
    record = _record(asked, account, region)
    identity = record["userIdentity"]
    event: dict[str, Any] = {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": str(record["readOnly"]).lower(),
        "EventTime": int(asked.at_s),
        "EventSource": record["eventSource"],
        "Username": identity.get("userName") or identity["arn"].rpartition("/")[2],
        "Resources": list(_resources(asked)),
        "CloudTrailEvent": json.dumps(record, separators=(",", ":")),
    }
    return {**event, "AccessKeyId": identity["accessKeyId"]} if "accessKeyId" in identity else event


def _record(asked: Asked, account: str, region: str) -> dict[str, Any]:
    reads = asked.operation.startswith(_READING)
    failed = asked.status >= 400
    called = asked.agent.partition(" ")[0]
    service = called if called.endswith(".amazonaws.com") else ""
    record: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": _identity(asked, account, service),
        "eventTime": f"{datetime.fromtimestamp(asked.at_s, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": SOURCES[asked.service],
        "eventName": event_name(asked.service, asked.operation),
        "awsRegion": region,
        "sourceIPAddress": service or "127.0.0.1",
        "userAgent": service or asked.agent,
        "requestParameters": _shown(asked.parameters) or None,
        # CloudTrail records no answer of a call that only reads.
        "responseElements": None if reads or failed else _shown(asked.answer) or None,
        "requestID": asked.request_id or str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": reads,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }
    if failed:
        record["errorCode"] = asked.error_code or "ServiceException"
        record["errorMessage"] = str(asked.answer.get("message") or asked.answer.get("Message") or "")
    return record


def _identity(asked: Asked, account: str, service: str) -> dict[str, Any]:
    """Return who called: a service for the account, a function, the account's own operator, or another user."""
    if service:
        name = service.partition(".")[0]
        return {**_assumed(account, f"role/{name}", name), "invokedBy": service}
    if asked.role:
        return {**_assumed(account, asked.role.partition(":role/")[2] or asked.role, asked.access_key)}
    if asked.access_key == account:
        return {**_assumed(account, _OPERATOR, _SESSION), "accessKeyId": account}
    return {
        "type": "IAMUser",
        "principalId": asked.access_key,
        "arn": f"arn:aws:iam::{account}:user/{asked.access_key}",
        "accountId": account,
        "accessKeyId": asked.access_key,
        "userName": asked.access_key,
    }


def _assumed(account: str, role: str, session: str) -> dict[str, Any]:
    path = role.removeprefix("role/")
    name = path.rpartition("/")[2]
    issuer = {
        "type": "Role",
        "principalId": "AROAREHEARSAL",
        "arn": f"arn:aws:iam::{account}:role/{path}",
        "accountId": account,
        "userName": name,
    }
    return {
        "type": "AssumedRole",
        "principalId": f"AROAREHEARSAL:{session}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        "accountId": account,
        "sessionContext": {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "false"}},
    }


def _resources(asked: Asked) -> Iterable[dict[str, str]]:
    """Return what a call is about, by the names that it was asked with."""
    parameters = asked.parameters
    if asked.service == "lambda" and (name := parameters.get("FunctionName") or parameters.get("Resource")):
        yield {"ResourceType": "AWS::Lambda::Function", "ResourceName": str(name)}
    elif asked.service == "events" and (name := parameters.get("Rule") or parameters.get("Name")):
        yield {"ResourceType": "AWS::Events::Rule", "ResourceName": str(name)}


def _shown(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return members as CloudTrail spells them, a small letter first, without what it leaves out."""
    named = {name[:1].lower() + name[1:]: value for name, value in members.items() if value not in (None, "")}
    return {name: _deep(value) for name, value in named.items() if name not in _HIDDEN}


def _deep(value: Any) -> Any:
    if isinstance(value, Mapping):
        # The keys of a map are values: those of versions are numbers, which stay as they are.
        return _shown(value)
    return [_deep(each) for each in value] if isinstance(value, list) else value
