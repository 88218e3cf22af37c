"""An alarm of a release on a metric that Lambda never writes."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see, some
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom
from warmgate_ops.doctor.template.resources import Template, TemplateAlarm

_KNOWN = frozenset({"FunctionName", "Resource", "ExecutedVersion"})
_SETS = (
    frozenset[str](),
    frozenset({"FunctionName"}),
    frozenset({"FunctionName", "Resource"}),
    frozenset({"FunctionName", "Resource", "ExecutedVersion"}),
)


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    for alarm, _ in some(template.watching()):
        yield from _silent(template, alarm)


def _silent(template: Template, alarm: TemplateAlarm) -> Iterator[Symptom]:
    for dimension in alarm.dimensions:
        place = Place(name=alarm.logical_id, file=template.source, line=dimension.line)
        near = next((known for known in _KNOWN if known.lower() == dimension.name.lower()), dimension.name)
        if near != dimension.name:
            yield Symptom(place=place, message=f"the dimension {dimension.name} is spelt {near}")
        elif dimension.name in ("FunctionName", "Resource") and dimension.text.startswith("arn:"):
            yield Symptom(place=place, message=f"the dimension {dimension.name} is an ARN, expected a name")
    names = frozenset(dimension.name for dimension in alarm.dimensions)
    if alarm.is_decided and names < _KNOWN and names not in _SETS:
        place = Place(name=alarm.logical_id, file=template.source, line=alarm.dimensions[0].line)
        found = " and ".join(sorted(names))
        yield Symptom(place=place, message=f"no metric has the dimensions {found} without the others")


CHECK = Check(
    id="alarm-never-has-data",
    title="An alarm can never have data",
    severity=Severity.ERROR,
    why="Lambda writes a metric with the dimensions FunctionName, with FunctionName and Resource, and with"
    " FunctionName, Resource and ExecutedVersion. Resource is name:alias or name:version, never an ARN."
    " On anything else there is no data, the alarm never rings, and nobody watches the shift.",
    fix="set Resource to NAME:ALIAS and ExecutedVersion to the new version, beside FunctionName",
    sources=(
        "Viewing metrics for Lambda functions (AWS Lambda Developer Guide)",
        "aws/serverless-application-model#518",
        "aws/serverless-application-model#656",
    ),
    in_template=_in_template,
)
