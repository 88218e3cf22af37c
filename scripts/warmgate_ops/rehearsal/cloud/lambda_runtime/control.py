"""What the data plane reads from the control plane, MiniStack: versions, aliases, concurrency."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp

from warmgate.model.log_stream import OWN_GROUPS, FunctionLog
from warmgate_ops.rehearsal.cloud.lambda_runtime.layers import Layers
from warmgate_ops.rehearsal.cloud.lambda_runtime.packages import PackageStore
from warmgate_ops.rehearsal.cloud.lambda_runtime.report import Logging

LAMBDA = "/2015-03-31/functions"
MOST_RETRIES = 2
LONGEST_AGE_S = 6 * 3600.0


class Refused(Exception):  # noqa: N818 - the API's refusal, not an error of ours
    """An answer of the API that is no success: HTTP status, modelled code, message."""

    def __init__(self, status: int, code: str, message: str, extra: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.body = {"message": message, "Message": message, "Type": "User", **(extra or {})}


@dataclass(frozen=True, slots=True)
class Route:
    """Which version a call goes to, and the name it was called by."""

    version: str
    resource: str
    weighted: bool = False

    @property
    def by_alias(self) -> bool:
        """Return whether an alias was called: whose calls these are is then the callers' affair."""
        qualifier = self.resource.partition(":")[2]
        return bool(qualifier) and qualifier != "$LATEST" and not qualifier.isdigit()


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSettings:
    """What an environment of a version needs."""

    function: str
    version: str
    folder: Path
    handler: str
    memory_mb: int
    timeout_s: int
    state: str
    log: FunctionLog
    runtime: str
    tmp_mb: int = 512
    layers: Path | None = None
    snapshot: bool = False
    """Whether SnapStart applies to it."""
    traced: bool = False
    """Whether it traces its calls, TracingConfig Active."""
    variables: dict[str, str] = field(default_factory=dict)
    logging: Logging = field(default_factory=Logging)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSettings:
    """What becomes of asynchronous calls; places are ARNs, empty where there is none."""

    retries: int
    longest_age_s: float
    on_success: str = ""
    on_failure: str = ""
    dead_letters: str = ""


class Control:
    """MiniStack's Lambda, asked over HTTP; published versions are asked for once."""

    def __init__(self, upstream: str, packages: PackageStore) -> None:
        self._upstream = upstream
        self._packages = packages
        self._layers = Layers(packages.beside / "layers", self._layer)
        self._versions: dict[tuple[str, str], VersionSettings] = {}
        self._settled: dict[str, VersionSettings] = {}
        """$LATEST of each function, as it was when it was not being updated."""
        self._reserved: dict[str, int | None] = {}
        self._unreserved: int | None = None
        self._http: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Begin to ask."""
        self._http = aiohttp.ClientSession()

    async def close(self) -> None:
        """Ask no more."""
        if self._http is not None:
            await self._http.close()

    def forget(self, function: str, *, deleted: bool = False) -> None:
        """Ask anew what may have changed for a function, or what it is now that something of it was deleted."""
        if deleted:
            self._settled.pop(function, None)
        self._reserved.pop(function, None)
        self._unreserved = None
        for key in [key for key in self._versions if key[0] == function]:
            del self._versions[key]

    async def route(self, function: str, qualifier: str, draw: float) -> Route:
        """Return the version behind a qualifier; `draw` in [0, 1) decides where an alias has weights."""
        if qualifier in {"", "$LATEST"}:
            return Route("$LATEST", function)
        if qualifier.isdigit():
            return Route(qualifier, f"{function}:{qualifier}")
        alias = await self.alias(function, qualifier)
        version = str(alias["FunctionVersion"])
        weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        for other, weight in weights.items():
            if draw < float(weight):
                version = str(other)
        return Route(version, f"{function}:{qualifier}", bool(weights))

    async def version(self, function: str, version: str) -> VersionSettings:
        """Return the settings of a version."""
        known = self._versions.get((function, version))
        if known is not None:
            return known
        found = await self.configuration(function, version)
        settled = self._settled.get(function) if version == "$LATEST" else None
        if settled is not None and found.get("LastUpdateStatus") == "InProgress":
            # Calls find a function as it was until its update is over (Lambda, function states).
            return settled
        await asyncio.to_thread(self._packages.take_over, str(found.get("CodeSha256")))
        layers = await self._layers.folder_of([str(each["Arn"]) for each in found.get("Layers") or ()])
        settings = replace(self._settings(function, version, found), layers=layers)
        if version != "$LATEST" and settings.state == "Active":
            self._versions[function, version] = settings
        if version == "$LATEST" and found.get("LastUpdateStatus") != "InProgress":
            self._settled[function] = settings
        return settings

    def _settings(self, function: str, version: str, found: dict[str, Any]) -> VersionSettings:
        logging = found.get("LoggingConfig") or {}
        variables = dict((found.get("Environment") or {}).get("Variables") or {})
        if logging.get("LogFormat") == "JSON":
            variables["AWS_LAMBDA_LOG_LEVEL"] = str(logging.get("ApplicationLogLevel") or "INFO")
        return VersionSettings(
            function=function,
            version=version,
            folder=self._packages.folder_of(str(found["CodeSha256"])),
            handler=str(found["Handler"]),
            memory_mb=int(found.get("MemorySize") or 128),
            timeout_s=int(found.get("Timeout") or 3),
            state=str(found.get("State") or "Active"),
            log=FunctionLog(str(logging.get("LogGroup") or OWN_GROUPS + function), function),
            runtime=str(found.get("Runtime") or ""),
            tmp_mb=int((found.get("EphemeralStorage") or {}).get("Size") or 512),
            traced=(found.get("TracingConfig") or {}).get("Mode") == "Active",
            snapshot=(found.get("SnapStart") or {}).get("OptimizationStatus") == "On",
            variables=variables,
            logging=Logging(
                json=logging.get("LogFormat") == "JSON", system_level=str(logging.get("SystemLogLevel") or "INFO")
            ),
        )

    async def concurrency(self, function: str) -> int | None:
        """Return the reserved concurrency of a function."""
        if function not in self._reserved:
            found = await self._get(f"/2019-09-30/functions/{function}/concurrency")
            self._reserved[function] = found.get("ReservedConcurrentExecutions")
        return self._reserved[function]

    def is_reserved(self, function: str) -> bool:
        """Return whether a function has concurrency of its own, as far as is known."""
        return self._reserved.get(function) is not None

    async def unreserved(self) -> int:
        """Return the concurrency that functions without a reservation share."""
        if self._unreserved is None:
            found = (await self._get("/2016-08-19/account-settings/"))["AccountLimit"]
            self._unreserved = int(found["UnreservedConcurrentExecutions"])
        return self._unreserved

    async def event_settings(self, function: str, qualifier: str = "") -> EventSettings:
        """Return what becomes of the asynchronous calls of a function."""
        try:
            query = {"Qualifier": qualifier} if qualifier else None
            found = await self._get(f"/2019-09-25/functions/{function}/event-invoke-config", query)
        except Refused:
            found = {}
        try:
            letters = (await self.configuration(function, qualifier)).get("DeadLetterConfig") or {}
        except Refused:
            letters = {}
        retries, age = found.get("MaximumRetryAttempts"), found.get("MaximumEventAgeInSeconds")
        places = found.get("DestinationConfig") or {}
        return EventSettings(
            retries=MOST_RETRIES if retries is None else int(retries),
            longest_age_s=LONGEST_AGE_S if age is None else float(age),
            on_success=str((places.get("OnSuccess") or {}).get("Destination") or ""),
            on_failure=str((places.get("OnFailure") or {}).get("Destination") or ""),
            dead_letters=str(letters.get("TargetArn") or ""),
        )

    async def configuration(self, function: str, qualifier: str = "") -> dict[str, Any]:
        """Return the configuration of a version or of what an alias points to."""
        query = {"Qualifier": qualifier} if qualifier else None
        return await self._get(f"{LAMBDA}/{function}/configuration", query)

    async def role_of(self, function: str) -> str:
        """Return the ARN of a function's role; empty where there is no such function."""
        try:
            return str((await self.configuration(function)).get("Role") or "")
        except Refused:
            return ""

    async def alias(self, function: str, name: str) -> dict[str, Any]:
        """Return an alias."""
        return await self._get(f"{LAMBDA}/{function}/aliases/{name}")

    async def versions(self, function: str) -> list[dict[str, Any]]:
        """Return the configurations of all versions, $LATEST among them."""
        found: list[dict[str, Any]] = []
        query = {"MaxItems": "50"}
        while True:
            page = await self._get(f"{LAMBDA}/{function}/versions", query)
            found += page["Versions"]
            if not page.get("NextMarker"):
                return found
            query["Marker"] = str(page["NextMarker"])

    async def _layer(self, arn: str) -> bytes:
        found = await self._get("/2018-10-31/layers", {"find": "LayerVersion", "Arn": arn})
        assert self._http is not None
        async with self._http.get(str(found["Content"]["Location"])) as answer:
            return await answer.read()

    async def _get(self, path: str, query: dict[str, str] | None = None) -> dict[str, Any]:
        assert self._http is not None
        async with self._http.get(self._upstream + path, params=query, headers=SIGNED) as answer:
            body: dict[str, Any] = await answer.json(content_type=None)
            if answer.status >= 400:
                code = str(answer.headers.get("x-amzn-errortype") or body.get("__type") or "ServiceException")
                message = str(body.get("message") or body.get("Message") or code)
                raise Refused(answer.status, code.partition(":")[0].rpartition("#")[2], message)
            return body


SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/lambda/aws4_request,"
    " SignedHeaders=host, Signature=none"
}
"""MiniStack reads account and service from the credential scope and checks no signature."""
