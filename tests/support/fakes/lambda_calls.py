"""Functions made from a line of code, and what a test sees of one call: answer, version, the report in the tail."""

from __future__ import annotations

import base64
import io
import json
import re
import time
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

Install = Callable[..., str]
_REPORT = re.compile(
    r"^REPORT RequestId: (?P<id>\S+)\tDuration: (?P<duration>[\d.]+) ms\tBilled Duration: (?P<billed>\d+) ms\t"
    r"Memory Size: (?P<size>\d+) MB\tMax Memory Used: (?P<used>\d+) MB\t"
    r"(?:Init Duration: (?P<init>[\d.]+) ms\t)?(?:Restore Duration: [\d.]+ ms\tBilled Restore Duration: \d+ ms\t)?"
    r"(?:Status: (?P<status>\w+)(?:\tError Type: (?P<kind>\S+))?)?$",
    re.MULTILINE,
)


def packed(code: str, file: str = "app.py") -> bytes:
    """Return a deployment package with one module."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr(file, code)
    return archive.getvalue()


@dataclass(frozen=True, slots=True)
class Report:
    """One REPORT line in AWS's form."""

    request_id: str
    duration_ms: float
    billed_ms: int
    size_mb: int
    used_mb: int
    init_ms: float | None
    status: str | None
    error_type: str | None


@dataclass(frozen=True, slots=True)
class Called:
    """One answer."""

    payload: Any
    version: str
    error: str | None
    tail: str

    @property
    def report(self) -> Report:
        """Return the REPORT line; fails where there is not exactly one."""
        (found,) = _REPORT.finditer(self.tail)
        return Report(
            found["id"],
            float(found["duration"]),
            int(found["billed"]),
            int(found["size"]),
            int(found["used"]),
            float(found["init"]) if found["init"] else None,
            found["status"],
            found["kind"],
        )


def update(cloud: LocalCloud, function: str, code: str) -> str:
    """Give a function new code and return the version it is published as, active."""
    client = cloud.client("lambda")
    client.update_function_code(FunctionName=function, ZipFile=packed(code))
    client.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig={"Delay": 0.05})
    return publish(cloud, function)


def publish(cloud: LocalCloud, function: str) -> str:
    """Publish a version and return its number once it is active."""
    client = cloud.client("lambda")
    version: str = client.publish_version(FunctionName=function)["Version"]
    waiter = client.get_waiter("published_version_active")
    waiter.wait(FunctionName=function, Qualifier=version, WaiterConfig={"Delay": 0.05})
    return version


def provision(
    cloud: LocalCloud, function: str, qualifier: str, count: int, status: str = "READY"
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ask for provisioned concurrency; return what is said of it at first, and once it has a status."""
    client, limit = cloud.client("lambda"), time.monotonic() + 30
    where = {"FunctionName": function, "Qualifier": qualifier}
    begun = client.put_provisioned_concurrency_config(**where, ProvisionedConcurrentExecutions=count)
    found = begun
    while found["Status"] == "IN_PROGRESS" and time.monotonic() < limit:
        time.sleep(0.05)
        found = client.get_provisioned_concurrency_config(**where)
    assert found["Status"] == status, found
    return begun, found


def call(cloud: LocalCloud, function: str, event: Any = None, qualifier: str = "$LATEST") -> Called:
    """Make one call with its tail."""
    answer = cloud.client("lambda").invoke(
        FunctionName=function, Qualifier=qualifier, LogType="Tail", Payload=json.dumps(event or {}).encode()
    )
    tail = base64.b64decode(answer["LogResult"]).decode("utf-8", "replace")
    payload = json.loads(answer["Payload"].read())
    return Called(payload, answer["ExecutedVersion"], answer.get("FunctionError"), tail)


def overlapping(
    cloud: LocalCloud, function: str, events: Sequence[Any], concurrency: int, qualifier: str = "$LATEST"
) -> list[Called]:
    """Make calls from as many threads as `concurrency`."""
    with ThreadPoolExecutor(concurrency) as threads:
        return list(threads.map(lambda event: call(cloud, function, event, qualifier), events))
