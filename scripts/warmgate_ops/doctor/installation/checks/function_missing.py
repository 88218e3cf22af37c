"""A function of Warmgate that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, Missing, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom, each
from warmgate_ops.doctor.installation.seen import OwnFunction, installation


def _in_account(facts: Facts) -> Iterator[Symptom]:
    yield from each(installation(facts).functions, _look)


def _look(own: OwnFunction) -> Iterator[Symptom]:
    if isinstance(own.settings, Missing):
        yield Symptom(
            place=Place(name=own.place), message=f"no such function; it is the {own.role} of the installation"
        )
    else:
        see(own.settings)


CHECK = Check(
    id="own-function-missing",
    title="A function of Warmgate is missing",
    severity=Severity.ERROR,
    why="A deployment that names a hook which does not exist fails; without guard and controller nobody watches a"
    " shift or proves a rollback",
    fix="deploy the stack again with `sam deploy`, or name it with --stack where its functions have other names",
    sources=("AppSpec hooks section for an AWS Lambda deployment (AWS CodeDeploy User Guide)",),
    in_account=_in_account,
)
