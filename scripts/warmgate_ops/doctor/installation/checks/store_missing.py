"""Bucket, table, topic or state machine that the functions name and that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, Missing, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom, each
from warmgate_ops.doctor.installation.seen import Store, installation


def _in_account(facts: Facts) -> Iterator[Symptom]:
    yield from each(installation(facts).stores, _look)


def _look(store: Store) -> Iterator[Symptom]:
    if isinstance(store.exists, Missing):
        yield Symptom(
            place=Place(name=store.place), message="does not exist, and the functions are configured to use it"
        )
    else:
        see(store.exists)


CHECK = Check(
    id="own-store-missing",
    title="Bucket, table, topic or state machine is missing",
    severity=Severity.ERROR,
    why="Without the bucket no report is stored, without the table a repeated event is judged again, without the"
    " topic nobody hears of a rollback, without the state machine no released version is baked",
    fix="deploy the stack again under the same name",
    sources=("AWS::Serverless::Function (AWS SAM Developer Guide)",),
    in_account=_in_account,
)
