"""The CloudWatch alarms of a template on metrics of Lambda, and which of them a release names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from warmgate_ops.doctor.template.names import Unknown, attribute_of, parts_of, references_of
from warmgate_ops.doctor.template.nodes import Value
from warmgate_ops.doctor.template.resources import Dimension, TemplateAlarm

_NAMESPACE = "AWS/Lambda"
_CANARY = re.compile(r"(?:CodeDeployDefault\.)?(?:Lambda)?Canary\d+Percent(\d+)Minutes?")
_LINEAR = re.compile(r"(?:CodeDeployDefault\.)?(?:Lambda)?Linear(\d+)PercentEvery(\d+)Minutes?")


def alarms_of(resources: Iterable[tuple[str, Value]]) -> tuple[TemplateAlarm, ...]:
    """Return the alarms on one metric of Lambda; those on expressions are not read."""
    return tuple(
        _alarm(name, body)
        for name, body in resources
        if body.kind == "AWS::CloudWatch::Alarm" and _text(body.at("Properties", "Namespace")) == _NAMESPACE
    )


def alarms_named(value: Value | None) -> frozenset[str]:
    """Return the logical ids and names of the alarms that a list names, in either branch of an If."""
    return frozenset(_named(value)) if value else frozenset()


def _named(value: Value) -> Iterator[str]:
    for choice in value.choices():
        if choice.entries():
            for entry in choice.entries():
                yield from _named(entry)
        elif (name := choice.get("Name")) is not None:
            yield from _named(name)
        else:
            yield from (*references_of(choice), *filter(None, [choice.text()]))


def shift_of(value: Value | None) -> int | None:
    """Return how long a predefined deployment configuration shifts traffic, in seconds; None where it is another."""
    parts = parts_of(value) if value else ()
    name = "".join(part for part in parts if isinstance(part, str)) if len(parts) == 1 else ""
    if canary := _CANARY.fullmatch(name):
        return int(canary[1]) * 60
    linear = _LINEAR.fullmatch(name)
    return (100 // int(linear[1]) - 1) * int(linear[2]) * 60 if linear and int(linear[1]) else None


def _alarm(logical_id: str, body: Value) -> TemplateAlarm:
    dimensions = body.at("Properties", "Dimensions")
    name = body.at("Properties", "AlarmName")
    return TemplateAlarm(
        logical_id=logical_id,
        line=body.line,
        name=_text(name),
        metric=_text(body.at("Properties", "MetricName")),
        dimensions=tuple(_dimension(each) for each in (dimensions.entries() if dimensions else ())),
        is_decided=dimensions is None or bool(dimensions.entries()),
        needs_s=_needed(body),
    )


def _dimension(entry: Value) -> Dimension:
    value = entry.get("Value")
    parts = parts_of(value) if value else ()
    text = "".join("*" if isinstance(part, Unknown) else part for part in parts)
    if value is not None and attribute_of(value) == "Arn":
        text = "arn:*"
    return Dimension(name=_text(entry.get("Name")), line=entry.line, text=text)


def _needed(body: Value) -> int | None:
    """Return how long an alarm needs from the first breaching period until it rings."""
    period = _text(body.at("Properties", "Period"))
    count = body.at("Properties", "DatapointsToAlarm") or body.at("Properties", "EvaluationPeriods")
    known = period.isdigit() and _text(count).isdigit()
    return int(period) * int(_text(count)) if known else None


def _text(value: Value | None) -> str:
    return (value.text() if value else None) or ""
