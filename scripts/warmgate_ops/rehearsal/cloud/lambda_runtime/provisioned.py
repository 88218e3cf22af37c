"""Provisioned concurrency: who asked for how many environments, and how far their initialisation is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import aiohttp

from warmgate_ops.rehearsal.cloud.lambda_runtime.capacity import Asked, refused_for
from warmgate_ops.rehearsal.cloud.lambda_runtime.control import Control, Refused, VersionSettings
from warmgate_ops.rehearsal.cloud.lambda_runtime.environment import Environment, NoEnvironmentError
from warmgate_ops.rehearsal.cloud.lambda_runtime.environments import Ended
from warmgate_ops.rehearsal.cloud.lambda_runtime.pool import Pool
from warmgate_ops.rehearsal.cloud.lambda_runtime.telemetry import Telemetry

MOST_AHEAD = 10
"""So many environments of a configuration are processes before anybody calls; the others begin as calls need them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """The provisioned concurrency of one version or alias."""

    version: str
    requested: int
    allocated: int = 0
    status: str = "IN_PROGRESS"
    reason: str = ""
    modified: str = ""

    def described(self) -> dict[str, Any]:
        """Return it as the API answers it."""
        found: dict[str, Any] = {
            "RequestedProvisionedConcurrentExecutions": self.requested,
            "AvailableProvisionedConcurrentExecutions": self.allocated,
            "AllocatedProvisionedConcurrentExecutions": self.allocated,
            "Status": self.status,
            "LastModified": self.modified,
        }
        return {**found, "StatusReason": self.reason} if self.reason else found


class Provisioned:
    """The allocations of all functions. An alias's environments are its main version's; a later shift moves none."""

    def __init__(self, control: Control, pool: Pool, telemetry: Telemetry, http: aiohttp.ClientSession) -> None:
        self._control = control
        self._pool = pool
        self._telemetry = telemetry
        self._http = http
        self._allocations: dict[tuple[str, str], Allocation] = {}
        self._running: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def put(self, function: str, qualifier: str, requested: int) -> dict[str, Any]:
        """Begin to initialise environments; none of them serves before all are ready."""
        if qualifier in {"", "$LATEST"}:
            text = "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
            raise Refused(400, "InvalidParameterValueException", text)
        version = (await self._control.route(function, qualifier, 1.0)).version
        await self._control.version(function, version)
        self._admit_beside(function, qualifier, version)
        await self._admit_size(function, qualifier, requested)
        await self._withdraw(function, qualifier)
        modified = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}+0000"
        allocation = Allocation(version=version, requested=requested, modified=modified)
        self._allocations[function, qualifier] = allocation
        self._running[function, qualifier] = asyncio.create_task(self._allocate(function, qualifier, allocation))
        return allocation.described()

    def _admit_beside(self, function: str, qualifier: str, version: str) -> None:
        """Raise Refused where an alias and the version behind it would both have some."""
        others = {key[1]: each.version for key, each in self._allocations.items() if key[0] == function}
        if not qualifier.isdigit() and version in others:
            text = "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"
            raise Refused(409, "ResourceConflictException", text)
        if qualifier.isdigit() and any(not name.isdigit() and behind == version for name, behind in others.items()):
            text = "Version is pointed by a Provisioned Concurrency alias"
            raise Refused(409, "ResourceConflictException", text)

    async def _admit_size(self, function: str, qualifier: str, requested: int) -> None:
        reserved = await self._control.concurrency(function)
        taken = 0
        for name in {key[0] for key in self._allocations} - {function}:
            if await self._control.concurrency(name) is None:
                taken += self.of(name)
        own = self._allocations.get((function, qualifier))
        others = self.of(function) - (own.requested if own else 0)
        unreserved = await self._control.unreserved() - taken - (0 if reserved is not None else others)
        asked = Asked(requested=requested, others=others, reserved=reserved, unreserved=unreserved)
        if why := refused_for(asked):
            raise Refused(400, "InvalidParameterValueException", why)

    def of(self, function: str) -> int:
        """Return how much a function has in all."""
        return sum(each.requested for key, each in self._allocations.items() if key[0] == function)

    def get(self, function: str, qualifier: str) -> dict[str, Any]:
        """Describe one; raises Refused where none was asked for."""
        found = self._allocations.get((function, qualifier))
        if found is None:
            text = f"No Provisioned Concurrency Config found for this function: {function}:{qualifier}"
            raise Refused(404, "ProvisionedConcurrencyConfigNotFoundException", text)
        return found.described()

    def listed(self, function: str, arn_start: str) -> dict[str, Any]:
        """Describe all of a function."""
        found = [
            {"FunctionArn": f"{arn_start}:{function}:{key[1]}", **allocation.described()}
            for key, allocation in self._allocations.items()
            if key[0] == function
        ]
        return {"ProvisionedConcurrencyConfigs": found}

    def page(self, function: str, arn_start: str, marker: str, most: int) -> dict[str, Any]:
        """Describe some of a function, from a marker on."""
        place = int(marker) if marker.isdigit() else 0
        found = self.listed(function, arn_start)["ProvisionedConcurrencyConfigs"]
        more = {"NextMarker": str(place + most)} if len(found) > place + most else {}
        return {"ProvisionedConcurrencyConfigs": found[place : place + most], **more}

    async def delete(self, function: str, qualifier: str) -> None:
        """End the environments of one."""
        await self._withdraw(function, qualifier)

    async def close(self) -> None:
        """Initialise no more."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _withdraw(self, function: str, qualifier: str) -> None:
        task = self._running.pop((function, qualifier), None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        found = self._allocations.pop((function, qualifier), None)
        if found is not None:
            await self._pool.retire(function, found.version, provisioned=True)

    async def _allocate(self, function: str, qualifier: str, allocation: Allocation) -> None:
        try:
            settings = await self._control.version(function, allocation.version)
            ahead = min(allocation.requested, MOST_AHEAD)
            ready = await asyncio.gather(*(self._prepared(settings) for _ in range(ahead)))
        except (Refused, NoEnvironmentError, OSError) as error:
            self._note(function, qualifier, replace(allocation, status="FAILED", reason=str(error)))
            return
        if any(each.dead for each in ready):
            await asyncio.gather(*(self._pool.end(each, Ended.FAILURE) for each in ready))
            self._note(function, qualifier, replace(allocation, status="FAILED", reason="FUNCTION_ERROR_INIT_FAILURE"))
            return
        for each in ready:
            await self._pool.give_back(each)
        self._note(function, qualifier, replace(allocation, allocated=allocation.requested, status="READY"))

    def allocated(self, function: str, version: str) -> tuple[str, int] | None:
        """Return by which qualifier a version has environments that are ready, and how many; None where it has none."""
        for (name, qualifier), each in self._allocations.items():
            if name == function and each.version == version and each.allocated:
                return qualifier, each.allocated
        return None

    async def more(self, settings: VersionSettings) -> Environment | None:
        """Return an environment that is allocated and has no process yet, initialised apart from the call it is for.

        None where an idle one can serve, or all that are allocated are busy.
        """
        key = (settings.function, settings.version)
        allocated = sum(each.allocated for name, each in self._allocations.items() if (name[0], each.version) == key)
        there, idle = self._pool.provisioned(*key)
        return None if idle or there >= allocated else await self._prepared(settings)

    async def _prepared(self, settings: VersionSettings) -> Environment:
        environment, said = await self._pool.prepare(self._http, settings)
        for init in said.inits:
            environment.allocation_init_ms = init.duration_ms
            self._telemetry.allocated(init, said.init_lines, settings, environment.stream)
        return environment

    def _note(self, function: str, qualifier: str, allocation: Allocation) -> None:
        self._allocations[function, qualifier] = allocation
