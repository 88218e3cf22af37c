"""The state behind one hook execution: a deployment that waits for a status, a function, and a bucket."""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from warmgate.appspec.read import AppSpec
from warmgate.appspec.write import revision_of
from warmgate.model.deployment import LifecycleEvent, Target

FUNCTION = "checkout"
ARN = f"arn:aws:lambda:us-east-1:123456789012:function:{FUNCTION}"
JSON = "application/x-amz-json-1.1"
PATHS = (
    (re.compile(r"^GET .*/functions/[^/]+/configuration$"), "GetFunctionConfiguration"),
    (re.compile(r"^GET .*/functions/[^/]+/concurrency$"), "GetFunctionConcurrency"),
    (re.compile(r"^GET .*/functions/[^/]+/provisioned-concurrency$"), "GetProvisionedConcurrencyConfig"),
    (re.compile(r"^POST .*/functions/[^/]+/invocations$"), "Invoke"),
    (re.compile(r"^GET .*/account-settings$"), "GetAccountSettings"),
    (re.compile(r"^GET .*/tags/.*$"), "ListTags"),
    (re.compile(r"^PUT /bucket/.*$"), "PutObject"),
    (re.compile(r"^GET /bucket/.*$"), "GetObject"),
)
TAIL = (
    "START RequestId: {id} Version: {version}\nEND RequestId: {id}\nREPORT RequestId: {id}\tDuration: 12.34 ms\t"
    "Billed Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB\t{init}\n"
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request, without the prefix that tells executions apart."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """Return the path."""
        return unquote(urlsplit(self.url).path)

    @property
    def operation(self) -> str:
        """Return the operation's name in AWS's API."""
        if target := self.headers.get("x-amz-target"):
            return target.rpartition(".")[2]
        line = f"{self.method} {self.path}"
        return next((name for pattern, name in PATHS if pattern.match(line)), "Unknown")

    @property
    def qualifier(self) -> str:
        """Return the version that is asked for."""
        return parse_qs(urlsplit(self.url).query).get("Qualifier", [""])[0]


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def said(document: Any, status: int = 200) -> Reply:
    """Return a JSON answer."""
    return Reply(status, json.dumps(document).encode(), {"Content-Type": JSON})


def refused(code: str, status: int = 400) -> Reply:
    """Return an error of a JSON protocol."""
    headers = {"Content-Type": JSON, "x-amzn-errortype": code}
    return Reply(status, json.dumps({"__type": code, "message": code}).encode(), headers)


def refused_by_s3(code: str, status: int) -> Reply:
    """Return an error of S3."""
    text = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{code}</Message></Error>'
    return Reply(status, text.encode(), {"Content-Type": "application/xml"})


@dataclass
class Account:
    """One execution's world; every request is answered under a lock."""

    deployment_id: str
    bad: bool
    description: str = ""
    accepted: list[tuple[str, float]] = field(default_factory=list)
    """Statuses that were taken, and when on the monotonic clock."""
    refused: list[str] = field(default_factory=list)
    """Statuses that came after the first."""
    objects: dict[str, bytes] = field(default_factory=dict)
    environments: int = 0
    calls: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Reply:
        """Do what a request asks for."""
        found = getattr(self, f"_{request.operation}", None)
        with self.lock:
            return refused("UnknownOperationException") if found is None else found(request)

    def _GetDeployment(self, _: Request) -> Reply:  # noqa: N802 - named as in the API
        revision = {"revisionType": "AppSpecContent", "appSpecContent": {"sha256": "0"}}
        about = {
            "applicationName": "shop",
            "deploymentGroupName": "checkout",
            "deploymentId": self.deployment_id,
            "status": "Failed" if self._status_reported == "Failed" else "InProgress",
            "creator": "user",
            "description": self.description,
            "computePlatform": "Lambda",
            "revision": revision,
        }
        return said({"deploymentInfo": about})

    def _ListDeploymentTargets(self, _: Request) -> Reply:  # noqa: N802
        return said({"targetIds": [FUNCTION]})

    def _GetDeploymentTarget(self, _: Request) -> Reply:  # noqa: N802
        events = {"BeforeAllowTraffic": self._status_reported or "InProgress", "AllowTraffic": "Pending"}
        target = {
            "deploymentId": self.deployment_id,
            "lifecycleEvents": [{"lifecycleEventName": name, "status": status} for name, status in events.items()],
            "lambdaFunctionInfo": {
                "functionName": FUNCTION, "functionAlias": "live", "currentVersion": "1", "targetVersion": "2"
            },
        }  # fmt: skip
        return said({"deploymentTarget": {"deploymentTargetType": "LambdaTarget", "lambdaTarget": target}})

    def _GetApplicationRevision(self, _: Request) -> Reply:  # noqa: N802
        hooks = {LifecycleEvent.BEFORE_ALLOW_TRAFFIC: "CodeDeployHook_warmgate-before"}
        spec = AppSpec(target=Target(FUNCTION, "live"), baseline="1", candidate="2", hooks=hooks)
        return said({"revision": revision_of(spec)})

    def _PutLifecycleEventHookExecutionStatus(self, request: Request) -> Reply:  # noqa: N802
        asked = json.loads(request.body)
        if self.accepted:
            self.refused.append(asked["status"])
            return refused("LifecycleEventAlreadyCompletedException")
        self.accepted.append((asked["status"], time.monotonic()))
        return said({"lifecycleEventHookExecutionId": asked["lifecycleEventHookExecutionId"]})

    def _GetFunctionConfiguration(self, request: Request) -> Reply:  # noqa: N802
        return said(
            {
                "FunctionName": FUNCTION,
                "FunctionArn": ARN,
                "State": "Active",
                "MemorySize": 128,
                "Timeout": 10,
                "Runtime": "python3.13",
                "Version": request.qualifier or "$LATEST",
                "CodeSha256": base64.b64encode(b"0" * 32).decode(),
            }
        )

    def _GetFunctionConcurrency(self, _: Request) -> Reply:  # noqa: N802
        return said({})

    def _GetProvisionedConcurrencyConfig(self, _: Request) -> Reply:  # noqa: N802
        return refused("ProvisionedConcurrencyConfigNotFoundException", 404)

    def _GetAccountSettings(self, _: Request) -> Reply:  # noqa: N802
        return said({"AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000}})

    def _GetMetricData(self, _: Request) -> Reply:  # noqa: N802
        return said({"MetricDataResults": []})

    def _ListTags(self, _: Request) -> Reply:  # noqa: N802
        return said({"Tags": {"warmgate:policy": "bundled:wire"}})

    def _GetItem(self, _: Request) -> Reply:  # noqa: N802
        return said({})

    def _FilterLogEvents(self, _: Request) -> Reply:  # noqa: N802
        return said({"events": []})

    def _Invoke(self, request: Request) -> Reply:  # noqa: N802
        self.calls += 1
        cold = self.calls <= 4
        wrong = self.bad and request.qualifier == "2"
        tail = TAIL.format(
            id=f"8f507cfc-{self.calls:04d}",
            version=request.qualifier,
            init="Init Duration: 120.00 ms\t" if cold else "",
        )
        headers = {
            "Content-Type": "application/json",
            "X-Amz-Executed-Version": request.qualifier,
            "X-Amz-Log-Result": base64.b64encode(tail.encode()).decode(),
        }
        if wrong:
            headers["X-Amz-Function-Error"] = "Unhandled"
        return Reply(200, b'{"errorType":"KeyError"}' if wrong else b'{"statusCode":200}', headers)

    def _PutObject(self, request: Request) -> Reply:  # noqa: N802
        key = request.path.removeprefix("/bucket/")
        if request.headers.get("if-none-match") == "*" and key in self.objects:
            return refused_by_s3("PreconditionFailed", 412)
        self.objects[key] = request.body
        return Reply(200, b"", {"ETag": '"0"'})

    def _GetObject(self, request: Request) -> Reply:  # noqa: N802
        found = self.objects.get(request.path.removeprefix("/bucket/"))
        return refused_by_s3("NoSuchKey", 404) if found is None else Reply(200, found)

    @property
    def _status_reported(self) -> str:
        return self.accepted[0][0] if self.accepted else ""
