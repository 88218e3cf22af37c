"""Versions in MiniStack: one that is published with its function, or with its code, has an ARN of its own.

MiniStack gives it that of the function, which Terraform then shows as `qualified_arn`. And it runs the code of versions
with SnapStart itself, without what Lambda's runtimes bring along; here that is the affair of their environments. A
function that is updated is Pending there; on Lambda it stays Active, and serves as before until the update is over.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

Answer = tuple[int, dict[str, str], bytes]
Operation = Callable[..., Answer]
_LATEST = "$LATEST"
_STILL = {"State": "Active", "StateReason": "", "StateReasonCode": ""}
_ACTIVE = {"State": "Active", "StateReason": "", "StateReasonCode": "", "LastUpdateStatus": "Successful"}
_TRIES, _PAUSE_S = 100, 0.05
"""The version is stored right after its snapshot was asked for: until then nobody finds it."""
Snapshot = Callable[[str, str], str | None]
"""Initialises a version of a function; returns why that failed, empty text if it did not, None if nobody finds it."""


def install(service: dict[str, Any], take: Snapshot) -> None:
    """Replace what publishes and lists versions; raises KeyError where a name of MiniStack's module has changed."""
    functions: dict[str, Any] = service["_functions"]
    create: Operation = service["_create_function"]
    update: Operation = service["_update_code"]
    configure: Operation = service["_update_config"]
    listed: Operation = service["_list_versions"]

    def create_function(data: dict[str, Any]) -> Answer:
        answer = create(data)
        if answer[0] < 300:
            _name_versions(functions[json.loads(answer[2])["FunctionName"]])
        return answer

    def update_code(name: str, data: dict[str, Any]) -> Answer:
        active = _is_active(functions, name)
        answer = update(name, data)
        if answer[0] >= 300:
            return answer
        _name_versions(functions[name])
        return _changed(_still_active(answer, functions[name]["config"]) if active else answer, _qualified)

    def update_config(name: str, data: dict[str, Any]) -> Answer:
        active = _is_active(functions, name)
        answer = configure(name, data)
        return _still_active(answer, functions[name]["config"]) if active and answer[0] < 300 else answer

    def list_versions(*asked: Any) -> Answer:
        answer = listed(*asked)
        return answer if answer[0] >= 300 else _changed(answer, _all_qualified)

    del service["_snapstart_provision_version_async"]
    service["_snapstart_provision_version_async"] = lambda name, version: _take_snapshot(name, version, take)
    service.update(_create_function=create_function, _update_code=update_code, _list_versions=list_versions)
    service["_update_config"] = update_config


def _is_active(functions: dict[str, Any], name: str) -> bool:
    return name in functions and functions[name]["config"].get("State") == "Active"


def _still_active(answer: Answer, latest: dict[str, Any]) -> Answer:
    """Let $LATEST be Active while it is updated, which LastUpdateStatus alone tells (Lambda, function states)."""
    latest.update(_STILL)
    return _changed(answer, lambda found: found.update(_STILL) if found.get("Version") == _LATEST else None)


def _take_snapshot(name: str, version: dict[str, Any], take: Snapshot) -> None:
    """Let a version be Pending until it has been initialised; a thread asks, because it is about to be stored."""
    threading.Thread(target=end_pending, args=(name, version["config"], take), daemon=True).start()


def end_pending(
    name: str,
    configuration: dict[str, Any],
    take: Snapshot,
    sleep_s: Callable[[float], None] = time.sleep,
) -> None:
    """Make a version Active or Failed; whatever keeps it from being initialised is its reason, so nobody waits on."""
    why: str | None = None
    for _ in range(_TRIES):
        why = take(name, str(configuration["Version"]))
        if why is not None:
            break
        sleep_s(_PAUSE_S)
    configuration.update(_ACTIVE if why == "" else _failed(why or "No snapshot was taken: the version was not found"))


def _failed(reason: str) -> dict[str, str]:
    return {"State": "Failed", "StateReason": reason, "StateReasonCode": "FunctionError"}


def _name_versions(function: dict[str, Any]) -> None:
    for version in function["versions"].values():
        _qualified(version["config"])


def _qualified(configuration: dict[str, Any], latest: str = "") -> None:
    """Let an ARN name its version; where $LATEST alone was changed, it names none."""
    version, arn = configuration["Version"], configuration["FunctionArn"]
    qualifier = latest if version == _LATEST else version
    if qualifier and not arn.endswith(f":{qualifier}"):
        configuration["FunctionArn"] = f"{arn}:{qualifier}"


def _all_qualified(found: dict[str, Any]) -> None:
    for each in found["Versions"]:
        _qualified(each, _LATEST)


def _changed(answer: Answer, change: Callable[[dict[str, Any]], None]) -> Answer:
    status, headers, body = answer
    found = json.loads(body)
    change(found)
    return status, headers, json.dumps(found).encode()
