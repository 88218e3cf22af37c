"""Provisioned environments on an alias that has weights."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.concurrency.seen import concurrency_of
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom


def _look(facts: Facts) -> Iterator[Symptom]:
    found = concurrency_of(facts)
    weighted = {each.name: each for each in see(found.aliases) if each.weights}
    for each in see(found.provisioned):
        alias = weighted.get(each.qualifier)
        if alias is not None:
            shares = ", ".join(f"{version} {share:.0%}" for version, share in alias.weights.items())
            message = f"{each.requested} provisioned on an alias with weights ({alias.version}, {shares})"
            yield Symptom(place=found.place(each.qualifier, each.line), message=message)


CHECK = Check(
    id="pc-on-weighted-alias",
    title="Provisioned concurrency stands on an alias with weights",
    severity=Severity.WARNING,
    why="While an alias has weights Lambda divides its provisioned environments by them, and refuses to change their"
    " number.",
    fix="provision the versions while traffic shifts, and the alias after it",
    sources=(
        "Configuring provisioned concurrency for a function (AWS Lambda Developer Guide)",
        "aws/serverless-application-model#1296",
    ),
    in_account=_look,
    in_template=_look,
)
