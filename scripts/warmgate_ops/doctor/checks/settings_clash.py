"""Settings of a function that AWS refuses together, or that do nothing."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see, some
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    some(template.functions)
    for setting in template.settings:
        place = Place(name=setting.logical_id, file=template.source, line=setting.line)
        severity = None if setting.is_refused else Severity.WARNING
        yield Symptom(place=place, message=setting.message, severity=severity)


CHECK = Check(
    id="settings-clash",
    title="Settings are refused together or do nothing",
    severity=Severity.ERROR,
    why="The deployment of the template fails where AWS refuses settings together. SnapStart without a published"
    " version is accepted and does nothing: calls of $LATEST start cold.",
    fix="remove one of them; for SnapStart publish a version, with SAM by AutoPublishAlias",
    sources=(
        "Improving startup performance with Lambda SnapStart (AWS Lambda Developer Guide)",
        "TenancyConfig (AWS CDK API Reference)",
        "aws-samples/amazon-transcribe-live-meeting-assistant#626",
    ),
    in_template=_in_template,
)
