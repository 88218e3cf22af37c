"""A policy that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    found = see(facts.policy)
    for fault in found.faults:
        place = Place(name=fault.path, file=fault.source, line=fault.line)
        yield Symptom(place=place, message=f"found {fault.found}, expected {fault.expected}; {fault.fix}")
    if found.unreadable:
        yield Symptom(place=Place(name=facts.function_place, file=found.source), message=found.unreadable)


CHECK = Check(
    id="policy-faults",
    title="The policy cannot be used",
    severity=Severity.ERROR,
    why="A hook that cannot read its policy reports Failed: the release is refused whatever it is worth.",
    fix="fix the lines named; `warmgate policy validate FILE` lists them again",
    sources=("AppSpec 'hooks' section (AWS CodeDeploy User Guide)",),
    in_account=_in_account,
)
