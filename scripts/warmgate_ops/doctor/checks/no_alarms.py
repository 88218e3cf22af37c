"""A release that nobody watches while traffic shifts."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see, some
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    group = see(facts.group)
    if not group.alarm_names:
        yield Symptom(place=Place(name=group.place), message="the group has no alarm that is on")


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    some((*template.releases, *template.groups))
    for release in template.releases:
        if not release.has_alarms:
            place = Place(name=release.logical_id, file=template.source, line=release.line)
            yield Symptom(place=place, message="no Alarms are named")
    for group in template.groups:
        if not group.has_alarms:
            place = Place(name=group.logical_id, file=template.source, line=group.line)
            found = "alarms are named, and Enabled is false" if group.alarms_off else "no alarms are named"
            yield Symptom(place=place, message=found)


CHECK = Check(
    id="no-alarms",
    title="No alarm watches the shift",
    severity=Severity.WARNING,
    why="A hook judges before traffic moves. Once it moves, only an alarm of the group stops the deployment.",
    fix="name an alarm on the errors of the new version (dimensions FunctionName, Resource, ExecutedVersion)",
    sources=("Monitoring deployments with CloudWatch alarms in CodeDeploy (AWS CodeDeploy User Guide)",),
    in_account=_in_account,
    in_template=_in_template,
)
