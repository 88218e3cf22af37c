"""What was seen of one release, and whether it is what the scenario expects. Pure: it looks at values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from warmgate.model.deployment import Status
from warmgate_ops.rehearsal.catalogue import Scenario

Step = Callable[[str, str], None]
"""Hears the name of a scenario and what happens in it now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedRelease:
    """What was seen of one release from its creation to the end of its rollback."""

    deployment_id: str
    deployment_status: str
    rollback_status: str = ""
    """Empty where no rollback was made."""
    baseline: str
    candidate: str
    alias_before: str
    alias_after: str
    """Versions with their shares, for example `1` or `1 + 10% 2`."""
    highest_weight: float
    """The largest share of traffic that the candidate had at any time, from 0 to 1."""
    told: Mapping[str, tuple[str, ...]]
    """The statuses that were accepted, by hook execution."""
    report: Mapping[str, Any] | None
    live_calls: int = 0
    live_errors: int = 0
    seconds: float = 0.0
    documents: Mapping[str, str] = field(default_factory=dict)
    """The stored objects of the verdict by file name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One scenario's line in the table; it is as expected where `differences` is empty."""

    scenario: str
    expected: str
    outcome: str
    status: str
    alias_before: str
    alias_after: str
    calls: int
    live_calls: int
    live_errors: int
    seconds: float
    reason: str
    differences: tuple[str, ...]


def row_of(scenario: Scenario, release: RehearsedRelease) -> Row:
    """Return the line of a scenario."""
    report = release.report or {}
    return Row(
        scenario=scenario.name,
        expected=scenario.expected.value if scenario.expected else "-",
        outcome=str(report.get("outcome", "-")),
        status=str(report.get("status", "-")),
        alias_before=release.alias_before,
        alias_after=release.alias_after,
        calls=int(report.get("spending", {}).get("invocations", 0)),
        live_calls=release.live_calls,
        live_errors=release.live_errors,
        seconds=round(release.seconds, 1),
        reason=" ".join(str(report.get("reason", "no report was stored")).split()),
        differences=differences(scenario, release),
    )


def differences(scenario: Scenario, release: RehearsedRelease) -> tuple[str, ...]:
    """Return what is not as it must be, in words; promises that hold for every release come first."""
    found = _broken_promises(release)
    if scenario.expected is not None and release.report is not None:
        found += _unexpected(scenario, release.report)
    return tuple(found)


def _broken_promises(release: RehearsedRelease) -> list[str]:
    if release.report is None:
        return [f"no report of deployment {release.deployment_id} was stored"]
    status = release.report["status"]
    found = [
        f"hook execution {execution}: {len(statuses)} statuses were accepted, expected one"
        for execution, statuses in release.told.items()
        if len(statuses) != 1
    ]
    if not release.told:
        found.append("no hook was called")
    if status == Status.SUCCEEDED:
        found += _unlike("deployment", release.deployment_status, "Succeeded")
        found += _unlike("alias", release.alias_after, release.candidate)
    else:
        found += _unlike("deployment", release.deployment_status, "Failed")
        found += _unlike("rollback", release.rollback_status, "Succeeded")
        found += _unlike("alias", release.alias_after, release.baseline)
        found += _unlike("highest share of the refused candidate", release.highest_weight, 0.0)
    return found


def _unexpected(scenario: Scenario, report: Mapping[str, Any]) -> list[str]:
    found = _unlike("status", report["status"], scenario.expected)
    failed = [finding["check"] for finding in report["findings"] if finding["outcome"] == "failed"]
    if scenario.failing and not any(check.startswith(scenario.failing) for check in failed):
        found.append(f"failed checks: found {', '.join(failed) or 'none'}, expected {' or '.join(scenario.failing)}")
    return found


def _unlike(what: str, found: object, expected: object) -> list[str]:
    return [] if found == expected else [f"{what}: found {found or 'none'}, expected {expected}"]
