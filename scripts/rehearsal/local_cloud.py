"""A cloud on this machine: one endpoint for CodeDeploy, real Lambda runtimes and MiniStack behind it.

with LocalCloud.start(work_dir) as cloud:
    cloud.client("lambda").invoke(FunctionName="checkout-api", Qualifier="2")
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import boto3
from aiohttp import web
from botocore.config import Config

from rehearsal.codedeploy import CodeDeployService
from rehearsal.endpoint import Endpoint
from rehearsal.lambda_runtime.async_events import AsyncEvents, AsyncInvocation
from rehearsal.lambda_runtime.control import Control
from rehearsal.lambda_runtime.packages import PackageStore
from rehearsal.lambda_runtime.platform import LambdaPlatform
from rehearsal.lambda_runtime.telemetry import Telemetry
from rehearsal.ministack import ACCOUNT, MiniStack
from rehearsal.tools import rie_command

T = TypeVar("T")
REGION = "us-east-1"
CREDENTIALS = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "rehearsal"}
_TICK_S = 0.05


class ScaledClock:
    """Seconds since the epoch that pass `scale` times as fast as the wall's."""

    def __init__(self, scale: float) -> None:
        self.scale = scale
        self._began, self._epoch = time.monotonic(), time.time()

    def now_s(self) -> float:
        """Return the scaled time."""
        return self._epoch + (time.monotonic() - self._began) * self.scale

    async def sleep(self, scaled_s: float) -> None:
        """Return when that much scaled time has passed."""
        await asyncio.sleep(scaled_s / self.scale)


@dataclass
class _Lambda:
    """Lambda as CodeDeploy uses it."""

    client: Any

    def get_alias(self, function: str, alias: str) -> tuple[str, Mapping[str, float]]:
        found = self.client.get_alias(FunctionName=function, Name=alias)
        return found["FunctionVersion"], (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}

    def update_alias(self, function: str, alias: str, version: str, weights: Mapping[str, float]) -> None:
        self.client.update_alias(
            FunctionName=function,
            Name=alias,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": dict(weights)},
        )

    def invoke_async(self, function: str, event: dict[str, str]) -> None:
        self.client.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(event).encode())


@dataclass(frozen=True)
class _Alarms:
    client: Any

    def states(self, names: Sequence[str]) -> Mapping[str, str]:
        found = self.client.describe_alarms(AlarmNames=list(names)).get("MetricAlarms", [])
        return {alarm["AlarmName"]: alarm["StateValue"] for alarm in found}


@dataclass(frozen=True)
class _Events:
    client: Any

    def put(self, event: dict[str, Any]) -> None:
        self.client.put_events(
            Entries=[
                {
                    "Source": event["source"],
                    "DetailType": event["detail-type"],
                    "Detail": json.dumps(event["detail"]),
                    "Resources": event.get("resources", []),
                }
            ]
        )


class LocalCloud:
    """A running local cloud; made by `start`."""

    def __init__(self, work_dir: Path, time_scale: float, seed: int, *, hooks_on_rollback: bool) -> None:
        work_dir.mkdir(parents=True, exist_ok=True)
        self.work_dir = work_dir
        self.region = REGION
        self.account = ACCOUNT
        self.clock = ScaledClock(time_scale)
        self._seed = seed
        self._hooks_on_rollback = hooks_on_rollback
        self._ministack = MiniStack(work_dir)
        self._clients: dict[str, Any] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="endpoint", daemon=True)
        self._stopping = threading.Event()
        self._ticker = threading.Thread(target=self._tick_on, name="ticker", daemon=True)
        self._making = threading.Lock()
        self.endpoint_url = ""

    @classmethod
    @contextmanager
    def start(
        cls, work_dir: Path, *, time_scale: float = 60.0, seed: int = 0, hooks_on_rollback: bool = True
    ) -> Iterator[LocalCloud]:
        """Start a cloud and end it with the block.

        Args:
            work_dir: where code is unpacked and logs of the cloud's own parts lie.
            time_scale: scaled seconds per real second for CodeDeploy's intervals and time-outs and for the waits
                between Lambda's asynchronous retries; functions run in real time.
            seed: decides which version a weighted alias chooses.
            hooks_on_rollback: whether a rollback deployment calls hooks too, which AWS does not document.

        Raises:
            SettingsError: a part is not installed or did not start.
        """
        cloud = cls(work_dir, time_scale, seed, hooks_on_rollback=hooks_on_rollback)
        try:
            cloud._open()
            yield cloud
        finally:
            cloud._close()

    def client(self, service: str) -> Any:
        """Return a boto3 client of this cloud."""
        with self._making:
            if service not in self._clients:
                self._clients[service] = boto3.client(
                    service,
                    endpoint_url=self.endpoint_url,
                    region_name=REGION,
                    config=Config(
                        max_pool_connections=100,
                        read_timeout=900,
                        retries={"total_max_attempts": 1},
                        s3={"addressing_style": "path"},
                    ),
                    **CREDENTIALS,
                )
            return self._clients[service]

    def flush_logs(self) -> None:
        """Return when log events and metrics of all calls so far can be read."""
        self._telemetry.flush()

    @property
    def telemetry_faults(self) -> list[str]:
        """Return what log events and metrics could not be written."""
        return list(self._telemetry.faults)

    def retire(self, function: str) -> None:
        """End the idle environments of a function, so that its next calls are cold."""
        self._run(self._platform.retire(function))

    @property
    def init_reports(self) -> list[tuple[str, str, float]]:
        """Return function, version and INIT REPORT in milliseconds of every cold start."""
        return list(self._platform.init_reports)

    @property
    def async_invocations(self) -> list[AsyncInvocation]:
        """Return every attempt of an asynchronous call."""
        return list(self._events.journal)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    def _open(self) -> None:
        rie = rie_command()
        self._ministack.start()
        self._thread.start()
        self._run(self._serve(rie))
        self._telemetry.start()
        self._ticker.start()

    async def _serve(self, rie: Path) -> None:
        packages = PackageStore(self.work_dir / "code")
        control = Control(self._ministack.url, packages)
        self._telemetry = Telemetry(self.client)
        gateway = _Lambda(_Late(self, "lambda"))
        self.codedeploy = CodeDeployService(
            self.clock,
            gateway,
            _Alarms(_Late(self, "cloudwatch")),
            _Events(_Late(self, "events")),
            hooks_on_rollback=self._hooks_on_rollback,
            read_object=self._read_object,
            region=REGION,
            account=ACCOUNT,
        )
        variables: dict[str, str] = {}
        self._platform = LambdaPlatform(control, self._telemetry, rie, variables=variables, seed=self._seed)
        self._events = AsyncEvents(self._platform, control, self.clock.now_s, self.clock.sleep)
        self._endpoint = Endpoint(
            upstream=self._ministack.url,
            codedeploy=self.codedeploy,
            platform=self._platform,
            control=control,
            packages=packages,
            events=self._events,
        )
        await control.open()
        await self._platform.open()
        await self._endpoint.open()
        self._control = control
        self._runner = web.AppRunner(self._endpoint.application(), access_log=None, keepalive_timeout=120)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.endpoint_url = f"http://127.0.0.1:{port}"
        variables.update(
            AWS_ENDPOINT_URL=self.endpoint_url,
            AWS_REGION=REGION,
            AWS_DEFAULT_REGION=REGION,
            AWS_ACCESS_KEY_ID=CREDENTIALS["aws_access_key_id"],
            AWS_SECRET_ACCESS_KEY=CREDENTIALS["aws_secret_access_key"],
            AWS_EXECUTION_ENV=f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
        )

    def _read_object(self, bucket: str, key: str) -> str:
        body = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
        return str(body.read().decode("utf-8"))

    def _tick_on(self) -> None:
        while not self._stopping.wait(_TICK_S):
            self.codedeploy.tick()

    def _close(self) -> None:
        self._stopping.set()
        if self._ticker.is_alive():
            self._ticker.join(timeout=5)
        if self._thread.is_alive():
            if self.endpoint_url:
                self._telemetry.stop()
                self._run(self._unserve())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=5)
        self._ministack.stop()

    async def _unserve(self) -> None:
        await self._endpoint.close()
        await self._platform.close()
        await self._control.close()
        await self._runner.cleanup()


class _Late:
    """A client that is made with its first use: the endpoint must stand before."""

    def __init__(self, cloud: LocalCloud, service: str) -> None:
        self._cloud = cloud
        self._service = service

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cloud.client(self._service), name)
