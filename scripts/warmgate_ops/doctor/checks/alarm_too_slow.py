"""An alarm that rings after traffic has shifted."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see, some
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    for alarm, shift_s in some(template.watching()):
        if shift_s is not None and alarm.needs_s is not None and alarm.needs_s > shift_s:
            place = Place(name=alarm.logical_id, file=template.source, line=alarm.line)
            message = f"rings after {alarm.needs_s} s of breached periods, traffic has shifted after {shift_s} s"
            yield Symptom(place=place, message=message)


CHECK = Check(
    id="alarm-too-slow",
    title="An alarm needs longer than the shift lasts",
    severity=Severity.WARNING,
    why="CodeDeploy looks at alarms while it shifts traffic. An alarm that must be breached for longer than that rings"
    " when all traffic is on the new version, and stops nothing.",
    fix="lower Period or EvaluationPeriods of the alarm, or shift more slowly",
    sources=(
        "Monitoring deployments with CloudWatch alarms in CodeDeploy (AWS CodeDeploy User Guide)",
        "Using Amazon CloudWatch alarms (Amazon CloudWatch User Guide)",
    ),
    in_template=_in_template,
)
