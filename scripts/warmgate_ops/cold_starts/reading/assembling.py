"""Messages become calls as `warmgate.logs.invocations` reads them, and quicker where a call is ordinary.

An ordinary call is START, END and a report in text format that is all that its stream says, or a report alone. It is
read without the assembly; whatever else there is goes through it. `tests/property` proves that both give the same.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final

from warmgate.logs.invocations import Assembly, events_of
from warmgate.logs.platform import Failed, continues
from warmgate.logs.raised import Raised
from warmgate.logs.records import InvocationRecord
from warmgate.model.log_stream import LogStream
from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.reading.calls_of import AHEAD_AFTER_MS, call_of
from warmgate_ops.cold_starts.reading.said import Said, function_of

_ORDINARY = re.compile(
    r"REPORT RequestId: ([\w-]{1,64})\tDuration: (\d{1,9}(?:\.\d{1,3})?) ms\tBilled Duration: (\d{1,9}) ms\t"
    r"Memory Size: (\d{1,6}) MB\tMax Memory Used: (\d{1,6}) MB(?:\tInit Duration: (\d{1,9}(?:\.\d{1,3})?) ms)?\s*"
    r"(?:XRAY TraceId: ([\w-]{1,64})\tSegmentId: \w{1,32}\tSampled: \w{4,5}\s*)?"
)
_HELD: Final = 64
"""A failure may be told after the report, with reports of other calls in between."""
_MOST: Final = 10_000
_REMEMBERED: Final = 1000
_Stream = tuple[str, str]
"""Function, where the log group names it, and name of the stream."""


class Reading:
    """Gathers messages of one log into calls.

    Args:
        function: whose calls these are where neither log group nor stream names it.
        version: of which version, where the stream does not name it.
        ahead_after_ms: how long after the end of an init a call begins that did not wait for it.
    """

    def __init__(self, *, function: str = "", version: str = "", ahead_after_ms: float = AHEAD_AFTER_MS) -> None:
        self._function = function
        self._version = version
        self._ahead_after_ms = ahead_after_ms
        self._assembly = Assembly()
        self._waiting: dict[_Stream, list[Said]] = {}
        """START, and END, of the call that began in a stream where nothing else was said since."""
        self._told: dict[str, None] = {}
        """Request ids of which a failure is known ahead of their report."""
        self._held: deque[Call] = deque()
        self._reported: dict[str, None] = {}
        """Request ids of the latest calls here: where the newest lines stand first, a beginning follows its report."""
        self._versions: dict[str, str] = {}
        """What beginnings say of calls whose stream is not told, by request id."""

    def calls(self, messages: Iterable[Said]) -> Iterator[Call]:
        """Yield each call soon after its report."""
        held = self._held
        for said in joined(messages):
            text = said.text
            if not said.stream:
                self._learn_version(said)
            if text.startswith("REPORT ") and (call := self._ordinary(said)):
                held.append(call)
                _remember(self._reported, call.request_id, _REMEMBERED)
                if len(held) > _HELD:
                    yield held.popleft()
            elif text.startswith(("START ", "END ")) and _id_in(text) in self._reported:
                continue
            elif text.startswith("START RequestId: ") and self._is_first(said):
                self._waiting[said.function, said.stream] = [said]
                if len(self._waiting) > _MOST:
                    yield from self._pass_on(next(iter(self._waiting)))
            elif text.startswith("END RequestId: ") and self._is_of_waiting(said):
                self._waiting[said.function, said.stream].append(said)
            else:
                yield from self._other(said)
                if text.startswith("REPORT "):
                    _remember(self._reported, _id_in(text), _REMEMBERED)
        yield from self._rest()

    def _learn_version(self, said: Said) -> None:
        begun = _begun_in(said)
        if begun is not None:
            self._versions[begun[0]] = begun[1]
            if len(self._versions) > _MOST:
                del self._versions[next(iter(self._versions))]

    def _is_first(self, said: Said) -> bool:
        stream = (said.function, said.stream)
        return stream not in self._waiting and self._assembly.is_idle(said.named())

    def _is_of_waiting(self, said: Said) -> bool:
        waiting = self._waiting.get((said.function, said.stream))
        return waiting is not None and waiting[0].text[17:].partition(" ")[0] == said.text[15:].partition(" ")[0]

    def _ordinary(self, said: Said) -> Call | None:
        """Return a call of which the assembly need not know."""
        found = _ORDINARY.fullmatch(said.text)
        if found is None or not self._assembly.is_idle(said.named()):
            return None
        request_id, duration, billed, memory, peak, init, trace = found.groups()
        stream = (said.function, said.stream)
        waiting = self._waiting.get(stream)
        if request_id in self._told or not (waiting is None or _is_begun(waiting[0], request_id, said.carrier)):
            return None
        if waiting is not None:
            del self._waiting[stream]
        elif not said.stream and self._waiting:
            return None
        function, version = _names(*stream)
        init_ms = float(init) if init else 0.0
        return Call(
            function=function or self._function,
            version=version or self._versions.get(request_id, self._version),
            environment=said.stream,
            beginning=Beginning.COLD if init_ms else Beginning.WARM,
            ended_ms=said.at_ms or 0.0,
            duration_ms=float(duration),
            init_ms=init_ms or None,
            billed_ms=float(billed),
            memory_mb=float(memory),
            max_memory_mb=float(peak),
            request_id=request_id,
            trace_id=trace or "",
        )

    def _other(self, said: Said) -> Iterator[Call]:
        """Give a message to the assembly, and before it what it must know."""
        for message, event in events_of((said.message(),)):
            if isinstance(event, Failed):
                if self._recall(event):
                    continue
                _remember(self._told, event.request_id, _MOST)
            elif isinstance(event, Raised) and event.request_id:
                _remember(self._told, event.request_id, _MOST)
            yield from self._pass_on((said.function, said.stream))
            yield from self._of(self._assembly.take(message, event))

    def _pass_on(self, stream: _Stream) -> Iterator[Call]:
        for said in self._waiting.pop(stream, ()):
            for message, event in events_of((said.message(),)):
                yield from self._of(self._assembly.take(message, event))

    def _recall(self, failure: Failed) -> bool:
        """Join a failure to the call whose report came first; False where none of these is its call."""
        if any(waiting[0].text[17:].startswith(failure.request_id) for waiting in self._waiting.values()):
            return False
        for place in range(len(self._held) - 1, -1, -1):
            call = self._held[place]
            if call.request_id == failure.request_id:
                # A time-out of another attempt is longer than this one took.
                is_longer = failure.after_ms is not None and call.duration_ms < failure.after_ms - 10
                if is_longer or call.error_type or call.status not in {"success", failure.status}:
                    return False
                self._held[place] = replace(call, status=failure.status, error_type=failure.error_type or "")
                return True
        return False

    def _rest(self) -> Iterator[Call]:
        yield from self._held
        self._held.clear()
        for stream in tuple(self._waiting):
            yield from self._pass_on(stream)
        yield from self._of(self._assembly.rest())

    def _of(self, records: Iterable[InvocationRecord]) -> Iterator[Call]:
        for record in records:
            if record.duration_ms is not None:
                function, stream = function_of(record.log_stream or "")
                yield call_of(
                    replace(record, log_stream=stream),
                    function=function or self._function,
                    version=self._versions.get(record.request_id or "", self._version),
                    ahead_after_ms=self._ahead_after_ms,
                )


def _id_in(text: str) -> str:
    """Return the request id of a beginning, an end or a report."""
    words = text.split(None, 3)
    return words[2] if len(words) > 2 else ""


def _remember(known: dict[str, None], request_id: str, most: int) -> None:
    known[request_id] = None
    if len(known) > most:
        del known[next(iter(known))]


def _is_begun(start: Said, request_id: str, carrier: str) -> bool:
    return start.carrier == carrier and start.text[17:].partition(" ")[0] == request_id


def _begun_in(said: Said) -> tuple[str, str] | None:
    """Return request id and version of the call whose beginning a message tells, None for any other message."""
    if said.text.startswith("START RequestId: "):
        request_id, _, version = said.text[17:].partition(" Version: ")
        return (request_id, version.split()[0]) if version.strip() else None
    if said.record is not None and said.record.get("type") == "platform.start":
        inner = said.record.get("record")
        if isinstance(inner, dict) and isinstance(inner.get("version"), str):
            return str(inner.get("requestId")), inner["version"]
    return None


@lru_cache(maxsize=4096)
def _names(function: str, stream: str) -> tuple[str, str]:
    """Return function and version of a stream."""
    named = LogStream.named(stream)
    return named.function or function, named.version


def joined(messages: Iterable[Said]) -> Iterator[Said]:
    """Yield messages with the lines that a viewer broke them into, as `events_of` joins them."""
    head: Said | None = None
    for said in messages:
        if head is not None:
            text = said.text
            if not text.startswith(("START ", "END ", "REPORT ")) and continues(head.text, text) and not said.record:
                head = head._replace(text=f"{head.text}\t{text.strip()}")
                continue
            yield head
        head = said
    if head is not None:
        yield head
