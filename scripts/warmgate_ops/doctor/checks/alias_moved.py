"""An alias that is elsewhere than the AppSpec or the last deployment says."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom, each


def _in_account(facts: Facts) -> Iterator[Symptom]:
    see(facts.alias)
    written = list(each((facts,), _as_written))
    return iter(written) if written else _as_left(facts)


def _as_written(facts: Facts) -> Iterator[Symptom]:
    alias, appspec = see(facts.alias), see(facts.appspec)
    if appspec.is_next and appspec.spec is not None and appspec.spec.baseline != alias.version:
        message = f"the alias serves version {alias.version}, CurrentVersion of the AppSpec is {appspec.spec.baseline}"
        yield Symptom(place=Place(name=facts.alias_place, file=appspec.source), message=message)


def _as_left(facts: Facts) -> Iterator[Symptom]:
    alias, group = see(facts.alias), see(facts.group)
    deployed = see(group.deployed)
    if isinstance(group.running, tuple) and group.running:
        return
    is_same = facts.target is not None and (deployed.function, deployed.alias) == (
        facts.target.function,
        facts.target.alias,
    )
    if is_same and deployed.version != alias.version:
        message = f"the alias serves version {alias.version}, {deployed.deployment_id} left it at {deployed.version}"
        yield Symptom(place=Place(name=facts.alias_place), message=message, severity=Severity.WARNING)


CHECK = Check(
    id="alias-moved",
    title="The alias is not where CodeDeploy expects it",
    severity=Severity.ERROR,
    why="CodeDeploy fails a deployment whose CurrentVersion the alias does not serve; an alias that was moved by"
    " hand also"
    " makes a rollback go to a version that nobody meant.",
    fix="write the version that the alias serves as CurrentVersion, or move the alias back, and let CodeDeploy alone"
    " move it",
    sources=(
        "Troubleshoot AWS Lambda deployment issues (AWS CodeDeploy User Guide)",
        "aws/serverless-application-model#291",
        "terraform-aws-modules/terraform-aws-lambda#383",
    ),
    in_account=_in_account,
)
