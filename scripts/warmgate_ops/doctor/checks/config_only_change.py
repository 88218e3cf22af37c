"""A change of settings for which no version is published."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see, some
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    latest, versions = see(facts.latest), see(facts.versions)
    if not versions or latest.described.code_sha256 != versions[-1].described.code_sha256:
        return
    newest = versions[-1]
    keys = sorted(latest.configuration.keys() | newest.configuration.keys())
    changed = [key for key in keys if latest.configuration.get(key) != newest.configuration.get(key)]
    if changed:
        message = f"$LATEST differs from version {newest.described.version} in {', '.join(changed)} alone, not in code"
        yield Symptom(place=Place(name=facts.function_place), message=message)


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    for release in some(template.releases):
        if release.is_sam and release.has_alias and not release.publishes_all_changes:
            place = Place(name=release.logical_id, file=template.source, line=release.line)
            message = "without AutoPublishAliasAllProperties a change of settings alone publishes no version"
            yield Symptom(place=place, message=message, severity=Severity.INFO)


CHECK = Check(
    id="config-only-change",
    title="A change of settings alone is not published",
    severity=Severity.WARNING,
    why="Many templates publish a version when the code changes. A new variable, layer or memory size then reaches"
    " $LATEST only, no hook is called, and the release looks successful.",
    fix="publish a version and deploy it; with SAM set AutoPublishAliasAllProperties: true",
    sources=(
        "AWS::Serverless::Function AutoPublishAliasAllProperties (AWS SAM Developer Guide)",
        "aws/serverless-application-model#413",
        "aws/serverless-application-model#1640",
    ),
    in_account=_in_account,
    in_template=_in_template,
)
