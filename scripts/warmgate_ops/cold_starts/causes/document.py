"""An explanation as one JSON document; `schema_version` changes when a reader must."""

from __future__ import annotations

from typing import Any

from warmgate_ops.cold_starts.causes.beside import Beside
from warmgate_ops.cold_starts.causes.cause import Evidence, Explained
from warmgate_ops.cold_starts.causes.explanation import Explanation
from warmgate_ops.cold_starts.causes.happened import Event
from warmgate_ops.cold_starts.causes.summary import Group

SCHEMA_VERSION = 1


def document_of(told: Explanation) -> dict[str, Any]:
    """Return the document; times are milliseconds since the epoch."""
    return {
        "schema_version": SCHEMA_VERSION,
        "function": told.function,
        "qualifier": told.qualifier,
        "since_ms": told.since_ms,
        "until_ms": told.until_ms,
        "over_ms": told.over_ms,
        "calls": told.calls,
        "cold_starts": len(told.explained),
        "waited_for": told.waited,
        "causes": [_group(group) for group in told.groups],
        "each": [_each(each) for each in told.explained],
        "changes": [_change(beside, told) for beside in told.changes],
        "traces": _traces(told),
        "not_asked": list(told.not_asked),
        "notes": list(told.notes),
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "cause": group.cause.value,
        "count": group.count,
        "probable": group.probable,
        "also_fits": {cause.value: count for cause, count in group.ties.items()},
        "evidence": group.words,
    }


def _each(each: Explained) -> dict[str, Any]:
    call = each.call
    return {
        "at_ms": call.called_ms,
        "version": call.version,
        "environment": call.environment,
        "request_id": call.request_id,
        "trace_id": call.trace_id,
        "beginning": call.beginning.value,
        "init_ms": call.init_ms,
        "duration_ms": call.duration_ms,
        "first_response_ms": call.first_response_ms,
        "at_once": each.at_once,
        **_evidence(each.evidence),
        "also_fits": [_evidence(tie) for tie in each.ties],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    found: dict[str, Any] = {
        "cause": evidence.cause.value,
        "certainty": evidence.certainty.value,
        "evidence": evidence.words,
    }
    return found if evidence.event is None else {**found, "event": _event(evidence.event)}


def _event(event: Event) -> dict[str, Any]:
    return {
        "kind": event.kind.value,
        "at_ms": event.at_ms,
        "until_ms": event.over_ms,
        "name": event.name,
        "version": event.version,
        "before": event.before,
        "alias": event.alias,
        "by": event.by,
        "detail": event.detail,
        "phases": [{"name": each.name, "since_ms": each.since_ms, "until_ms": each.until_ms} for each in event.phases],
    }


def _change(beside: Beside, told: Explanation) -> dict[str, Any]:
    change = beside.change
    return {
        "at_ms": change.at_ms,
        "after_ms": change.after_ms,
        "init_before_ms": change.before,
        "init_after_ms": change.after,
        "counts": list(change.counts),
        "chance": change.chance,
        "versions": list(beside.versions),
        "difference": told.differences.get(beside.versions, ""),
        "at_the_same_time": [_event(event) for event in beside.events],
    }


def _traces(told: Explanation) -> dict[str, Any] | None:
    traces = told.traces
    if traces is None:
        return None
    return {
        "asked": traces.asked,
        "kept": traces.kept,
        "where": traces.where,
        "median_seconds": dict(traces.seconds),
        "note": traces.note,
    }
