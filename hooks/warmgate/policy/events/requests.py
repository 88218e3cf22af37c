"""HTTP requests as API Gateway, function URLs and Application Load Balancers pass them on."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from warmgate.policy.event_fields import path_parameters
from warmgate.policy.events.constants import (
    ACCOUNT,
    EPOCH_S,
    REGION,
    REQUEST_ID,
    SOURCE_IP,
    USER_AGENT,
    Fields,
    arn,
    as_text,
)

API = "warmgate"
STAGE = "Prod"
_TIME = "01/Jan/2026:00:00:00 +0000"


class _Request(NamedTuple):
    """What a probe says of a request, the same whoever passes it on."""

    method: str
    path: str
    route: str
    parameters: dict[str, str]
    query: dict[str, str]
    headers: dict[str, str]
    """Names in lower case."""
    body: str | None


def http_api(fields: Fields) -> dict[str, Any]:
    """Return the event of an HTTP API, payload format 2.0."""
    request = _request(fields, f"{API}.execute-api.{REGION}.amazonaws.com")
    event = _format_2(request, f"{request.method} {request.route}")
    event["requestContext"] |= {"accountId": ACCOUNT, "apiId": API, "domainPrefix": API}
    if request.parameters:
        event["pathParameters"] = request.parameters
    return event


def function_url(fields: Fields) -> dict[str, Any]:
    """Return the event of a function URL without IAM: payload format 2.0, of an anonymous account."""
    request = _request(fields, f"{API}.lambda-url.{REGION}.on.aws")
    event = _format_2(request, "$default")
    event["requestContext"] |= {"accountId": "anonymous", "apiId": API, "domainPrefix": API}
    return event


def rest_api(fields: Fields) -> dict[str, Any]:
    """Return the event of a REST API's Lambda proxy integration, payload format 1.0."""
    host = f"{API}.execute-api.{REGION}.amazonaws.com"
    request = _request(fields, host)
    return {
        "resource": request.route,
        "path": request.path,
        "httpMethod": request.method,
        "headers": request.headers,
        "multiValueHeaders": {name: [text] for name, text in request.headers.items()},
        "queryStringParameters": request.query or None,
        "multiValueQueryStringParameters": {name: [text] for name, text in request.query.items()} or None,
        "pathParameters": request.parameters or None,
        "stageVariables": None,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API,
            "domainName": host,
            "domainPrefix": API,
            "extendedRequestId": REQUEST_ID,
            "httpMethod": request.method,
            "identity": {"sourceIp": SOURCE_IP, "userAgent": request.headers["user-agent"]},
            "path": f"/{STAGE}{request.path}",
            "protocol": "HTTP/1.1",
            "requestId": REQUEST_ID,
            "requestTime": _TIME,
            "requestTimeEpoch": EPOCH_S * 1000,
            "resourceId": API,
            "resourcePath": request.route,
            "stage": STAGE,
        },
        "body": request.body,
        "isBase64Encoded": False,
    }


def load_balancer(fields: Fields) -> dict[str, Any]:
    """Return the event of an Application Load Balancer, which leaves a query URL-encoded."""
    request = _request(fields, f"{API}.{REGION}.elb.amazonaws.com")
    group = arn("elasticloadbalancing", f"targetgroup/{API}/0123456789abcdef")
    return {
        "requestContext": {"elb": {"targetGroupArn": group}},
        "httpMethod": request.method,
        "path": request.path,
        "queryStringParameters": {quote(name): quote(text) for name, text in request.query.items()},
        "headers": request.headers,
        "body": request.body or "",
        "isBase64Encoded": False,
    }


def _format_2(request: _Request, route_key: str) -> dict[str, Any]:
    headers = dict(request.headers)
    cookies = headers.pop("cookie", "")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": request.path,
        "rawQueryString": urlencode(request.query),
        "headers": headers,
        "requestContext": {
            "domainName": headers["host"],
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": SOURCE_IP,
                "userAgent": headers["user-agent"],
            },
            "requestId": REQUEST_ID,
            "routeKey": route_key,
            "stage": "$default",
            "time": _TIME,
            "timeEpoch": EPOCH_S * 1000,
        },
        "isBase64Encoded": False,
    }
    # What a request does not have is left out of this format.
    if cookies:
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    if request.query:
        event["queryStringParameters"] = request.query
    if request.body is not None:
        event["body"] = request.body
    return event


def _request(fields: Fields, host: str) -> _Request:
    path = fields.get("path", "/")
    route = fields.get("route", path)
    body = fields.get("body")
    headers = {
        "accept": "*/*",
        "host": host,
        "user-agent": USER_AGENT,
        "x-forwarded-for": SOURCE_IP,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }
    if body is not None:
        headers["content-type"] = "text/plain" if isinstance(body, str) else "application/json"
        headers["content-length"] = str(len(as_text(body).encode(errors="replace")))
    headers |= {name.lower(): text for name, text in fields.get("headers", {}).items()}
    return _Request(
        method=str(fields.get("method", "GET" if body is None else "POST")),
        path=path,
        route=route,
        parameters=(path_parameters(route, path) or {}) if "route" in fields else {},
        query=dict(fields.get("query", {})),
        headers=dict(sorted(headers.items())),
        body=None if body is None else as_text(body),
    )
