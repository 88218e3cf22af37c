"""Stacks whose resources stand in templates of their own."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    for stack in template.nested:
        place = Place(name=stack.logical_id, file=template.source, line=stack.line)
        found = f"what its own template{f' {stack.location}' if stack.location else ''} holds is not looked at here"
        yield Symptom(place=place, message=found)


CHECK = Check(
    id="nested-stacks",
    title="Nested stacks are not looked at",
    severity=Severity.INFO,
    why="The functions, hooks and releases of a nested stack stand in its own template: of them the parent says"
    " nothing.",
    fix="name its template too: `--template` may be repeated",
    sources=("Embed stacks within other stacks using nested stacks (AWS CloudFormation User Guide)",),
    in_template=_in_template,
)
