"""State changes of deployments that call nobody."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom, each
from warmgate_ops.doctor.installation.seen import STATES, OwnFunction, installation


def _in_account(facts: Facts) -> Iterator[Symptom]:
    followers = [own for own in installation(facts).functions if own.role in STATES]
    yield from each(followers, _look)


def _look(own: OwnFunction) -> Iterator[Symptom]:
    rules = see(own.rules)
    heard = {state for rule in rules if rule.enabled for state in rule.states or STATES[own.role]}
    lacks = sorted(STATES[own.role] - heard)
    if lacks:
        disabled = ", ".join(rule.name for rule in rules if not rule.enabled)
        why = f"; disabled: {disabled}" if disabled else ""
        yield Symptom(place=Place(name=own.place), message=f"no enabled rule calls it on {', '.join(lacks)}{why}")


CHECK = Check(
    id="own-rule-missing",
    title="Guard or controller is not called",
    severity=Severity.ERROR,
    why="EventBridge calls the guard when a deployment starts and the controller when it ends; without the rule a"
    " shift is not watched and a rollback not proven",
    fix="aws events enable-rule --name RULE, or deploy the stack again",
    sources=("Enabling or disabling a rule in EventBridge (Amazon EventBridge User Guide)",),
    in_account=_in_account,
)
