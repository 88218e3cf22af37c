"""A log of Warmgate that is kept for ever."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, Missing, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom, each
from warmgate_ops.doctor.installation.seen import OwnFunction, installation


def _in_account(facts: Facts) -> Iterator[Symptom]:
    yield from each(installation(facts).functions, _look)


def _look(own: OwnFunction) -> Iterator[Symptom]:
    if not see(own.retention_days) and not isinstance(own.settings, Missing):
        yield Symptom(place=Place(name=own.place), message="its log group has no retention or does not exist yet")


CHECK = Check(
    id="own-log-retention",
    title="A log is kept for ever",
    severity=Severity.WARNING,
    why="The template sets LogRetentionDays; a group that Lambda made by itself never forgets and costs more every"
    " month",
    fix="aws logs put-retention-policy --log-group-name NAME --retention-in-days 90",
    sources=("Change log data retention in CloudWatch Logs (Amazon CloudWatch Logs User Guide)",),
    in_account=_in_account,
)
