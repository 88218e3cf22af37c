"""A function that runs another version of Warmgate than the tool."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom, each
from warmgate_ops.doctor.installation.seen import OwnFunction, installation


def _in_account(facts: Facts) -> Iterator[Symptom]:
    found = installation(facts)
    yield from each(found.functions, lambda own: _look(own, found.expected))


def _look(own: OwnFunction, expected: str) -> Iterator[Symptom]:
    version = see(own.version)
    if version != expected:
        message = f"is of version {version or 'unknown, it has no tag warmgate-version'}, expected {expected}"
        yield Symptom(place=Place(name=own.place), message=message)


CHECK = Check(
    id="own-function-version",
    title="A function runs another version of Warmgate",
    severity=Severity.WARNING,
    why="Four functions of different versions read each other's reports and records; a tool of another version"
    " shows them as it would write them",
    fix="check out the version that is wanted, then `make package` and `sam deploy`",
    sources=("Using tags on Lambda functions (AWS Lambda Developer Guide)",),
    in_account=_in_account,
)
