"""An account whose limit is below the default."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.concurrency.seen import DEFAULT_LIMIT, Account, concurrency_of
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    found = concurrency_of(facts)
    account = see(found.account)
    if account.limit < DEFAULT_LIMIT:
        yield Symptom(place=found.place(), message=f"{_words(account)}, the default is {DEFAULT_LIMIT:,}")


def _words(account: Account) -> str:
    return f"the account's limit is {account.limit:,} ({account.unreserved:,} unreserved)"


CHECK = Check(
    id="account-limit-low",
    title="The account's concurrency is below the default",
    severity=Severity.WARNING,
    why="All functions of an account share its limit in a region: 1,000 by default, less in new accounts. At the"
    " limit calls"
    " are refused with 429, and releases are probed with few environments.",
    fix="ask for a higher quota: aws service-quotas request-service-quota-increase --service-code lambda --quota-code"
    " L-B99A9384 --desired-value 1000",
    sources=("Lambda quotas (AWS Lambda Developer Guide)",),
    in_account=_in_account,
)
