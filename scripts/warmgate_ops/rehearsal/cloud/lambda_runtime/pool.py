"""Environments by version: idle ones are taken again, new ones are cold, others initialised ahead; each ends."""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from warmgate.errors import SettingsError
from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.lambda_runtime.control import Refused, VersionSettings
from warmgate_ops.rehearsal.cloud.lambda_runtime.emulator_log import Said
from warmgate_ops.rehearsal.cloud.lambda_runtime.environment import Environment, NoEnvironmentError
from warmgate_ops.rehearsal.cloud.lambda_runtime.environments import Ended, EnvironmentJournal, Made
from warmgate_ops.rehearsal.cloud.lambda_runtime.starting import Start, start_of
from warmgate_ops.rehearsal.cloud.lambda_runtime.variables import Package

OWN_PREFIXES = ("CodeDeployHook_", "warmgate-")
"""Functions that mostly wait for others: they must hold nothing that those need."""
MEASURED_PREFIX = "warmgate-sweep-"
"""Clones of functions, which are measured, and run as those do."""
OWN_NICENESS = 5
Key = tuple[str, str]
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 0.5


def is_own(function: str) -> bool:
    """Return whether a function is one of Warmgate's own, which waits for others and is not measured."""
    return function.startswith(OWN_PREFIXES) and not function.startswith(MEASURED_PREFIX)


class Pool:
    """Every environment of the cloud; cold starts are admitted no faster than there are cores."""

    def __init__(self, rie: Path, variables: dict[str, str], conditions: Conditions) -> None:
        self._rie = rie
        self._variables = variables
        self._conditions = conditions
        self.journal = EnvironmentJournal()
        self._ending: set[asyncio.Task[None]] = set()
        self._idle: dict[Key, list[Environment]] = defaultdict(list)
        self._all: set[Environment] = set()
        self._closed = False
        self._starts: dict[tuple[object, ...], Start] = {}
        self._preparing: dict[tuple[object, ...], asyncio.Lock] = defaultdict(asyncio.Lock)
        # Twenty environments that start at once on two cores read an init of 2,358 ms each; two at a time, 200 ms.
        self.starting = asyncio.Semaphore(os.cpu_count() or 1)

    async def take(self, settings: VersionSettings, *, patient: bool = False) -> Environment:
        """Return an idle environment of a version, else a new cold one.

        Args:
            settings: of the version.
            patient: whether an environment that becomes idle before a new one is admitted will do. A burst of probes
                wants new ones; live traffic would else ask for more of them than this machine can start, for ever.
        """
        package = self._package(settings)
        found = await self._idle_one(settings, package)
        if found is None and patient:
            async with self.starting:
                found = await self._idle_one(settings, package)
                if found is None:
                    return await self._started(self._new(package))
        if found is not None:
            return found
        async with self.starting:
            return await self._started(self._new(package))

    async def _idle_one(self, settings: VersionSettings, package: Package) -> Environment | None:
        idle = self._idle[settings.function, settings.version]
        while idle:
            environment = idle.pop()
            if why := self._over(environment):
                self._end_soon(environment, why)
            elif environment.package == package:
                return environment
            else:
                # Code or settings changed since: Lambda replaces the environments of $LATEST.
                await self.end(environment, Ended.CHANGED)
        return None

    async def prepare_start(self, settings: VersionSettings) -> None:
        """Make what environments of a version are started with; raises Refused where its runtime cannot run here."""
        await self._start(self._package(settings))

    def provisioned(self, function: str, version: str) -> tuple[int, int]:
        """Return how many provisioned environments of a version there are, and how many of them are idle."""
        idle = sum(each.provisioned for each in self._idle[function, version])
        own = [each for each in self._all if (each.package.function, each.package.version) == (function, version)]
        return sum(each.provisioned for each in own), idle

    async def prepare(
        self, http: aiohttp.ClientSession, settings: VersionSettings, made: Made = Made.PROVISIONED
    ) -> tuple[Environment, Said]:
        """Return a new environment that is initialised and has served no call; it is not idle before `give_back`."""
        environment = self._new(self._package(settings), made)
        async with self.starting:
            await self._started(environment)
        async with self.starting:
            said = await environment.prepare(http)
        for init in said.inits:
            self.journal.initialised(environment.stream, init.duration_ms)
        return environment, said

    async def give_back(self, environment: Environment) -> None:
        """Keep an environment for the next call, unless it is dead; provisioned ones are taken first."""
        if environment.dead:
            await self.end(environment, Ended.FAILURE)
            return
        environment.idle_since_s = time.monotonic()
        if why := self._over(environment):
            self._end_soon(environment, why)
            return
        idle = self._idle[environment.package.function, environment.package.version]
        idle.insert(len(idle) if environment.provisioned else 0, environment)

    async def end(self, environment: Environment, why: Ended) -> None:
        """End an environment; it counts as one until it has ended, so that `close` waits for it too."""
        self.journal.ended(environment.stream, why)
        environment.dead = True
        await environment.close()
        self._all.discard(environment)

    def _end_soon(self, environment: Environment, why: Ended) -> None:
        """End an environment behind the back of a call that must not wait for it."""
        self.journal.ended(environment.stream, why)
        environment.dead = True
        task = asyncio.get_running_loop().create_task(self.end(environment, why))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def keep_time(self) -> None:
        """End the environments whose time is over, as long as the cloud runs."""
        while True:
            for key, idle in self._idle.items():
                over = [(each, why) for each in idle if (why := self._over(each))]
                if over:
                    self._idle[key] = [each for each in idle if not self._over(each)]
                for each, why in over:
                    self._end_soon(each, why)
            limits = (self._conditions.idle_s, self._conditions.life_s)
            shortest_s = min((each for each in limits if each is not None), default=_LONGEST_PAUSE_S)
            await asyncio.sleep(min(max(shortest_s / 20, _SHORTEST_PAUSE_S), _LONGEST_PAUSE_S))

    def _over(self, environment: Environment) -> Ended | None:
        """Return why the time of an idle environment is over; provisioned ones are kept while they are asked for."""
        if environment.provisioned:
            return None
        now_s, conditions = time.monotonic(), self._conditions
        if conditions.life_s is not None and now_s - environment.made_s >= conditions.life_s:
            return Ended.LIFE
        if conditions.idle_s is not None and now_s - environment.idle_since_s >= conditions.idle_s:
            return Ended.IDLE
        return None

    async def retire(self, function: str, version: str | None = None, *, provisioned: bool = False) -> None:
        """End the idle environments of a function, or one version; those of one kind."""
        for key in [key for key in self._idle if key[0] == function and version in {None, key[1]}]:
            idle = self._idle[key]
            leaving = [each for each in idle if each.provisioned == provisioned]
            self._idle[key] = [each for each in idle if each.provisioned != provisioned]
            why = Ended.WITHDRAWN if provisioned else Ended.RETIRED
            await asyncio.gather(*(self.end(each, why) for each in leaving))

    def kill(self, function: str) -> None:
        """End the runtimes of a function, busy ones too; a call that they were busy with fails."""
        for each in self._all:
            if each.package.function == function:
                each.kill()

    async def close(self) -> None:
        """End every environment, and start no other."""
        self._closed = True
        await asyncio.gather(*(self.end(each, Ended.CLOUD) for each in tuple(self._all)))
        self._all.clear()
        self._idle.clear()

    def _new(self, package: Package, made: Made | None = None) -> Environment:
        """Return an environment that is to be started, for a call where no reason is given; it counts from now on."""
        if self._closed:
            raise NoEnvironmentError(f"{package.function}: the cloud has ended")
        stream = package.log.prefixes(package.version, datetime.now(UTC).date())[0] + uuid.uuid4().hex
        # The hook is a caller as well; what it measures goes first.
        niceness = OWN_NICENESS if is_own(package.function) else 0
        ahead = made in {Made.PROVISIONED, Made.SNAPSHOT}
        environment = Environment(package, stream, niceness=niceness, provisioned=ahead, conditions=self._conditions)
        reason = made or self._why(package)
        kind = "snap-start" if package.snapshot else "on-demand"
        kind = "provisioned-concurrency" if made is Made.PROVISIONED else kind
        self.journal.begun(stream, package.function, package.version, kind, reason)
        self._all.add(environment)
        return environment

    def _why(self, package: Package) -> Made:
        beside = any(each.package == package and not each.dead for each in self._all)
        return self.journal.why(package.function, package.version, beside=beside, idle_s=self._conditions.idle_s)

    async def _started(self, environment: Environment) -> Environment:
        try:
            await environment.start(await self._start(environment.package))
        except BaseException:
            await self.end(environment, Ended.FAILURE)
            raise
        return environment

    async def _start(self, package: Package) -> Start:
        """Return how to start a package, found out once; raises Refused where its runtime cannot run here."""
        key = (package.folder, package.layers, package.runtime, package.handler, package.tmp_mb)
        async with self._preparing[key]:
            if key not in self._starts:
                try:
                    self._starts[key] = await asyncio.to_thread(start_of, package, self._rie)
                except SettingsError as error:
                    raise Refused(502, "InvalidRuntimeException", str(error)) from error
            return self._starts[key]

    def _package(self, settings: VersionSettings) -> Package:
        return Package(
            function=settings.function,
            version=settings.version,
            folder=settings.folder,
            handler=settings.handler,
            memory_mb=settings.memory_mb,
            timeout_s=settings.timeout_s,
            log=settings.log,
            log_format="JSON" if settings.logging.json else "Text",
            runtime=settings.runtime,
            layers=settings.layers,
            tmp_mb=settings.tmp_mb,
            snapshot=settings.snapshot,
            # Each function signs with a name of its own, as each has a role of its own in AWS.
            variables={**self._variables, "AWS_ACCESS_KEY_ID": settings.function, **settings.variables},
        )
