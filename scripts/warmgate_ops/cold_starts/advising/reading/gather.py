"""Gathers the facts of one function in service: settings, calls of a window, package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from warmgate.adapters.functions import function_version
from warmgate.errors import LogLookupError
from warmgate.logs.calls import Window
from warmgate_ops.cold_starts.advising.facts import DAY_MS, ColdFacts, cold_facts
from warmgate_ops.cold_starts.advising.function import Function
from warmgate_ops.cold_starts.advising.package.contents import Inspected
from warmgate_ops.cold_starts.advising.reading import functions
from warmgate_ops.cold_starts.advising.reading.calls import CallSource
from warmgate_ops.cold_starts.advising.reading.package import fetched
from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.doctor.facts import Denied, Fact, Missing
from warmgate_ops.doctor.findings import Place
from warmgate_ops.doctor.gathering.looking import Clients, look

LATEST = "$LATEST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which function is asked about."""

    name: str
    qualifier: str = ""
    """Alias or version; empty for $LATEST."""
    days: float = 7.0
    inspect_package: bool = False


def gather(question: Question, clients: Clients, source: CallSource, now_ms: float) -> Function | Denied | Missing:
    """Return the facts; what its own configuration lookup says where that was denied or there is no such function."""
    settings = functions.read_settings(clients, question.name, question.qualifier)
    if isinstance(settings, Denied | Missing):
        return settings
    version = str(settings.get("Version") or LATEST)
    calls = _calls(question, dict(settings), source, now_ms)
    qualifiers = tuple(dict.fromkeys((question.qualifier, version)))
    return Function(
        name=question.name,
        qualifier=question.qualifier or LATEST,
        place=Place(name=f"lambda:{question.name}:{question.qualifier or LATEST}"),
        today=datetime.fromtimestamp(now_ms / 1000, UTC).date(),
        published=version != LATEST,
        update_mode=functions.read_update_mode(clients, question.name, version if version != LATEST else ""),
        layers=functions.read_layers(clients, settings),
        provisioned=functions.read_provisioned(clients, question.name, qualifiers),
        concurrency=functions.read_concurrency(clients, question.name),
        events=functions.read_events(clients, question.name),
        optimizer=functions.read_optimizer(clients, str(settings.get("FunctionArn", ""))),
        package=_package(question, settings, clients) if question.inspect_package else None,
        **functions.of_settings(settings),
        **_cold(calls, version, question, now_ms),
    )


def _calls(question: Question, settings: dict[str, Any], source: CallSource, now_ms: float) -> Fact[Sequence[Call]]:
    described = function_version(question.name, str(settings.get("Version") or LATEST), settings)
    if described.hides_report:
        return None  # Failed calls alone are reported: what was counted would be a figure of something else.
    window = Window(now_ms - question.days * DAY_MS, now_ms)
    try:
        return tuple(source.calls(described, window))
    except LogLookupError as error:
        return Denied(place=described.log_group, reason=f"logs:FilterLogEvents: {error}")


def _cold(calls: Fact[Sequence[Call]], version: str, question: Question, now_ms: float) -> dict[str, Any]:
    """Return what calls say of this version, of the one before it that was called, and of $LATEST."""
    if not isinstance(calls, tuple):
        fact = calls if isinstance(calls, Denied | Missing) else None
        return {"cold": fact}
    since_ms = now_ms - question.days * DAY_MS
    found: dict[str, Fact[ColdFacts]] = {"cold": cold_facts(calls, version, since_ms, now_ms)}
    older = [int(call.version) for call in calls if call.version.isdigit() and version.isdigit()]
    before = max((number for number in older if number < int(version)), default=None)
    if before is not None:
        found["before"] = cold_facts(calls, str(before), since_ms, now_ms)
    if version != LATEST:
        found["unpublished"] = cold_facts(calls, LATEST, since_ms, now_ms)
    return found


def _package(question: Question, settings: functions.Settings, clients: Clients) -> Fact[Inspected]:
    if settings.get("PackageType") == "Image":
        return None
    asked = {"FunctionName": question.name} | ({"Qualifier": question.qualifier} if question.qualifier else {})
    found = look(f"lambda:{question.name}", "lambda:GetFunction", lambda: clients("lambda").get_function(**asked))
    if not isinstance(found, dict):
        return found
    location = str((found.get("Code") or {}).get("Location") or "")
    return fetched(location, str(settings.get("Handler") or ""), question.name)
