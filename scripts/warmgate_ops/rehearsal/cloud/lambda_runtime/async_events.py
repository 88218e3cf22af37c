"""Asynchronous invocations: an event is repeated as Lambda repeats it, on the scaled clock."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from warmgate_ops.rehearsal.cloud.lambda_runtime.control import Control, EventSettings, Refused
from warmgate_ops.rehearsal.cloud.lambda_runtime.destinations import Ended, Post
from warmgate_ops.rehearsal.cloud.lambda_runtime.platform import Call, Invoked, LambdaPlatform

_AFTER_ERROR_S = (60.0, 120.0)
_FIRST_BACK_OFF_S, _LONGEST_BACK_OFF_S = 1.0, 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncInvocation:
    """One attempt of an asynchronous call; attempts of one event share the request id."""

    function: str
    request_id: str
    attempt: int
    error: str | None
    started_s: float
    payload: bytes = b""
    throttled: bool = False
    """Whether Lambda refused to run it; such an attempt is not counted."""


@dataclass
class AsyncEvents:
    """The queue between an Event invoke and the function."""

    platform: LambdaPlatform
    control: Control
    now_s: Callable[[], float]
    scaled_sleep: Callable[[float], Awaitable[None]]
    post: Post
    arn_start: str
    """What stands before the name in the ARN of a function."""
    journal: list[AsyncInvocation] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)
    """What could not be sent to a destination."""
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, function: str, qualifier: str, payload: bytes) -> str:
        """Run an event in the background; return its request id."""
        request_id = str(uuid.uuid4())
        call = Call(function=function, qualifier=qualifier, payload=payload, request_id=request_id)
        task = asyncio.get_running_loop().create_task(self._run(call))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return request_id

    async def close(self) -> None:
        """End what runs in the background."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self, call: Call) -> None:
        """Repeat an error after one minute and two more; a throttle is no attempt and waits longer each time."""
        attempt, back_off_s, queued_s = 0, _FIRST_BACK_OFF_S, self.now_s()
        settings = await self.control.event_settings(call.function, call.qualifier)
        answered: Invoked | None = None
        while self.now_s() - queued_s < settings.longest_age_s:
            started_s = self.now_s()
            found, error, throttled = await self._tried(call)
            answered = found or answered
            self._note(call, attempt, error, started_s, throttled=throttled)
            if error is None:
                return await self._told(call, settings, answered, attempt + 1, "Success")
            if throttled:
                await self.scaled_sleep(back_off_s)
                back_off_s = min(2 * back_off_s, _LONGEST_BACK_OFF_S)
                continue
            if attempt >= settings.retries:
                return await self._told(call, settings, answered, attempt + 1, "RetriesExhausted")
            await self.scaled_sleep(_AFTER_ERROR_S[min(attempt, 1)])
            attempt += 1
        return await self._told(call, settings, answered, attempt, "EventAgeExceeded")

    async def _told(
        self, call: Call, settings: EventSettings, answered: Invoked | None, attempts: int, condition: str
    ) -> None:
        """Send the outcome where the function's settings say; what cannot be sent is noted and hurts nobody."""
        ended = Ended(
            request_id=call.request_id,
            function_arn=f"{self.arn_start}:{call.function}:{call.qualifier or '$LATEST'}",
            payload=call.payload,
            attempts=attempts,
            condition=condition,
            version=answered.executed_version if answered else "",
            answer=answered.payload if answered else None,
            failed=bool(answered and answered.function_error),
            at_s=self.now_s(),
        )
        place = settings.on_success if ended.succeeded else settings.on_failure
        try:
            if place:
                await asyncio.to_thread(self.post.record, place, ended)
            if settings.dead_letters and not ended.succeeded:
                await asyncio.to_thread(self.post.letter, settings.dead_letters, ended)
        except Exception as error:  # noqa: BLE001  whatever a destination answers, the call is over
            self.undelivered.append(f"{call.function}: {type(error).__name__}: {error}")

    async def _tried(self, call: Call) -> tuple[Invoked | None, str | None, bool]:
        """Return what an attempt answered, its error, and whether Lambda refused to run it."""
        try:
            invoked = await self.platform.invoke(call)
        except Refused as refused:
            return None, f"{refused.code}: {refused}", refused.status in {409, 429} or refused.status >= 500
        return invoked, (invoked.payload.decode("utf-8", "replace") if invoked.function_error else None), False

    def _note(self, call: Call, attempt: int, error: str | None, started_s: float, *, throttled: bool) -> None:
        self.journal.append(
            AsyncInvocation(
                function=call.function,
                request_id=call.request_id,
                attempt=attempt,
                error=error,
                started_s=started_s,
                payload=call.payload,
                throttled=throttled,
            )
        )
