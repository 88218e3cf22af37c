"""Waits until the candidate can be called, and reads what the plan must respect: state, concurrency, provisioning."""

from __future__ import annotations

from dataclasses import dataclass

from warmgate.errors import FunctionLookupError
from warmgate.model.deadline import Deadline
from warmgate.model.function import Capacity, FunctionVersion, ProvisionedConcurrency
from warmgate.model.verdict import Finding, Outcome, Unit
from warmgate.policy.values import Provisioned
from warmgate.ports.functions import Functions
from warmgate.ports.time import Clock

POLL_MS = 2_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """What was read before the first call; `refusals` are findings that end the judgement without one."""

    candidate: FunctionVersion
    baseline: FunctionVersion | None
    capacity: Capacity
    provisioned: ProvisionedConcurrency
    refusals: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def run_preflight(
    functions: Functions,
    clock: Clock,
    *,
    function: str,
    baseline: str | None,
    candidate: str,
    provisioned: Provisioned,
    deadline: Deadline,
) -> Preflight:
    """Return the preflight of a candidate; raises FunctionLookupError where Lambda does not answer."""
    version = _wait_until_active(functions, clock, function, candidate, deadline)
    before = functions.version(function, baseline) if baseline else None
    allotment = _wait_until_provisioned(functions, clock, version, provisioned, deadline)
    found = (_state_refusal(version), _provisioned_refusal(version, allotment))
    return Preflight(
        candidate=version,
        baseline=before,
        capacity=functions.capacity(function),
        provisioned=allotment,
        refusals=tuple(finding for finding in found if finding),
        notes=_notes(version, before, allotment),
    )


def _wait_until_active(
    functions: Functions, clock: Clock, function: str, version: str, deadline: Deadline
) -> FunctionVersion:
    while True:
        found = functions.version(function, version)
        # A SnapStart version answers SnapStartNotReadyException until its snapshot is optimised (Lambda, SnapStart).
        if found.state != "Pending" and (found.state != "Active" or found.snap_start_ready):
            return found
        if clock.now_ms() + POLL_MS >= deadline.at_ms:
            waiting_for = "its SnapStart snapshot" if found.snap_start else "state Active"
            raise FunctionLookupError(
                f"{function}:{version} is {found.state} and the deadline came before {waiting_for}",
                hint="publish the version earlier, or give the hook a longer timeout",
            )
        clock.sleep_ms(POLL_MS)


def _wait_until_provisioned(
    functions: Functions, clock: Clock, version: FunctionVersion, wanted: Provisioned, deadline: Deadline
) -> ProvisionedConcurrency:
    while True:
        found = functions.provisioned(version.function, version.version)
        if wanted is Provisioned.IGNORE or found.status != "IN_PROGRESS":
            return found
        if clock.now_ms() + POLL_MS >= deadline.at_ms:
            raise FunctionLookupError(
                f"{version.function}:{version.version}: {found.available} of {found.requested} provisioned environments"
                " were ready at the deadline",
                hint="set warm.provisioned: ignore, or give the hook a longer timeout",
            )
        # None of the units can be used before all are allocated, which takes minutes (Lambda, provisioned concurrency).
        clock.sleep_ms(POLL_MS)


def _state_refusal(version: FunctionVersion) -> Finding | None:
    if version.state != "Failed":
        return None
    why = version.state_reason or "Lambda gives no reason"
    return Finding(
        check="preflight.state",
        outcome=Outcome.FAILED,
        reason=f"version {version.version} is in state Failed: {why}",
    )


def _provisioned_refusal(version: FunctionVersion, found: ProvisionedConcurrency) -> Finding | None:
    if found.status != "FAILED":
        return None
    why = found.reason or "Lambda gives no reason"
    return Finding(
        check="preflight.provisioned",
        outcome=Outcome.FAILED,
        reason=f"provisioned concurrency of version {version.version} failed,"
        f" {found.available} of {found.requested} ready: {why}",
        measured=float(found.available),
        limit=float(found.requested),
        unit=Unit.COUNT,
    )


def _notes(
    version: FunctionVersion, before: FunctionVersion | None, provisioned: ProvisionedConcurrency
) -> tuple[str, ...]:
    notes = []
    if version.hides_report:
        notes.append(
            "the version logs JSON at system log level WARN, which hides the platform's report:"
            " durations are the caller's clock, cold starts cannot be seen"
        )
    if provisioned.requested:
        notes.append(
            f"{provisioned.available} of {provisioned.requested} provisioned environments were ready;"
            " an init they print is no cold start"
        )
    if version.managed_instances:
        notes.append(
            "a managed instance serves many calls at once and starts before them: cold starts, memory and billed time"
            " are not reported; limits.init, limits.first_response and limits.memory have no evidence, and the cost is"
            " estimated by duration"
        )
    if before is not None and (before.role, before.dead_letter_arn) != (version.role, version.dead_letter_arn):
        # A weighted alias needs one role and one dead-letter queue on both versions (Lambda, alias routing).
        notes.append("role or dead-letter queue differs from the baseline's: a canary or linear shift will be refused")
    return tuple(notes)
