"""Recorded calls for a plan: lines of JSON, or the events of a log group as the AWS CLI prints them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, Protocol

from warmgate.errors import SettingsError
from warmgate.logs.calls import LogEvent, LoggedCall, logged
from warmgate.model.deployment import Target
from warmgate.model.log_stream import OWN_GROUPS, FunctionLog, LogStream
from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.reading.calls_of import call_of

_FIELDS = {each.name for each in fields(Call)}
_NUMBERS = {"ended_ms", "duration_ms", "init_ms", "billed_ms", "memory_mb", "max_memory_mb"}
_NEEDED = {"function", "version", "environment", "beginning", "ended_ms", "duration_ms"}
_HINT = (
    "pass JSON Lines with one call each, or what `aws logs filter-log-events --log-group-name /aws/lambda/NAME` prints"
)


class RecordedCalls(Protocol):
    """Where recorded calls of an alias come from."""

    def calls(self, target: Target, since_ms: float, until_ms: float) -> Sequence[Call]:
        """Return the calls of all versions in a time; raises LogLookupError."""
        ...


def calls_in(text: str, source: str, function: str) -> tuple[Call, ...]:
    """Return the calls of a function that a file records; raises SettingsError."""
    try:
        whole = json.loads(text)
    except ValueError:
        whole = None
    if isinstance(whole, dict) and isinstance(whole.get("events"), list):
        return calls_of(logged(_events(whole["events"]), _log_of(whole["events"], function)).calls, function)
    lines = [line for line in text.splitlines() if line.strip()]
    calls = tuple(_call(line, f"{source}:{number}") for number, line in enumerate(lines, 1))
    found = tuple(call for call in calls if call.function == function)
    if calls and not found:
        named = ", ".join(sorted({call.function for call in calls})[:5])
        raise SettingsError(f"{source}: found calls of {named}, expected some of {function}", hint="check --function")
    return found


def calls_of(found: Iterable[LoggedCall], function: str) -> tuple[Call, ...]:
    """Return logged calls as the analysis sees them."""
    told = (call for call in found if call.record.duration_ms is not None)
    return tuple(call_of(call.record, function=function, version=call.version) for call in told)


def line_of(call: Call) -> str:
    """Return a call as a line of JSON, which `calls_in` reads back."""
    return json.dumps({name: getattr(call, name) for name in sorted(_FIELDS)})


def _events(events: Sequence[Any]) -> Iterable[LogEvent]:
    for event in events:
        if isinstance(event, dict):
            yield LogEvent(
                stream=str(event.get("logStreamName") or ""),
                at_ms=float(event.get("timestamp") or 0),
                message=str(event.get("message") or ""),
            )


def _log_of(events: Sequence[Any], function: str) -> FunctionLog:
    """Return the function's part of the log; its own group unless the streams name functions."""
    streams = (LogStream.named(str(event.get("logStreamName") or "")) for event in events if isinstance(event, dict))
    shared = any(stream.function for stream in streams)
    return FunctionLog("shared" if shared else OWN_GROUPS + function, function)


def _call(line: str, where: str) -> Call:
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    if not isinstance(said, dict) or not said.keys() >= _NEEDED:
        raise SettingsError(f"{where}: found no recorded call, expected {', '.join(sorted(_NEEDED))}", hint=_HINT)
    values = {name: said[name] for name in _FIELDS & said.keys()}
    for name in _NUMBERS & values.keys():
        number = values[name]
        if number is None and name not in _NEEDED:
            continue
        if not isinstance(number, int | float) or isinstance(number, bool) or not 0 <= number < 1e15:
            raise SettingsError(f"{where} {name}: found {number!r}, expected a number from 0 on", hint=_HINT)
    if values["beginning"] not in set(Beginning):
        known = ", ".join(Beginning)
        raise SettingsError(f"{where} beginning: found {values['beginning']!r}, expected one of {known}", hint=_HINT)
    texts = {name: str(value) for name, value in values.items() if name not in _NUMBERS}
    return Call(**{**values, **texts, "beginning": Beginning(values["beginning"])})
