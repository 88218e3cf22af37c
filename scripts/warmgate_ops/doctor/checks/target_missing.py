"""A function, alias or version that is named but not there."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import AppSpecFacts, Facts, Missing, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    for fact in (facts.latest, facts.alias):
        if isinstance(fact, Missing):
            yield Symptom(place=Place(name=fact.place), message="does not exist in this account and region")
            return
    published = {version.described.version for version in see(facts.versions)}
    appspec = facts.appspec
    if not isinstance(appspec, AppSpecFacts) or appspec.spec is None or not appspec.is_next:
        return
    named = {"CurrentVersion": appspec.spec.baseline, "TargetVersion": appspec.spec.candidate}
    for key, version in named.items():
        if version not in published:
            message = f"{key} {version} of the AppSpec is not published"
            yield Symptom(place=Place(name=facts.function_place, file=appspec.source), message=message)


CHECK = Check(
    id="target-missing",
    title="What is to be deployed does not exist",
    severity=Severity.ERROR,
    why="CodeDeploy moves an alias between two published versions; the deployment fails with INVALID_LAMBDA_FUNCTION or"
    " INVALID_LAMBDA_CONFIGURATION where one of the three is not there.",
    fix="publish the version and create the alias, or name the ones there are",
    sources=("AppSpec 'resources' section (AWS CodeDeploy User Guide)",),
    in_account=_in_account,
)
