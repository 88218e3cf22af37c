"""What was seen of one release, and whether it is what the scenario expects. Pure: it looks at values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from warmgate.model.deployment import Status
from warmgate.model.release import ReleaseOutcome
from warmgate.visible import one_line
from warmgate_ops.rehearsal.scenario import Live, Scenario

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
    reported: Mapping[str, tuple[str, ...]]
    """The statuses that CodeDeploy accepted, by hook execution of the deployment."""
    rollback_reported: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The same of the rollback."""
    report: Mapping[str, Any] | None
    live_calls: int = 0
    live_errors: int = 0
    seconds: float = 0.0
    documents: Mapping[str, str] = field(default_factory=dict)
    """The stored objects of the verdict by file name."""
    notes: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    """The candidate's log lines, of a user's own function alone."""

    @property
    def status(self) -> str:
        """Return the last status of a hook that CodeDeploy accepted, empty without one."""
        return next(iter([status for statuses in self.reported.values() for status in statuses][::-1]), "")

    @property
    def section(self) -> Mapping[str, Any]:
        """Return what the report says of the release's end, empty where nobody has completed it."""
        return (self.report or {}).get("release") or {}

    @property
    def refusals(self) -> list[Mapping[str, Any]]:
        """Return the verdicts after the first one that refused the candidate."""
        return [verdict for verdict in self.section.get("verdicts", []) if verdict["status"] == Status.FAILED]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One scenario's line in the table; it is as expected where `differences` is empty."""

    scenario: str
    expected: str
    """The hook's status, or where a release that live traffic judges must end."""
    status: str
    """The last status that CodeDeploy was sent."""
    outcome: str
    """Of the verdict that decided."""
    alias_before: str
    alias_after: str
    calls: int
    live_calls: int
    live_errors: int
    seconds: float
    reason: str
    differences: tuple[str, ...]
    ended: str = ""
    """Where the release ended, as the completed report says; empty where nobody completes it."""
    refused_by: str = ""
    """Who refused the candidate under live traffic: guard or after; empty where nobody did."""
    runtime: str = ""
    """The runtime identifier, empty for the one that Warmgate's own functions have."""


def row_of(scenario: Scenario, release: RehearsedRelease) -> Row:
    """Return the line of a scenario."""
    report, refusal = release.report or {}, release.refusals[-1] if release.refusals else {}
    return Row(
        scenario=scenario.name,
        expected=_expected(scenario),
        status=release.status or "-",
        outcome=str({**report, **refusal}.get("outcome", "-")),
        alias_before=release.alias_before,
        alias_after=release.alias_after,
        calls=int(report.get("spending", {}).get("invocations", 0)),
        live_calls=release.live_calls,
        live_errors=release.live_errors,
        seconds=round(release.seconds, 1),
        reason=_reason(release),
        differences=differences(scenario, release),
        ended=str(release.section.get("outcome", "")),
        refused_by=str(refusal.get("by", "")),
        runtime=scenario.settings.runtime,
    )


def _expected(scenario: Scenario) -> str:
    if scenario.live:
        return scenario.live.outcome.value
    return scenario.expected.value if scenario.expected else "-"


def _reason(release: RehearsedRelease) -> str:
    """Return on one line why the candidate was refused, else CodeDeploy's own error and the first verdict's reason."""
    deployment = release.section.get("deployment") or {}
    reason = str((release.report or {}).get("reason", "no report was stored"))
    if release.refusals:
        reason = str(release.refusals[-1]["reason"])
    elif deployment.get("error_code"):
        reason = f"{deployment['error_code']}: {deployment['error_message']}; {reason}"
    return one_line(reason)


def differences(scenario: Scenario, release: RehearsedRelease) -> tuple[str, ...]:
    """Return what is not as it must be, in words; promises that hold for every release come first."""
    if release.report is None:
        return (f"no report of deployment {release.deployment_id} was stored",)
    found = _not_reported(scenario, release)
    if scenario.live:
        return (*found, *_unlike_live(scenario.live, release))
    found += _broken_promises(release, release.report["status"])
    if scenario.expected is not None:
        found += _unexpected(scenario, release.report)
    return tuple(found)


def _not_reported(scenario: Scenario, release: RehearsedRelease) -> list[str]:
    if not release.reported and scenario.live is None:
        return ["no hook was called"]
    expected = 0 if scenario.live and scenario.live.silent_hook else 1
    return [
        f"hook execution {execution}: {len(statuses)} statuses were accepted, expected {'one' if expected else 'none'}"
        for execution, statuses in (*release.reported.items(), *release.rollback_reported.items())
        if len(statuses) != expected
    ]


def _broken_promises(release: RehearsedRelease, status: str) -> list[str]:
    if status == Status.SUCCEEDED:
        return [
            *_unlike("deployment", release.deployment_status, "Succeeded"),
            *_unlike("alias", release.alias_after, release.candidate),
        ]
    return [
        *_unlike("deployment", release.deployment_status, "Failed"),
        *_unlike("rollback", release.rollback_status, "Succeeded"),
        *_unlike("alias", release.alias_after, release.baseline),
        *_unlike("highest share of the refused candidate", release.highest_weight, 0.0),
    ]


def _unexpected(scenario: Scenario, report: Mapping[str, Any]) -> list[str]:
    found = _unlike("status", report["status"], scenario.expected)
    failed = [finding["check"] for finding in report["findings"] if finding["outcome"] == "failed"]
    if scenario.failing and not any(check.startswith(scenario.failing) for check in failed):
        found.append(f"failed checks: found {', '.join(failed) or 'none'}, expected {' or '.join(scenario.failing)}")
    return found


def _unlike_live(live: Live, release: RehearsedRelease) -> list[str]:
    home = release.candidate if live.outcome is ReleaseOutcome.RELEASED else release.baseline
    found = _unlike("outcome", release.section.get("outcome"), live.outcome.value)
    found += _unlike("alias", release.alias_after, home)
    by = [str(verdict["by"]) for verdict in release.refusals]
    if live.refused_by and live.refused_by not in by:
        found.append(f"refused by: found {', '.join(by) or 'none'}, expected {live.refused_by}")
    if live.rolled_back_by:
        found += _unlike("rolled back by", (release.section.get("rollback") or {}).get("by"), live.rolled_back_by)
    if live.reason.lower() not in _reason(release).lower():
        found.append(f"reason: found {_reason(release)}, expected one that names {live.reason}")
    if release.highest_weight > live.highest_share + 1e-9:
        found.append(
            f"highest share: found {release.highest_weight:.0%}, expected {live.highest_share:.0%} at the most"
        )
    return found


def _unlike(what: str, found: object, expected: object) -> list[str]:
    return [] if found == expected else [f"{what}: found {found or 'none'}, expected {expected}"]
