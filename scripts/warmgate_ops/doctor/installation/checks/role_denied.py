"""A function whose role may not do what it does in every release."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, Missing, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom, each
from warmgate_ops.doctor.installation.seen import OwnFunction, installation


def _in_account(facts: Facts) -> Iterator[Symptom]:
    yield from each(installation(facts).functions, _look)


def _look(own: OwnFunction) -> Iterator[Symptom]:
    if isinstance(own.permissions, Missing):
        yield Symptom(place=Place(name=own.place), message=f"its role {own.permissions.place} does not exist")
        return
    for permission in see(own.permissions):
        if not permission.allowed:
            message = f"its role may not {permission.action} on {permission.resource}"
            yield Symptom(place=Place(name=own.place), message=message)


CHECK = Check(
    id="own-role-denied",
    title="The role of a function of Warmgate lacks a permission",
    severity=Severity.ERROR,
    why="A boundary, a service control policy or a change by hand takes what the template grants; the hook then"
    " ends in an error and the release is refused",
    fix="compare the role with the security model, and deploy the stack again",
    sources=("Testing IAM policies with the IAM policy simulator (AWS Identity and Access Management User Guide)",),
    in_account=_in_account,
)
