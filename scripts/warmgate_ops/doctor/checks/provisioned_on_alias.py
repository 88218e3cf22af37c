"""Provisioned concurrency on the alias that is shifted."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see, some
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    count = see(facts.provisioned_on_alias)
    if count:
        yield Symptom(place=Place(name=facts.alias_place), message=f"{count} provisioned environments on the alias")


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    for release in some(template.releases):
        if release.provisioned_line is not None:
            place = Place(name=release.logical_id, file=template.source, line=release.provisioned_line)
            yield Symptom(place=place, message="ProvisionedConcurrencyConfig on an alias that CodeDeploy shifts")
        if release.scaled_line is not None:
            place = Place(name=release.logical_id, file=template.source, line=release.scaled_line)
            yield Symptom(place=place, message="Application Auto Scaling provisions an alias that CodeDeploy shifts")


CHECK = Check(
    id="provisioned-on-alias",
    title="Provisioned concurrency is set on the alias",
    severity=Severity.WARNING,
    why="While an alias has weights Lambda divides its provisioned environments by them, so that the new version begins"
    ' with few, and refuses to change them: stacks ended with "Alias with weights can not be used with Provisioned'
    ' Concurrency". A new version whose init fails then wedges the alias.',
    fix="set provisioned concurrency on the new version before the deployment; Warmgate waits until it is ready",
    sources=(
        "Configuring provisioned concurrency for a function (AWS Lambda Developer Guide)",
        "aws/serverless-application-model#1296",
        "aws/serverless-application-model#1353",
        "hashicorp/terraform#24957",
    ),
    in_account=_in_account,
    in_template=_in_template,
)
