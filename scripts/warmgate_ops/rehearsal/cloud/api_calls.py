"""Names API calls as IAM does: from a signed request to principal, action and the resource's ARN."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote

import botocore.session

_SCOPE = re.compile(r"Credential=(?P<principal>.+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_RPC = re.compile(r"/service/[^/]+/operation/(?P<operation>[A-Za-z]+)")
_REST = ("lambda",)
_ACTIONS = {"lambda:Invoke": "lambda:InvokeFunction", "monitoring": "cloudwatch", "tagging": "tag"}
"""Where IAM's name is not the API's: an operation, or the service that a signature names."""
_OBJECT_ACTIONS = {"PUT": "PutObject", "GET": "GetObject", "HEAD": "GetObject", "DELETE": "DeleteObject"}

GroupOf = Callable[[str], str]
"""Returns the deployment group, as APPLICATION/GROUP, of a deployment's id; empty for an unknown one."""


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call: who made it, which IAM action it needs, and on what."""

    principal: str
    action: str
    resource: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """What of an HTTP request says which call it is."""

    authorization: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    target: str = ""
    body: bytes = b""


def principal_of(authorization: str) -> str:
    """Return who signed, empty where nobody did."""
    scope = _SCOPE.search(authorization)
    return scope["principal"] if scope else ""


def call_of(request: SignedRequest, account: str, group_of: GroupOf) -> ApiCall | None:
    """Return the call of a request, None for one that nobody signed."""
    scope = _SCOPE.search(request.authorization)
    if scope is None:
        return None
    service = _ACTIONS.get(scope["service"], scope["service"])
    operation, parameters = _operation(service, request)
    action = f"{service}:{operation}"
    name = _RESOURCES[service](operation, parameters, group_of) if service in _RESOURCES else ""
    if name and not name.startswith("arn:"):
        name = f"arn:aws:{service}:{scope['region']}:{account}:{name}"
    return ApiCall(scope["principal"], _ACTIONS.get(action, action), name or "*")


def _operation(service: str, request: SignedRequest) -> tuple[str, dict[str, Any]]:
    """Return the operation's name and what of its parameters names a resource."""
    if service == "s3":
        bucket, _, key = unquote(request.path).lstrip("/").partition("/")
        return (_OBJECT_ACTIONS.get(request.method, request.method) if key else "ListBucket"), {"name": (bucket, key)}
    if service in _REST:
        return _rest_operation(service, request)
    if request.target:
        return request.target.rpartition(".")[2], json.loads(request.body or b"{}")
    if rpc := _RPC.fullmatch(request.path):
        return rpc["operation"], {}
    form = {key: values[0] for key, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    return form.get("Action", f"{request.method}{request.path}"), form


def _rest_operation(service: str, request: SignedRequest) -> tuple[str, dict[str, Any]]:
    for method, pattern, query, operation in _routes(service):
        found = pattern.fullmatch(request.path)
        if found and method == request.method and query <= set(request.query):
            parameters = {key: unquote(value) for key, value in found.groupdict().items()}
            return operation, {**parameters, "Qualifier": request.query.get("Qualifier", "")}
    return f"{request.method}{request.path}", {}


@cache
def _routes(service: str) -> list[tuple[str, re.Pattern[str], frozenset[str], str]]:
    """Return method, path, needed query keys and name of every operation; those with a query come first."""
    model = botocore.session.get_session().get_service_model(service)
    routes = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        pattern = re.sub(r"\\{(\w+)(\\\+)?\\}", lambda found: f"(?P<{found[1]}>[^/]+)", re.escape(path))
        keys = frozenset(part.partition("=")[0] for part in query.split("&") if part)
        routes.append((http["method"], re.compile(f"{pattern}/?"), keys, name))
    return sorted(routes, key=lambda route: -len(route[2]))


def _function(operation: str, parameters: dict[str, Any], _group_of: GroupOf) -> str:
    if operation == "ListTags":
        return str(parameters["Resource"])
    name = str(parameters.get("FunctionName", "")).rpartition("function:")[2]
    qualifier = parameters.get("Qualifier") or ""
    return f"function:{name}:{qualifier}".rstrip(":") if name else ""


def _deployment(operation: str, parameters: dict[str, Any], group_of: GroupOf) -> str:
    if operation in {"StopDeployment", "ListDeploymentTargets", "GetDeploymentTarget", "BatchGetDeploymentTargets"}:
        return ""
    application, group = parameters.get("applicationName", ""), parameters.get("deploymentGroupName", "")
    if operation in {"GetApplicationRevision", "RegisterApplicationRevision"}:
        return f"application:{application}"
    if operation == "GetDeploymentConfig":
        return f"deploymentconfig:{parameters['deploymentConfigName']}"
    for deployment_id in (parameters.get("deploymentId"), *parameters.get("deploymentIds", [])):
        if deployment_id:
            return f"deploymentgroup:{group_of(deployment_id)}"
    return f"deploymentgroup:{application}/{group}" if application else ""


def _log_group(operation: str, parameters: dict[str, Any], _group_of: GroupOf) -> str:
    names = parameters.get("logGroupNames") or [parameters.get("logGroupName", "")]
    return f"log-group:{names[0]}:*" if names[0] and operation != "GetQueryResults" else ""


def _event_bus(_operation: str, parameters: dict[str, Any], _group_of: GroupOf) -> str:
    bus = str((parameters.get("Entries") or [{}])[0].get("EventBusName") or "default")
    return bus if bus.startswith("arn:") else f"event-bus/{bus}"


_RESOURCES: Mapping[str, Callable[[str, dict[str, Any], GroupOf], str]] = {
    "lambda": _function,
    "codedeploy": _deployment,
    "logs": _log_group,
    "events": _event_bus,
    "s3": lambda _operation, parameters, _group_of: "arn:aws:s3:::" + "/".join(filter(None, parameters["name"])),
    "sns": lambda _operation, parameters, _group_of: str(parameters.get("TopicArn", "")),
    "dynamodb": lambda _operation, parameters, _group_of: f"table/{parameters.get('TableName', '')}",
    "ssm": lambda _operation, parameters, _group_of: f"parameter/{str(parameters.get('Name', '')).lstrip('/')}",
    "cloudwatch": lambda operation, _parameters, _group_of: "alarm:any" if operation == "DescribeAlarms" else "",
}
