"""The state of a bake as a JSON object, and back. An older schema is brought up to date, a newer one is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from warmgate.errors import BakeStateError
from warmgate.model.bake import BakeState, Part, Scope, ShareCheck, ShareKind, Tally, Track

SCHEMA = 1
_PLAIN = (
    *("deployment_id", "began_ms", "ends_ms", "every_minutes", "look", "wait_s", "ended", "outcome", "reason"),
    *("memory_size_mb", "unread_since_ms", "sampled", "failed"),
)
_SCOPE = ("function", "alias", "baseline", "candidate", "policy", "source")
_CHECK = ("check", "allowed", "limit", "base", "least")
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""From each older schema to the one after it; bakes last for days, and Warmgate is installed anew meanwhile."""


def state_of(value: Mapping[str, Any]) -> BakeState:
    """Return the state of a JSON object; raises BakeStateError where this version cannot read it."""
    try:
        return _read(_up_to_date(dict(value)))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise BakeStateError(
            f"the state of a bake: found none that can be read ({type(error).__name__}: {error}), expected what a look"
            " of this bake returned",
            hint="judge the release by hand: this bake cannot go on",
        ) from error


def document_of(state: BakeState) -> dict[str, Any]:
    """Return the state as a JSON object."""
    return {
        "schema": SCHEMA,
        **{name: getattr(state, name) for name in _PLAIN},
        "scope": None if state.scope is None else _scope_document(state.scope),
        "parts": [_part_row(part) for part in state.parts],
        "tracks": [[t.environment, t.began_s, t.last_s, t.step_s, list(t.used_mb)] for t in state.tracks],
        "findings": [dict(finding) for finding in state.findings],
    }


def _up_to_date(value: dict[str, Any]) -> dict[str, Any]:
    schema = value["schema"]
    if not isinstance(schema, int) or schema > SCHEMA:
        raise BakeStateError(
            f"{value.get('deployment_id')}: found a bake's state of schema {schema}, expected at most {SCHEMA}",
            hint="install the version of Warmgate that began this bake, or a newer one: an older one is running",
        )
    while schema < SCHEMA:
        value = MIGRATIONS[schema](value)
        schema = value["schema"]
    return value


def _read(value: Mapping[str, Any]) -> BakeState:
    scope, plain = value.get("scope"), {name: value[name] for name in _PLAIN if name in value}
    return BakeState(
        **plain,
        scope=None if scope is None else _scope(scope),
        parts=tuple(map(_part, value.get("parts", ()))),
        tracks=tuple(
            Track(environment=name, began_s=began_s, last_s=last_s, step_s=step_s, used_mb=tuple(used))
            for name, began_s, last_s, step_s, used in value.get("tracks", ())
        ),
        findings=tuple(dict(finding) for finding in value.get("findings", ())),
    )


def _scope_document(scope: Scope) -> dict[str, Any]:
    checks = [{**{name: getattr(check, name) for name in _CHECK}, "kind": check.kind.value} for check in scope.checks]
    return {**{name: getattr(scope, name) for name in _SCOPE}, "checks": checks, "notes": list(scope.notes)}


def _scope(value: Mapping[str, Any]) -> Scope:
    return Scope(
        **{name: value[name] for name in _SCOPE},
        checks=tuple(ShareCheck(**{**check, "kind": ShareKind(check["kind"])}) for check in value["checks"]),
        notes=tuple(value["notes"]),
    )


def _part_row(part: Part) -> list[int]:
    """Return calls, environments, and then three numbers a check."""
    return [part.calls, part.environments, *(n for t in part.tallies for n in (t.bad, t.of, t.worst))]


def _part(row: list[int]) -> Part:
    calls, environments, *rest = row
    tallies = tuple(Tally(bad=b, of=o, worst=w) for b, o, w in zip(*[iter(rest)] * 3, strict=True))
    return Part(calls=calls, environments=environments, tallies=tallies)
