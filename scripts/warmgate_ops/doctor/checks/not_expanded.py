"""Parts of a template that only the deployment writes out."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    for part in template.unread:
        place = Place(name=part.name, file=template.source, line=part.line)
        yield Symptom(place=place, message=f"{part.what} is not looked at here")


CHECK = Check(
    id="not-expanded",
    title="Parts of the template are not looked at",
    severity=Severity.INFO,
    why="Loops, macros, modules and inserted text become resources at the deployment. Of the functions, hooks and"
    " releases among them the text says nothing.",
    fix="name the processed template: `aws cloudformation get-template --template-stage Processed` prints it",
    sources=(
        "Fn::ForEach (AWS CloudFormation User Guide)",
        "Perform custom processing on CloudFormation templates with template macros (AWS CloudFormation User Guide)",
    ),
    in_template=_in_template,
)
