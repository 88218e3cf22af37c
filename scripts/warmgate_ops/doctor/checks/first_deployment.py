"""A release before which there was none."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, Missing, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom, each


def _in_account(facts: Facts) -> Iterator[Symptom]:
    see(facts.versions if facts.versions is not None else facts.group)
    return each((_one_version, _no_deployment), lambda look: look(facts))


def _one_version(facts: Facts) -> Iterator[Symptom]:
    versions = see(facts.versions)
    if len(versions) < 2:
        found = f"version {versions[0].described.version} alone" if versions else "no version"
        yield Symptom(place=Place(name=facts.function_place), message=f"{found} is published")


def _no_deployment(facts: Facts) -> Iterator[Symptom]:
    group = see(facts.group)
    if isinstance(group.deployed, Missing):
        yield Symptom(place=Place(name=group.place), message="no deployment has ever succeeded in this group")


CHECK = Check(
    id="first-deployment",
    title="The first deployment runs no hooks",
    severity=Severity.WARNING,
    why="CloudFormation and SAM call CodeDeploy where an alias moves to another version, not where it is made: the"
    " first"
    " release goes out unseen. A rollback needs a revision that succeeded before.",
    fix="judge the first version with `warmgate check --function NAME --candidate 1 --policy FILE`, then deploy twice",
    sources=(
        "UpdatePolicy attribute: CodeDeployLambdaAliasUpdate (AWS CloudFormation Template Reference Guide)",
        "davidgf/serverless-plugin-canary-deployments#76",
        "aws/serverless-application-model#223",
    ),
    in_account=_in_account,
)
