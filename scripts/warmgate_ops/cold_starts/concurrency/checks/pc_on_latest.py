"""Provisioned environments beside callers that call $LATEST."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.concurrency.seen import concurrency_of
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom

LATEST = "$LATEST"


def _look(facts: Facts) -> Iterator[Symptom]:
    found = concurrency_of(facts)
    provisioned = see(found.provisioned)
    aliases = found.aliases if isinstance(found.aliases, tuple) else ()
    on_latest = [each for each in aliases if each.version == LATEST]
    for each in provisioned:
        if any(alias.name == each.qualifier for alias in on_latest):
            message = f"the alias {each.qualifier} is {LATEST}, for which Lambda provisions nothing"
            yield Symptom(place=found.place(each.qualifier, each.line), message=message, severity=Severity.ERROR)
    past = [each for each in see(found.sources) if each.qualifier in {"", LATEST}]
    if past and found.provisioned_total:
        message = f"{', '.join(each.name for each in past)} call {LATEST}, past {found.provisioned_total} provisioned"
        yield Symptom(place=found.place(line=past[0].line), message=message)


CHECK = Check(
    id="pc-on-latest",
    title="Callers go past the provisioned environments",
    severity=Severity.WARNING,
    why="Provisioned concurrency belongs to a published version or an alias. Who calls the function without one runs"
    " $LATEST on demand, and the provisioned environments are paid for nobody.",
    fix="have event sources and callers name the alias",
    sources=("Configuring provisioned concurrency for a function (AWS Lambda Developer Guide)",),
    in_account=_look,
    in_template=_look,
)
