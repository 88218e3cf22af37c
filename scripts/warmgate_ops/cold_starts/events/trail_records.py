"""Records of CloudTrail become events: one record in, at most two events out.

Names of Lambda's events carry API dates (UpdateAlias20150331, UpdateFunctionConfiguration20150331v2): the letters
before the digits are the operation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from warmgate.model.function_name import bare_name
from warmgate_ops.cold_starts.causes.happened import Event, Happening

LAMBDA = "lambda.amazonaws.com"
CODEDEPLOY = "codedeploy"
_OPERATION = re.compile(r"[A-Za-z]+")
_UNTOLD = frozenset({"functionName", "revisionId", "environment", "description", "dryRun", "zipFile", "name"})
"""What is not told of a change: names that are known, and values that may be secret."""


@dataclass(frozen=True, slots=True)
class Change:
    """One record as far as it is of use, with who made it."""

    operation: str
    at_ms: float
    asked: Mapping[str, Any]
    answered: Mapping[str, Any]
    by: str
    by_codedeploy: bool


def events_in(records: Iterable[Mapping[str, Any]], function: str, *, who: bool = False) -> tuple[Event, ...]:
    """Return the events of a function, by time.

    Args:
        records: as CloudTrail writes them, of any service and function.
        function: its name alone.
        who: whether names of people are shown; else the role alone.
    """
    changes = [change for record in records if (change := _change(record, function, who=who)) is not None]
    found: list[Event] = []
    for change in sorted(changes, key=lambda each: each.at_ms):
        found += _EVENTS.get(change.operation, _nothing)(change, found)
    return tuple(found)


def _change(record: Mapping[str, Any], function: str, *, who: bool) -> Change | None:
    """Return what a record says of a function; None of another, of a refused call, of one that only reads."""
    operation = _OPERATION.match(str(record.get("eventName") or ""))
    asked = _lower(record.get("requestParameters"))
    if record.get("eventSource") != LAMBDA or record.get("errorCode") or operation is None:
        return None
    if operation[0] not in _EVENTS or bare_name(str(asked.get("functionName") or "")) != function:
        return None
    try:
        at = datetime.fromisoformat(str(record["eventTime"]))
    except (KeyError, ValueError):
        return None
    identity = record.get("userIdentity") or {}
    return Change(
        operation=operation[0],
        at_ms=at.timestamp() * 1000,
        asked=asked,
        answered=_lower(record.get("responseElements")),
        by=_who(identity, str(record.get("userAgent") or ""), who=who),
        by_codedeploy=CODEDEPLOY in f"{identity.get('invokedBy')} {record.get('userAgent')}".lower(),
    )


def _lower(value: object) -> dict[str, Any]:
    """Return an object whose keys begin with a small letter, as most of CloudTrail's do."""
    return {key[:1].lower() + key[1:]: each for key, each in value.items()} if isinstance(value, dict) else {}


def _who(identity: Mapping[str, Any], agent: str, *, who: bool) -> str:
    """Return a role's name, and what is known beyond it where names were asked for."""
    issuer = (identity.get("sessionContext") or {}).get("sessionIssuer") or {}
    role = f"role/{issuer['userName']}" if issuer.get("userName") else ""
    shown = role or {"Root": "the root user", "IAMUser": "a user"}.get(str(identity.get("type")), "")
    service = str(identity.get("invokedBy") or "")
    if not who:
        return shown or service
    parts = (str(identity.get("arn") or shown or service), agent and f"({agent})")
    return " ".join(part for part in parts if part)


def _nothing(_change: Change, _earlier: list[Event]) -> Iterator[Event]:
    yield from ()


def _alias(change: Change, earlier: list[Event]) -> Iterator[Event]:
    """Yield the move of an alias; one that leaves its versions as they are moves nothing."""
    alias, version = str(change.asked.get("name") or ""), str(change.asked.get("functionVersion") or "")
    weights = _lower(change.asked.get("routingConfig")).get("additionalVersionWeights") or {}
    moved = [event for event in earlier if event.alias == alias and event.kind in _MOVES]
    before = moved[-1].version if moved else ""
    target = next((each for each, weight in weights.items() if weight), "") or version
    if moved and target == before:
        # The end of a shift: all of the traffic.
        earlier[earlier.index(moved[-1])] = replace(moved[-1], until_ms=change.at_ms)
    if not target or target == before:
        return
    share = f"{100 * float(weights[target]):g} % of the traffic" if target in weights else ""
    kind = Happening.DEPLOYMENT if change.by_codedeploy else Happening.ALIAS
    yield Event(
        kind=kind,
        at_ms=change.at_ms,
        version=target,
        before=before or (version if version != target else ""),
        alias=alias,
        name="a deployment of CodeDeploy" if change.by_codedeploy else "",
        by=change.by,
        detail=share,
        sure=not change.by_codedeploy,
    )


def _published(change: Change, _earlier: list[Event]) -> Iterator[Event]:
    version = str(change.answered.get("version") or "")
    if version.isdigit():
        yield Event(kind=Happening.PUBLISH, at_ms=change.at_ms, version=version, by=change.by)


def _code(change: Change, earlier: list[Event]) -> Iterator[Event]:
    yield Event(kind=Happening.CODE, at_ms=change.at_ms, version="$LATEST", by=change.by)
    if change.asked.get("publish"):
        yield from _published(change, earlier)


def _configuration(change: Change, _earlier: list[Event]) -> Iterator[Event]:
    names = sorted(key for key in change.asked if key not in _UNTOLD)
    names += ["environment"] if "environment" in change.asked else []
    yield Event(
        kind=Happening.CONFIGURATION, at_ms=change.at_ms, version="$LATEST", by=change.by, detail=", ".join(names)
    )


def _reserved(change: Change, _earlier: list[Event]) -> Iterator[Event]:
    count = change.asked.get("reservedConcurrentExecutions")
    detail = "removed" if count is None else f"reserved {count}"
    yield Event(kind=Happening.RESERVED, at_ms=change.at_ms, by=change.by, detail=detail)


def _provisioned(change: Change, earlier: list[Event]) -> Iterator[Event]:
    qualifier = str(change.asked.get("qualifier") or "")
    count = int(change.asked.get("provisionedConcurrentExecutions") or 0)
    same = [event for event in earlier if event.kind is Happening.PROVISIONED and event.alias == qualifier]
    before = same[-1].count if same else None
    where = f"on {'version' if qualifier.isdigit() else 'alias'} {qualifier}"
    yield Event(
        kind=Happening.PROVISIONED,
        at_ms=change.at_ms,
        version=qualifier if qualifier.isdigit() else "",
        alias=qualifier,
        name="PC",
        by=change.by,
        detail=f"{'?' if before is None else before} -> {count} {where}",
        count=count,
        environments=None if before is None else max(0, before - count),
    )


_MOVES = (Happening.ALIAS, Happening.DEPLOYMENT)
_EVENTS = {
    "CreateAlias": _alias,
    "UpdateAlias": _alias,
    "PublishVersion": _published,
    "UpdateFunctionCode": _code,
    "UpdateFunctionConfiguration": _configuration,
    "PutFunctionConcurrency": _reserved,
    "DeleteFunctionConcurrency": _reserved,
    "PutProvisionedConcurrencyConfig": _provisioned,
    "DeleteProvisionedConcurrencyConfig": _provisioned,
}
