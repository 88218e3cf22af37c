"""An account in which nothing more can be reserved."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.concurrency.seen import DEFAULT_LIMIT, KEPT_UNRESERVED, concurrency_of
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    found = concurrency_of(facts)
    account = see(found.account)
    if account.unreserved <= KEPT_UNRESERVED and account.limit >= DEFAULT_LIMIT:
        message = f"{account.unreserved} of {account.limit:,} are unreserved: nothing more can be reserved"
        yield Symptom(place=found.place(), message=message)


CHECK = Check(
    id="unreserved-below-100",
    title="Functions without a reservation share 100 or fewer",
    severity=Severity.WARNING,
    why="What functions reserve is taken from all others. Lambda keeps 100 for functions without a reservation and"
    " refuses"
    " a reservation that would leave less.",
    fix="lower a reservation that is above what its function needs, or ask for a higher quota",
    sources=("Configuring reserved concurrency for a function (AWS Lambda Developer Guide)",),
    in_account=_in_account,
)
