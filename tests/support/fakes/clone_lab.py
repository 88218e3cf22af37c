"""Functions whose start and calls take what a model says, and their clones: a run on clones without a network.

Environments are what virtual time makes of them: a call that overlaps all others of a clone meets a new one.

Example:
    lab = CloneLab(Model(init_ms=400, first_cpu_ms=200, warm_cpu_ms=20))
    prepared = prepare_sweep(asked, lab.world(tmp_path), "0a1b2c3d")
"""

from __future__ import annotations

import itertools
import json
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from support.fakes.world import EPOCH_MS, VirtualClock, VirtualOverlap
from warmgate.logs.calls import Logged, LoggedCall, Window
from warmgate.logs.records import InvocationRecord
from warmgate.model.calls import Answer, Invocation, Start
from warmgate.model.deadline import Deadline
from warmgate.model.function import Capacity, FunctionVersion, ProvisionedConcurrency
from warmgate.model.log_stream import FunctionLog
from warmgate.model.traffic import ColdStart, EnvironmentSummary
from warmgate_ops.cold_starts.clones.naming import Marked, marked
from warmgate_ops.cold_starts.clones.ports import Change, CloneError, CloneSpec, Original
from warmgate_ops.cold_starts.clones.world import World

ONE_VCPU_MB = 1769.0
ALLOWED = {"warmgate:allow": "true"}
SECRET = "hunter2-hunter2"
CONFIGURATION: dict[str, Any] = {
    "FunctionName": "checkout-api",
    "FunctionArn": "arn:aws:lambda:eu-central-1:123456789012:function:checkout-api:7",
    "Version": "7",
    "Role": "arn:aws:iam::123456789012:role/checkout",
    "Runtime": "python3.13",
    "Handler": "app.handler",
    "Timeout": 10,
    "MemorySize": 512,
    "PackageType": "Zip",
    "Architectures": ["x86_64"],
    "CodeSha256": "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
    "Environment": {"Variables": {"TABLE": "orders", "PASSWORD": SECRET}},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """How long a version's init and calls take; CPU is in proportion to memory up to one vCPU, but in init."""

    init_ms: float = 400.0
    first_cpu_ms: float = 200.0
    warm_cpu_ms: float = 20.0
    wait_ms: float = 0.0
    by_payload: Mapping[str, float] = field(default_factory=dict)
    """More CPU in the first call, by what stands in the payload."""
    noise: float = 0.03
    fails_below_mb: int = 0


class FakeClones:
    """Clones as values; `step` is called with each operation's name before it happens and after it."""

    def __init__(self, state: Path | None = None) -> None:
        self.functions: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, dict[str, str]] = {}
        self.journal: list[str] = []
        self.step: Callable[[str], None] = lambda _: None
        self.settings: list[Mapping[str, Any]] = []
        self._state = state
        if state is not None and state.exists():
            self.functions, self.groups = json.loads(state.read_text())

    def create_group(self, group: str, tags: Mapping[str, str]) -> bool:
        """Make a group."""
        return bool(self._done("create_group", lambda: self.groups.setdefault(group, dict(tags)) == dict(tags)))

    def create(self, spec: CloneSpec, deadline: Deadline) -> None:
        """Make a clone."""
        self.settings.append(spec.settings)
        made = {"tags": dict(spec.settings["Tags"]), "memory": spec.settings["MemorySize"], "generation": "0"}
        self._done("create", lambda: self.functions.setdefault(spec.name, {**made, "versions": 0}))

    def reserve(self, name: str, concurrency: int) -> None:
        """Reserve concurrency."""
        self._done("reserve", lambda: self._known(name).update(reserved=concurrency))

    def configure(self, name: str, change: Change, deadline: Deadline) -> None:
        """Change a clone."""
        new = {"memory": change.memory_mb, "generation": change.variables["WARMGATE_NONCE"], "snap": change.snap_start}
        self._done("configure", lambda: self._known(name).update(new))

    def publish(self, name: str, deadline: Deadline) -> str:
        """Publish a version."""
        known = self._known(name)
        self._done("publish", lambda: known.update(versions=known["versions"] + 1))
        return str(known["versions"])

    def delete(self, name: str) -> bool:
        """Delete a clone."""
        return self._done("delete", lambda: self.functions.pop(name, None)) is not None

    def delete_group(self, group: str) -> bool:
        """Delete a group."""
        return self._done("delete_group", lambda: self.groups.pop(group, None)) is not None

    def found(self) -> tuple[Marked, ...]:
        """Return what carries the tags."""
        named = [(name, each["tags"]) for name, each in self.functions.items()] + list(self.groups.items())
        return tuple(found for name, tags in named if (found := marked(name, tags)))

    def _known(self, name: str) -> dict[str, Any]:
        if name not in self.functions:
            raise CloneError(f"{name}: there is no such function")
        return self.functions[name]

    def _done(self, name: str, act: Callable[[], Any]) -> Any:
        self.step(f"before {name}")
        result = act()
        self.journal.append(name)
        if self._state is not None:
            self._state.write_text(json.dumps([self.functions, self.groups]))
        self.step(f"after {name}")
        return result


class CloneLab:
    """A function with versions, its clones, and an account with room for them."""

    def __init__(
        self,
        *models: Model,
        seed: int = 0,
        unreserved: int | None = 1000,
        tags: Mapping[str, str] = ALLOWED,
        logged: bool = True,
        state: Path | None = None,
        **configuration: Any,
    ) -> None:
        self.models = {str(number): model for number, model in enumerate(models or (Model(),), start=7)}
        self.clock = VirtualClock()
        self.clones = FakeClones(state)
        self.random = random.Random(seed)
        self.tags = dict(tags)
        self.configuration = {**CONFIGURATION, **configuration}
        self.room = Capacity(account_limit=1000, account_unreserved=unreserved, reserved=None, in_use=0)
        self.states: list[dict[str, str]] = []
        self.invoked: list[Invocation] = []
        self.logged = logged
        self.objects: dict[str, bytes] = {}
        self.content = b"PK\x05\x06" + b"\0" * 18
        self._environments: dict[tuple[str, str, str], list[float]] = {}
        self._ids = itertools.count(1)

    # Originals

    def read(self, function: str, version: str) -> Original:
        """Return a version."""
        if version not in self.models:
            raise CloneError(f"{function}:{version} could not be read")
        found = {**self.configuration, "Version": version}
        return Original(function=function, version=version, configuration=found, code={}, tags=self.tags)

    def package(self, original: Original) -> bytes:
        """Return the code."""
        return self.content

    def state(self, function: str, version: str) -> Mapping[str, str]:
        """Return what the function is: the same, unless a test says another."""
        return self.states.pop(0) if self.states else {"configuration": "{}", "aliases": "[]"}

    # Functions

    def version(self, function: str, version: str) -> FunctionVersion:
        """Return a version."""
        return FunctionVersion(function=function, version=version, state="Active", memory_mb=512, timeout_s=10)

    def capacity(self, function: str) -> Capacity:
        """Return the account's room."""
        return self.room

    def provisioned(self, function: str, version: str) -> ProvisionedConcurrency:
        """Return none."""
        return ProvisionedConcurrency(requested=0, available=0, status="NONE")

    # Logs

    def calls(self, log: FunctionLog, window: Window, deadline: Deadline, most: int | None = None) -> Logged:
        """Return a day of 200 calls of each version, ten of them cold, as the model takes them."""
        if not self.logged:
            return Logged()
        found = [self._logged(version, cold=place % 20 == 0) for version in self.models for place in range(200)]
        return Logged(calls=tuple(found))

    def cold_starts(
        self, log: FunctionLog, version: str, wanted: int, before_ms: float, deadline: Deadline
    ) -> tuple[ColdStart, ...]:
        """Return none."""
        return ()

    def summaries(
        self, log: FunctionLog, window: Window, deadline: Deadline, *, json_format: bool
    ) -> tuple[EnvironmentSummary, ...]:
        """Return none."""
        return ()

    # Invoker

    def invoke(self, invocation: Invocation, deadline: Deadline) -> Answer:
        """Answer a call as the model takes it, in an environment that is idle or new."""
        self.invoked.append(invocation)
        clone = self.clones.functions.get(invocation.function)
        memory = int(clone["memory"]) if clone else int(self.configuration["MemorySize"])
        generation = str(clone["generation"]) if clone else invocation.version
        model = self._model_of(invocation)
        idle = self._environments.setdefault((invocation.function, invocation.version, generation), [])
        now = self.clock.now_ms()
        place = next((place for place, busy_until in enumerate(idle) if busy_until <= now), None)
        duration, init = self._takes(model, memory, cold=place is None, payload=invocation.payload.decode())
        restored = clone is not None and clone.get("snap") and place is None
        took = duration + (init or 0.0)
        if place is None:
            idle.append(now + took)
        else:
            idle[place] = now + took
        self.clock.sleep_ms(took)
        error = "Unhandled" if memory < model.fails_below_mb else None
        payload = b'{"errorType": "MemoryError"}' if error else b"{}"
        return Answer(
            payload=payload,
            log_tail=report_line(str(next(self._ids)), duration, memory, init, restored=bool(restored)),
            executed_version=invocation.version,
            function_error=error,
            status_code=200,
            caller_ms=took,
            reading=invocation.read(payload, error),
        )

    def world(self, records: Path) -> World:
        """Return the ports of a run."""
        return World(
            originals=self,
            clones=self.clones,
            functions=self,
            logs=self,
            invoking=lambda _: self,
            overlap=VirtualOverlap(self.clock),
            clock=self.clock,
            now=lambda: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=self.clock.now_ms()),
            records=records,
            upload=lambda bucket, key, content: self.objects.update({f"{bucket}/{key}": content}),
            remove=self._remove,
        )

    def _remove(self, bucket: str, key: str) -> None:
        self.objects.pop(f"{bucket}/{key}", None)

    def _model_of(self, invocation: Invocation) -> Model:
        if invocation.function in self.clones.functions:
            description = next(
                str(each["Description"]) for each in self.clones.settings if each["FunctionName"] == invocation.function
            )
            return self.models[description.partition(";")[0].rpartition(":")[2]]
        return self.models[invocation.version]

    def _takes(self, model: Model, memory_mb: float, *, cold: bool, payload: str = "") -> tuple[float, float | None]:
        share = min(1.0, memory_mb / ONE_VCPU_MB)
        more = sum(cpu for word, cpu in model.by_payload.items() if word in payload) if cold else 0.0
        cpu = (model.warm_cpu_ms + (model.first_cpu_ms if cold else 0.0) + more) / share
        return self._noisy(model, cpu + model.wait_ms), self._noisy(model, model.init_ms) if cold else None

    def _noisy(self, model: Model, value_ms: float) -> float:
        return value_ms * math.exp(self.random.gauss(0.0, model.noise))

    def _logged(self, version: str, *, cold: bool) -> LoggedCall:
        duration, init = self._takes(self.models[version], int(self.configuration["MemorySize"]), cold=cold)
        record = InvocationRecord(
            request_id="r", duration_ms=duration, init_ms=init, start=Start.COLD if cold else Start.WARM, at_ms=EPOCH_MS
        )
        return LoggedCall(record=record, at_ms=EPOCH_MS, environment="e", version=version)


def report_line(request_id: str, duration: float, memory: int, init: float | None, *, restored: bool = False) -> str:
    """Return a REPORT line as Lambda prints it."""
    billed = math.ceil(duration + (0.0 if restored else init or 0.0))
    line = f"REPORT RequestId: 8f507cfc-2f86-4b1c-9f0a-{int(request_id):012d}\tDuration: {duration:.2f} ms\t"
    line += f"Billed Duration: {billed} ms\tMemory Size: {memory} MB\tMax Memory Used: 60 MB\t"
    if init is not None and restored:
        line += f"Restore Duration: {init:.2f} ms\tBilled Restore Duration: {math.ceil(init)} ms\t"
    elif init is not None:
        line += f"Init Duration: {init:.2f} ms\t"
    return line + "\n"
