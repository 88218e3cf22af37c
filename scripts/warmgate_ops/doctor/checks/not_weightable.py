"""Two versions that an alias cannot share traffic between."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, GroupFacts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    alias, after = see(facts.alias), facts.candidate().described
    before = next((v.described for v in see(facts.versions) if v.described.version == alias.version), None)
    if before is None or not _is_gradual(facts):
        return
    for what, old, new in (
        ("role", before.role, after.role),
        ("dead-letter queue", before.dead_letter_arn, after.dead_letter_arn),
    ):
        if old != new:
            message = (
                f"{what} of version {before.version} is {old or 'none'}, of version {after.version} {new or 'none'}"
            )
            yield Symptom(place=Place(name=facts.alias_place), message=message)


def _is_gradual(facts: Facts) -> bool:
    """Return whether traffic is to shift in steps; taken as so where no group was named."""
    return see(facts.group.shifts_gradually) if isinstance(facts.group, GroupFacts) else True


CHECK = Check(
    id="not-weightable",
    title="Role or dead-letter queue differ between the versions",
    severity=Severity.ERROR,
    why="A weighted alias needs one execution role and one dead-letter queue on both versions: canary and linear"
    " shifts of"
    " such a release are refused.",
    fix="release it with CodeDeployDefault.LambdaAllAtOnce, or change the role in a release of its own",
    sources=(
        "Implement Lambda canary deployments using a weighted alias (AWS Lambda Developer Guide)",
        "serverless-heaven/serverless-aws-alias#64",
    ),
    in_account=_in_account,
)
