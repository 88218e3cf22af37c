"""A world in which environments are kept warm: aliases, tags, and environments that answer pings or work instead.

Example:
    world = WarmWorld()
    world.keeper().run(world.event(5), world.deadline())
    assert world.pinged["1"] == {"1-0", "1-1", "1-2", "1-3", "1-4"}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from support.fakes.world import EPOCH_MS, ROOM, VirtualClock
from warmgate.errors import FunctionLookupError, InvokeError, PolicyLookupError
from warmgate.keeping.burst import Bursts
from warmgate.keeping.demands import Demands
from warmgate.keeping.keeper import Keeper
from warmgate.model.calls import Answer, Invocation
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, Target
from warmgate.model.function import Capacity, FunctionVersion, ProvisionedConcurrency
from warmgate.model.release import AliasState
from warmgate.model.warming import Remembered, Warmed
from warmgate.policy.values import Policy

T = TypeVar("T")
TARGET = Target("checkout-api", "live")


@dataclass(slots=True)
class WarmWorld:
    """One function with one alias, unless somebody changes that; every port of the keeper at once."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    tagged: set[str] = field(default_factory=lambda: {TARGET.function})
    listed: tuple[str, ...] = (TARGET.function,)
    state: AliasState = field(default_factory=lambda: AliasState(version="1"))
    policy: Policy = field(default_factory=lambda: Policy(name="p"))
    room: Capacity = ROOM
    provided: dict[str, int] = field(default_factory=dict)
    """Provisioned concurrency by qualifier."""
    tenants: bool = False
    deaf: set[str] = field(default_factory=set)
    """Versions whose handler takes a ping for work."""
    failing: dict[int, InvokeError] = field(default_factory=dict)
    """By the number of the call, from 0."""
    slots: int = 1000
    """How many calls of a round overlap; further ones meet the same environments again."""
    calls: list[Invocation] = field(default_factory=list)
    pinged: dict[str, set[str]] = field(default_factory=dict)
    worked: int = 0
    """How often a handler did its work."""
    deployment: Deployment = field(default_factory=lambda: Deployment(deployment_id="d-1", target=TARGET))
    known: dict[Target, Remembered] = field(default_factory=dict)
    published: list[Warmed] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    _busy: dict[str, int] = field(default_factory=dict)

    def keeper(self) -> Keeper:
        """Return the keeper in this world."""
        ports: Any = self
        return Keeper(
            tagged=ports,
            demands=Demands(tagged=ports, policies=ports, deployments=ports, memory=_Memory(self.known)),
            aliases=ports,
            functions=ports,
            bursts=Bursts(invoker=ports, overlap=_Together(self), clock=self.clock),
            memory=_Memory(self.known),
            results=(ports,),
            notices=(ports,),
            clock=self.clock,
            log=lambda _: None,
        )

    def run(self, environments: int = 5, **more: Any) -> Warmed:
        """Run the schedule of the function, and return its result."""
        (result,) = self.keeper().run(self.event(environments, **more), self.deadline())
        return result

    def event(self, environments: int, **more: Any) -> dict[str, Any]:
        """Return the event of a schedule."""
        named = {"function": TARGET.function, "alias": TARGET.alias, "environments": environments}
        return {"warmgate": "keep-warm", **named, **more}

    def deadline(self, seconds: float = 60.0) -> Deadline:
        """Return when a run that begins now must end."""
        return Deadline(self.clock.now_ms() + seconds * 1000)

    def functions(self) -> tuple[str, ...]:
        """Return what the index of tags knows."""
        return self.listed

    def wants_warmth(self, function: str) -> bool:
        """Return whether the function has the tag."""
        return function in self.tagged

    def aliases(self, function: str) -> tuple[str, ...]:
        """Return the only alias."""
        return (TARGET.alias,)

    def find(self, target: Target, deadline: Deadline) -> tuple[Policy, str]:
        """Return the policy."""
        if target.function == "broken":
            raise PolicyLookupError("no policy")
        return self.policy, "bundled:p"

    def describe(self, deployment_id: str) -> Deployment:
        """Return the deployment."""
        return self.deployment

    def read(self, target: Target) -> AliasState:
        """Return what the alias serves."""
        if target.alias != TARGET.alias:
            raise FunctionLookupError(f"no alias {target.alias}")
        return self.state

    def version(self, function: str, version: str) -> FunctionVersion:
        """Return a small function."""
        return FunctionVersion(
            function=function,
            version=version,
            state="Active",
            memory_mb=512,
            timeout_s=10,
            architecture="arm64",
            tenant_isolation=self.tenants,
        )

    def capacity(self, function: str) -> Capacity:
        """Return the room."""
        return self.room

    def provisioned(self, function: str, version: str) -> ProvisionedConcurrency:
        """Return the provisioned concurrency of a qualifier."""
        count = self.provided.get(version, 0)
        return ProvisionedConcurrency(requested=count, available=count, status="READY" if count else "NONE")

    def invoke(self, invocation: Invocation, deadline: Deadline) -> Answer:
        """Answer as the version's handler does; a retry would be a call more."""
        assert deadline.passed(self.clock.now_ms()), "a ping has no time for a second attempt"
        number = len(self.calls)
        self.calls.append(invocation)
        if number in self.failing:
            raise self.failing[number]
        version = self.state.version if invocation.version == TARGET.alias else invocation.version
        if version in self.deaf:
            self.worked += 1
            return self._answer({"statusCode": 200}, version, cold=True)
        place = self._busy[version] = self._busy.get(version, -1) + 1
        environment = f"{version}-{place % self.slots}"
        found = self.pinged.setdefault(version, set())
        cold = environment not in found
        found.add(environment)
        return self._answer({"warmgate": "warm", "environment": environment}, version, cold=cold)

    def _answer(self, said: Any, version: str, *, cold: bool) -> Answer:
        init = "\tInit Duration: 500.00 ms" if cold else ""
        tail = (
            "REPORT RequestId: 8f507cfc-2f86-4b1c-9f0a-1e2d3c4b5a69\tDuration: 75.00 ms\tBilled Duration: 76 ms\t"
            f"Memory Size: 512 MB\tMax Memory Used: 30 MB{init}\t\n"
        )
        return Answer(
            payload=json.dumps(said).encode(),
            log_tail=tail,
            executed_version=version,
            function_error=None,
            status_code=200,
            caller_ms=80.0,
        )

    def publish(self, warmed: Warmed) -> None:
        """Keep a result."""
        self.published.append(warmed)

    def send(self, subject: str, text: str) -> None:
        """Keep a notice."""
        self.told.append((subject, text))


@dataclass(slots=True)
class _Memory:
    known: dict[Target, Remembered]

    def read(self, target: Target) -> Remembered:
        """Return what is known."""
        return self.known.get(target, Remembered())

    def write(self, target: Target, known: Remembered) -> None:
        """Replace it."""
        self.known[target] = known


@dataclass(slots=True)
class _Together:
    world: WarmWorld

    def run(self, tasks: Sequence[Callable[[], T]], deadline: Deadline) -> list[T | None]:
        """Run tasks as if none had ended when the last one begins."""
        self.world._busy.clear()
        return [task() for task in tasks]


NOW_S = EPOCH_MS / 1000
