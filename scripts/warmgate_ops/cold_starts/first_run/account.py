"""The lab in an account: functions of its own by name and tag, made for the questions and removed with the run."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from warmgate.adapters.answers import tail_of
from warmgate.adapters.faults import SDK_ERRORS, code_of
from warmgate.adapters.port_errors import Unless, raised_as
from warmgate.adapters.sdk import Clients
from warmgate.logs.invocations import record_of
from warmgate_ops.cold_starts.first_run.lab import Heard, LabError
from warmgate_ops.cold_starts.first_run.package import package

PREFIX = "warmgate-first-run"
TAG = "warmgate:first-run"
RUNTIME, ARCHITECTURE = "python3.13", "arm64"
HOLD_MS = 700
"""How long calls of a burst are held, so that they overlap."""
READY_S = 300.0
PAUSE_S = 1.0
ROLE_PAUSE_S = 5.0
ROLE_TRIES = 12
"""A new role can be assumed after some seconds (IAM is eventually consistent)."""


class AccountLab:
    """Functions named PREFIX-RUN-…; `clients` gives the client of a service, `run` is what tells this run's apart."""

    def __init__(self, clients: Clients, role_arn: str, run: str) -> None:
        self._clients = clients
        self._role_arn = role_arn
        self._run = run
        self._nonce = 0
        self._removals: dict[str, Callable[[], Any]] = {}
        """By what is removed."""

    def make(self, name: str, *, memory_mb: int = 128, work: int = 0, snapstart: bool = False) -> str:
        """Create a function and wait until it can be called."""
        function = f"{PREFIX}-{self._run}-{name}"
        client = self._clients("lambda")
        # Noted before it is made: an interrupted CreateFunction may have made it.
        self._removals[f"function {function}"] = partial(client.delete_function, FunctionName=function)
        settings = {
            "FunctionName": function,
            "Runtime": RUNTIME,
            "Architectures": [ARCHITECTURE],
            "Role": self._role_arn,
            "Handler": "lab_function.handler",
            "Code": {"ZipFile": package()},
            "MemorySize": memory_mb,
            "Timeout": 60,
            "Environment": {"Variables": {"WORK_ROUNDS": str(work)}},
            "SnapStart": {"ApplyOn": "PublishedVersions" if snapstart else "None"},
            "Tags": {TAG: self._run},
        }
        with raised_as(LabError, f"{function} could not be created", "allow lambda:CreateFunction and iam:PassRole"):
            self._create(settings)
        group = f"/aws/lambda/{function}"
        removal = partial(self._clients("logs").delete_log_group, logGroupName=group)
        self._removals[f"log group {group}"] = removal
        self._wait(function, "$LATEST")
        return function

    def renew(self, function: str) -> None:
        """Change an environment variable that nothing reads: environments of `$LATEST` are made again."""
        self._nonce += 1
        client = self._clients("lambda")
        with raised_as(LabError, f"{function} could not be configured", "allow lambda:UpdateFunctionConfiguration"):
            variables = client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
            variables["NONCE"] = str(self._nonce)
            client.update_function_configuration(FunctionName=function, Environment={"Variables": variables})
        self._wait(function, "$LATEST")

    def publish(self, function: str, alias: str = "") -> str:
        """Publish a version and wait until it can be called."""
        client = self._clients("lambda")
        with raised_as(LabError, f"{function} could not be published", "allow lambda:PublishVersion"):
            version = str(client.publish_version(FunctionName=function)["Version"])
        self._wait(function, version)
        if alias:
            with raised_as(LabError, f"{function}: no alias {alias}", "allow lambda:CreateAlias"):
                client.create_alias(FunctionName=function, Name=alias, FunctionVersion=version)
        return version

    def burst(self, function: str, calls: int, qualifier: str = "") -> tuple[Heard, ...]:
        """Call at once and hold each call, so that they overlap; calls that were not answered are left out."""
        client = self._clients.invoking(calls)
        where = {"FunctionName": function, **({"Qualifier": qualifier} if qualifier else {})}
        call = partial(client.invoke, LogType="Tail", Payload=json.dumps({"hold_ms": HOLD_MS}).encode(), **where)
        refused = raised_as(LabError, f"{function} could not be called", "allow lambda:InvokeFunction")
        with refused, ThreadPoolExecutor(max_workers=max(1, calls)) as pool:
            answers = list(pool.map(lambda _: _called(call), range(calls)))
        return tuple(heard for heard in answers if heard is not None)

    def look(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        """Call an operation; the name of a log group that is to be created is the lab's own."""
        client = self._clients(service)
        action = f"{service}:{client.meta.method_to_api_mapping[operation]}"
        if operation == "create_log_group":
            arguments["logGroupName"] = f"/{PREFIX}/{self._run}"
            removal = partial(self._clients("logs").delete_log_group, logGroupName=arguments["logGroupName"])
            self._removals[f"log group {arguments['logGroupName']}"] = removal
        with raised_as(LabError, action, f"allow {action} to whoever runs this"):
            answer: dict[str, Any] = getattr(client, operation)(**arguments)
        return {**arguments, **answer}

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(max(0.0, seconds))

    def clean(self) -> tuple[str, ...]:
        """Remove all that was made; return what could not be removed, each with the reason."""
        left: list[str] = []
        for what, remove in list(self._removals.items()):
            try:
                remove()
            except SDK_ERRORS as error:
                if code_of(error) != "ResourceNotFoundException":
                    left.append(f"{what}: {error}")
                    continue
            del self._removals[what]
        return tuple(left)

    def _create(self, settings: dict[str, Any]) -> None:
        for tries in range(1, ROLE_TRIES + 1):
            try:
                self._clients("lambda").create_function(**settings)
            except SDK_ERRORS as error:
                unassumable = code_of(error) == "InvalidParameterValueException" and "role" in str(error).lower()
                if not unassumable or tries == ROLE_TRIES:
                    raise
                time.sleep(ROLE_PAUSE_S)
            else:
                return

    def _wait(self, function: str, qualifier: str) -> None:
        """Wait until a version is active and its last update over; raises LabError after READY_S."""
        ends = time.monotonic() + READY_S
        while True:
            with raised_as(LabError, f"{function} could not be read", "allow lambda:GetFunctionConfiguration"):
                found = self._clients("lambda").get_function_configuration(FunctionName=function, Qualifier=qualifier)
            states = (found.get("State", "Active"), found.get("LastUpdateStatus", "Successful"))
            if states == ("Active", "Successful"):
                return
            if "Failed" in states or time.monotonic() > ends:
                reason = found.get("StateReason") or found.get("LastUpdateStatusReason") or f"after {READY_S:.0f} s"
                raise LabError(f"{function}:{qualifier}: found {states[0]}, {states[1]}, expected Active: {reason}")
            time.sleep(PAUSE_S)


def _called(call: Callable[[], dict[str, Any]]) -> Heard | None:
    """Return what a call heard; None where it was throttled, as in a new account with a concurrency of 10."""
    answer: dict[str, Any] = {"FunctionError": "throttled"}
    with Unless("TooManyRequestsException"):
        answer = call()
    return _heard(answer)


def _heard(answer: dict[str, Any]) -> Heard | None:
    if answer.get("FunctionError"):
        return None
    said = json.loads(answer["Payload"].read())
    record = record_of(tail_of(answer), answer.get("ResponseMetadata", {}).get("RequestId"))
    return Heard(
        environment=str(said["environment"]),
        is_first=bool(said["is_first"]),
        ready_for_ms=float(said["ready_for_ms"]),
        init_work_ms=float(said["init_work_ms"]),
        call_work_ms=float(said["call_work_ms"]),
        init_ms=record.init_ms,
        restore_ms=record.restore_ms,
    )
