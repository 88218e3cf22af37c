"""A cloud on this machine: one endpoint for CodeDeploy, real Lambda runtimes and MiniStack behind it.

with LocalCloud.start(work_dir) as cloud:
    cloud.client("lambda").invoke(FunctionName="checkout-api", Qualifier="2")
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Collection, Coroutine, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web

from warmgate.errors import SettingsError
from warmgate_ops.rehearsal.cloud.alarms.watch import AlarmWatch
from warmgate_ops.rehearsal.cloud.api_calls import ApiCall
from warmgate_ops.rehearsal.cloud.autoscaling import AutoscalingFront
from warmgate_ops.rehearsal.cloud.autoscaling.book import ScalingBook
from warmgate_ops.rehearsal.cloud.clients import CODEDEPLOY, CREDENTIALS, REGION, Clients
from warmgate_ops.rehearsal.cloud.codedeploy import CodeDeployService
from warmgate_ops.rehearsal.cloud.codedeploy.revisions import Location
from warmgate_ops.rehearsal.cloud.codedeploy.times import Times
from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.endpoint import Endpoint
from warmgate_ops.rehearsal.cloud.events import EventBus
from warmgate_ops.rehearsal.cloud.gateways import AlarmsThroughApi, EventsOnBus, LambdaThroughApi
from warmgate_ops.rehearsal.cloud.hastened_clock import HastenedClock
from warmgate_ops.rehearsal.cloud.lambda_runtime.async_events import AsyncEvents, AsyncInvocation
from warmgate_ops.rehearsal.cloud.lambda_runtime.control import Control
from warmgate_ops.rehearsal.cloud.lambda_runtime.destinations import Post
from warmgate_ops.rehearsal.cloud.lambda_runtime.environments import EnvironmentRecord
from warmgate_ops.rehearsal.cloud.lambda_runtime.naming import named
from warmgate_ops.rehearsal.cloud.lambda_runtime.packages import PackageStore
from warmgate_ops.rehearsal.cloud.lambda_runtime.platform import LambdaPlatform
from warmgate_ops.rehearsal.cloud.lambda_runtime.telemetry import Telemetry
from warmgate_ops.rehearsal.cloud.logs.front import LogsFront
from warmgate_ops.rehearsal.cloud.ministack import ACCOUNT, MiniStack
from warmgate_ops.rehearsal.cloud.recorder import Recorder
from warmgate_ops.rehearsal.cloud.scaled_clock import ScaledClock
from warmgate_ops.rehearsal.cloud.schedules import ScheduledCall, SchedulerFront, ScheduleWatch
from warmgate_ops.rehearsal.cloud.ticker import Ticker
from warmgate_ops.rehearsal.cloud.tools import rie_command
from warmgate_ops.rehearsal.cloud.traces import TracesFront, TraceStore
from warmgate_ops.rehearsal.cloud.trail import TrailFront
from warmgate_ops.rehearsal.cloud.upstream import Upstream

__all__ = ["CREDENTIALS", "FUNCTION_ARN", "REGION", "LocalCloud"]
T = TypeVar("T")
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function"
CLOUDTRAIL = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"
_TICK_S = 0.05
_THREADS_S = 3.0
_PATIENCE_S = 30.0


class LocalCloud:
    """A running local cloud; made by `start`."""

    def __init__(self, work_dir: Path, time_scale: float, seed: int, conditions: Conditions, *, port: int = 0) -> None:
        work_dir.mkdir(parents=True, exist_ok=True)
        self.work_dir = work_dir
        self.region = REGION
        self.account = ACCOUNT
        self.conditions = conditions
        self.clock = ScaledClock(time_scale)
        self._seed = seed
        self._port = port
        self._ministack = MiniStack(work_dir)
        self.long_clock = HastenedClock(self._ministack.clock_file)
        """Of Step Functions, and of the times in logs and metrics; the wall's until somebody hastens it."""
        self._clients = Clients(lambda: self.endpoint_url)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="endpoint", daemon=True)
        self._alarms = AlarmWatch(self.client, conditions, time.time)
        self._schedules = ScheduleWatch(self.client, conditions, self._start_event, ACCOUNT, REGION, seed)
        self._exits = AsyncExitStack()
        self._recorder = Recorder(ACCOUNT)
        self.endpoint_url = ""

    @classmethod
    @contextmanager
    def start(
        cls,
        work_dir: Path,
        *,
        time_scale: float = 60.0,
        seed: int = 0,
        conditions: Conditions | None = None,
        port: int = 0,
    ) -> Iterator[LocalCloud]:
        """Start a cloud and end it with the block.

        Args:
            work_dir: where code is unpacked and logs of the cloud's own parts lie.
            time_scale: scaled seconds per real second for CodeDeploy's intervals and time-outs and for the waits
                between Lambda's asynchronous retries; functions run in real time.
            seed: decides which version a weighted alias chooses.
            conditions: delays, quotas and faults; they stay changeable through the attribute of the same name.
            port: of the endpoint; 0 takes a free one.

        Raises:
            SettingsError: a part is not installed or did not start, or the port is taken.
        """
        cloud = cls(work_dir, time_scale, seed, conditions or Conditions(), port=port)
        with ExitStack() as exits:
            cloud._open(exits)
            yield cloud

    def client(self, service: str) -> Any:
        """Return a boto3 client of this cloud."""
        return self._clients.client(service)

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

    def kill(self, function: str) -> None:
        """End the runtimes of a function in the midst of their calls, as Lambda does where memory runs out."""
        self._run(self._platform.kill(function))

    def initialise_ahead(self, function: str, qualifier: str = "", count: int = 1) -> None:
        """Initialise environments before anybody calls, as Lambda does now and then (proactive initialisation)."""
        self._run(self._platform.initialise_ahead(function, qualifier, count))

    def in_flight(self, functions: Collection[str]) -> int:
        """Return how many calls of functions run or wait for a core: what Lambda counts as concurrency."""
        return self._platform.in_flight(functions)

    @property
    def environments(self) -> list[EnvironmentRecord]:
        """Return every environment of every function: when it was made and why, when it ended and why."""
        return self._platform.environments()

    @property
    def init_reports(self) -> list[tuple[str, str, float]]:
        """Return function, version and INIT REPORT in milliseconds of every cold start."""
        return list(self._platform.init_reports)

    @property
    def async_invocations(self) -> list[AsyncInvocation]:
        """Return every attempt of an asynchronous call."""
        return list(self._events.journal)

    @property
    def scheduled_calls(self) -> list[ScheduledCall]:
        """Return every call that a rule's schedule or a schedule of EventBridge Scheduler made."""
        return list(self._schedules.calls)

    def calls_of(self, function: str) -> list[ApiCall]:
        """Return the API calls that a function made, named as IAM names them, in order."""
        return self._recorder.calls_of(function, self._group_of)

    def publish(self, event: dict[str, Any]) -> None:
        """Put a whole event of one of AWS's own services on the default bus, as CodeDeploy does."""
        self._run(self._bus.publish(event))

    def _start_event(self, function: str, qualifier: str, payload: bytes) -> str:
        async def start() -> str:
            return self._events.start(function, qualifier, payload)

        return self._run(start())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(timeout=_PATIENCE_S)
        except BaseException:
            # An interrupted start must not go on behind the back of the end that follows it.
            future.cancel()
            raise

    def _open(self, exits: ExitStack) -> None:
        """Start every part; what ends it is named before it starts, so that an interrupted start leaves nothing."""
        rie = rie_command()
        exits.callback(self._ministack.stop)
        self._ministack.start()
        exits.callback(self._end_loop)
        self._thread.start()
        exits.callback(lambda: self._run(self._unserve()))
        self._run(self._serve(rie))
        exits.callback(self._clients.close)
        exits.callback(self._telemetry.stop)
        self._telemetry.start()
        for ticker in (
            Ticker("codedeploy", self.codedeploy.tick, lambda: _TICK_S),
            Ticker("schedules", self._schedules.tick, lambda: _TICK_S),
            Ticker("alarms", self._alarms.tick, lambda: min(1.0, self.conditions.minute_s / 10)),
        ):
            exits.callback(ticker.stop)
            ticker.start()

    async def _serve(self, rie: Path) -> None:
        packages = PackageStore(self._ministack.code)
        control = Control(self._ministack.url, packages)
        self._telemetry = Telemetry(self.client, self.conditions, self.long_clock.at)
        self.codedeploy = CodeDeployService(
            self.clock,
            LambdaThroughApi(partial(self._clients.client, agent=CODEDEPLOY)),
            AlarmsThroughApi(self.client),
            EventsOnBus(self.publish),
            conditions=self.conditions,
            read_object=self._read_object,
            times=Times(self.clock.to_wall, self.clock.from_wall),
            region=REGION,
            account=ACCOUNT,
        )
        variables: dict[str, str] = {}
        traces = TraceStore()
        self._platform = LambdaPlatform(
            control,
            self._telemetry,
            rie,
            variables=variables,
            seed=self._seed,
            arn_start=FUNCTION_ARN,
            conditions=self.conditions,
            traces=traces,
        )
        self._events = AsyncEvents(
            self._platform, control, self.clock.now_s, self.clock.sleep, Post(self.client), FUNCTION_ARN
        )
        upstream = Upstream(self._ministack.url)
        self._bus = EventBus(upstream, self._events, self.client, self.conditions)
        logs = LogsFront(upstream, self.conditions, lambda arn, payload: self._events.start(*named(arn), payload))
        trail = TrailFront(ACCOUNT, REGION, self.conditions, control.role_of)
        self._endpoint = Endpoint(
            upstream=self._ministack.url,
            codedeploy=self.codedeploy,
            platform=self._platform,
            control=control,
            packages=packages,
            events=self._events,
            recorder=self._recorder,
            fronts={
                "AWSEvents": self._bus,
                "Logs_20140328": logs,
                CLOUDTRAIL: trail,
                "AnyScaleFrontendService": AutoscalingFront(ScalingBook(ACCOUNT, REGION), self.client),
            },
            rest_fronts={
                "scheduler": SchedulerFront(partial(upstream.get, "scheduler")),
                "xray": TracesFront(traces, self.conditions),
            },
            trail=trail,
            conditions=self.conditions,
            on_alarm=self._alarms.wake,
            on_schedule=lambda service: self._schedules.changed(by_stack=service == "cloudformation"),
        )
        for opened in (upstream, control, self._platform, self._endpoint):
            self._exits.push_async_callback(opened.close)
            await opened.open()
        self._exits.push_async_callback(self._bus.close)
        self._exits.push_async_callback(logs.close)
        # Who is still waiting for an answer when the cloud ends does not get one.
        runner = web.AppRunner(
            self._endpoint.application(), access_log=None, keepalive_timeout=120, shutdown_timeout=0.1
        )
        self._exits.push_async_callback(runner.cleanup)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self._port).start()
        except OSError as error:
            where = f"port {self._port} of 127.0.0.1"
            raise SettingsError(f"{where}: {error.strerror}", hint="choose another one, or 0 for a free one") from error
        self.endpoint_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._ministack.endpoint_file.write_text(self.endpoint_url, encoding="utf-8")
        variables.update(
            AWS_ENDPOINT_URL=self.endpoint_url,
            AWS_REGION=REGION,
            AWS_DEFAULT_REGION=REGION,
            AWS_ACCESS_KEY_ID=CREDENTIALS["aws_access_key_id"],
            AWS_SECRET_ACCESS_KEY=CREDENTIALS["aws_secret_access_key"],
        )

    def _group_of(self, deployment_id: str) -> str:
        status, found = self.codedeploy.answer("GetDeployment", {"deploymentId": deployment_id})
        about = found["deploymentInfo"] if status == 200 else {}
        return f"{about['applicationName']}/{about['deploymentGroupName']}" if about else ""

    def _read_object(self, location: Location) -> str:
        """Return the text of an S3 revision: of exactly the version and the eTag that it names."""
        version = {"VersionId": location.version} if location.version else {}
        found = self.client("s3").get_object(Bucket=location.bucket, Key=location.key, **version)
        text, etag = str(found["Body"].read().decode("utf-8")), str(found["ETag"]).strip('"')
        if location.etag and location.etag.strip('"') != etag:
            raise LookupError(f"its eTag is {etag}, the revision names {location.etag}")
        return text

    async def _unserve(self) -> None:
        """Answer nobody any more, then end the calls under way with their environments."""
        await self._exits.aclose()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        # A thread that unpacks code is not cancelled with its task, and would fill a folder that is being removed.
        await asyncio.wait({asyncio.ensure_future(self._loop.shutdown_default_executor())}, timeout=_THREADS_S)

    def _end_loop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=5)
        if not self._loop.is_running():
            self._loop.close()
