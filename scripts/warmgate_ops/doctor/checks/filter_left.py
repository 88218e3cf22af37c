"""A subscription filter of a deployment that has ended."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, SubscriptionFacts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom, each


def _in_account(facts: Facts) -> Iterator[Symptom]:
    yield from each(see(facts.subscriptions), _look)


def _look(found: SubscriptionFacts) -> Iterator[Symptom]:
    if see(found.has_ended):
        message = f"the subscription filter {found.name} is of a deployment that has ended"
        yield Symptom(place=Place(name=f"logs:{found.group}"), message=message)


CHECK = Check(
    id="filter-left",
    title="A subscription filter was left behind",
    severity=Severity.WARNING,
    why="It takes one of the two places of the log group, and every delivery is paid for. Guard and controller remove"
    " theirs; both failed here.",
    fix="aws logs delete-subscription-filter --log-group-name GROUP --filter-name NAME; read the controller's log",
    sources=("CloudWatch Logs quotas (Amazon CloudWatch Logs User Guide)",),
    in_account=_in_account,
)
