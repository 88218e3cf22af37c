"""A SAM release without an alias to shift."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see, some
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    for release in some(template.releases):
        if release.is_sam and not release.has_alias:
            place = Place(name=release.logical_id, file=template.source, line=release.line)
            yield Symptom(place=place, message="DeploymentPreference without AutoPublishAlias")


CHECK = Check(
    id="no-alias",
    title="No alias is published",
    severity=Severity.ERROR,
    why="CodeDeploy shifts an alias. Without AutoPublishAlias SAM publishes no version and refuses the template.",
    fix="add `AutoPublishAlias: live` to the function",
    sources=("DeploymentPreference (AWS SAM Developer Guide)",),
    in_template=_in_template,
)
