"""A function whose settings differ from what the template gives it."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom, each
from warmgate_ops.doctor.installation.seen import OwnFunction, installation


def _in_account(facts: Facts) -> Iterator[Symptom]:
    yield from each(installation(facts).functions, _look)


def _look(own: OwnFunction) -> Iterator[Symptom]:
    found = see(own.settings)
    lacks = [name for name in NEEDED if not found.variables.get(name)]
    faults = [f"{name} is not set" for name in lacks]
    if found.timeout_s < TIMEOUT_S:
        faults.append(f"timeout {found.timeout_s} s, expected {TIMEOUT_S} s")
    if found.memory_mb < MEMORY_MB:
        faults.append(f"memory {found.memory_mb} MB, expected {MEMORY_MB} MB or more")
    if faults:
        yield Symptom(place=Place(name=own.place), message=", ".join(faults))


TIMEOUT_S, MEMORY_MB = 900, 256
NEEDED = ("WARMGATE_REPORT_BUCKET", "WARMGATE_TABLE", "WARMGATE_TOPIC_ARN")


CHECK = Check(
    id="own-function-settings",
    title="A function's settings are not those of the template",
    severity=Severity.WARNING,
    why="A hook with less time measures less and may end inconclusive; without table or bucket a repeated event is"
    " not recognized and no report is stored",
    fix="deploy the stack again; `sam deploy` sets what was changed by hand only where the template changed, so"
    " use the console or `aws lambda update-function-configuration`",
    sources=("Configure Lambda function timeout (AWS Lambda Developer Guide)",),
    in_account=_in_account,
)
