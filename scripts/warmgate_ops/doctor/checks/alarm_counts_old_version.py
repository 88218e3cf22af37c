"""An alarm of a release that counts the calls of both versions."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see, some
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom
from warmgate_ops.doctor.template.resources import Template, TemplateAlarm

_WHOLE = frozenset({"ConcurrentExecutions", "UnreservedConcurrentExecutions", "Throttles", "AsyncEventAge"})
"""Metrics that are looked at for the function as a whole."""


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    for alarm, _ in some(template.watching()):
        if alarm.dimensions and alarm.metric not in _WHOLE and alarm.value_of("ExecutedVersion") is None:
            yield from _both(template, alarm)


def _both(template: Template, alarm: TemplateAlarm) -> Iterator[Symptom]:
    resource = alarm.value_of("Resource")
    name, _, qualifier = resource.text.rpartition(":") if resource else ("", "", "")
    if name and (qualifier.isdigit() or qualifier == "*"):
        return  # a version of its own, or what the deployment decides
    place = Place(name=alarm.logical_id, file=template.source, line=alarm.line)
    names = ", ".join(dimension.name for dimension in alarm.dimensions)
    severity = Severity.INFO if resource is not None else None
    message = f"{alarm.metric} of both versions is counted: its dimensions are {names}"
    yield Symptom(place=place, message=message, severity=severity)


CHECK = Check(
    id="alarm-counts-old-version",
    title="An alarm counts the old version's errors",
    severity=Severity.WARNING,
    why="While traffic shifts most calls are the old version's. An alarm on the function counts theirs too: errors"
    " of the old version stop the release that mends them, and those of the new one are thinned out.",
    fix="add the dimensions Resource (NAME:ALIAS) and ExecutedVersion (the new version) to the alarm",
    sources=(
        "Viewing metrics for Lambda functions (AWS Lambda Developer Guide)",
        "aws/serverless-application-model#293",
        "ACloudGuru/serverless-plugin-aws-alerts#217",
    ),
    in_template=_in_template,
)
