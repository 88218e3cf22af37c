"""An alias that still shares its traffic between two versions."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, GroupFacts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    alias = see(facts.alias)
    if alias.weights and not _is_shifting(facts):
        shares = ", ".join(f"{weight:.0%} on {version}" for version, weight in alias.weights.items())
        yield Symptom(place=Place(name=facts.alias_place), message=f"version {alias.version} with {shares}")


def _is_shifting(facts: Facts) -> bool:
    """Return whether a deployment explains the weights."""
    running = facts.group.running if isinstance(facts.group, GroupFacts) else None
    return isinstance(running, tuple) and bool(running)


CHECK = Check(
    id="alias-weighted",
    title="The alias shares traffic between two versions",
    severity=Severity.ERROR,
    why="A deployment that was stopped without rollback leaves weights behind, and every later one fails until they are"
    " cleared.",
    fix="aws lambda update-alias --function-name NAME --name ALIAS --function-version N"
    " --routing-config AdditionalVersionWeights={}",
    sources=("Troubleshoot AWS Lambda deployment issues (AWS CodeDeploy User Guide)",),
    in_account=_in_account,
)
