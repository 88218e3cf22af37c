"""A request rate near ten a second for each unit of concurrency."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.concurrency.seen import RATE_OF_ONE, Account, concurrency_of
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom

NEAR = 0.8


def _in_account(facts: Facts) -> Iterator[Symptom]:
    found = concurrency_of(facts)
    rate = see(see(found.use).peak_rate)
    units = found.reserved if isinstance(found.reserved, int) else _unreserved(found.account)
    allowed = RATE_OF_ONE * see(units or None)
    if rate >= NEAR * allowed:
        message = f"{rate:,.0f} requests/s in the busiest minute, {allowed:,} are taken ({RATE_OF_ONE} x {units:,})"
        yield Symptom(place=found.place(), message=message)


def _unreserved(account: object) -> int | None:
    return account.unreserved if isinstance(account, Account) else None


CHECK = Check(
    id="rate-limit",
    title="Requests come near 10 a second for each unit",
    severity=Severity.WARNING,
    why="Lambda takes 10 requests a second for each unit of concurrency. Short calls reach that before their"
    " concurrency"
    " reaches the reservation: at 20 ms a unit could serve 50.",
    fix="reserve a tenth of the requests a second, or batch them",
    sources=("Lambda quotas (AWS Lambda Developer Guide)", "Lambda scaling behavior (AWS Lambda Developer Guide)"),
    in_account=_in_account,
)
