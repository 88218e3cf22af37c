"""A release at its end as values: what the alias serves, what was done and is reported."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from warmgate.model.deployment import Deployment, LiveJudge


def back_claim(deployment_id: str) -> str:
    """Return the key under which Warmgate records the deployment that it makes back from one."""
    return f"rollback {deployment_id}"


class ReleaseOutcome(StrEnum):
    """Where a release ended."""

    RELEASED = "released"
    ROLLED_BACK = "rolled_back"
    """Failed or stopped, and the alias serves the baseline alone."""
    NOT_ROLLED_BACK = "not_rolled_back"
    SUPERSEDED = "superseded"
    """Failed or stopped, and a later deployment or another version has taken over."""
    UNKNOWN = "unknown"
    """The alias could not be read, or the release has not been followed to its end."""


FINAL = frozenset({ReleaseOutcome.RELEASED, ReleaseOutcome.ROLLED_BACK})
"""Outcomes that nothing later changes."""


class Claim(StrEnum):
    """What became of a claim: it is ours, another run's for now, or what it stands for has been done."""

    TAKEN = "taken"
    HELD = "held"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class StateChange:
    """A terminal state change: all that CodeDeploy's event says."""

    deployment_id: str
    state: str
    """SUCCESS, FAILURE or STOP."""


@dataclass(frozen=True, slots=True)
class AlarmState:
    """An alarm of the deployment group as it is now."""

    name: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasState:
    """What an alias serves; `weights` are the shares of versions beside the main one."""

    version: str
    weights: tuple[tuple[str, float], ...] = ()
    revision: str = ""
    """Changes with every change of the alias."""

    @property
    def versions(self) -> frozenset[str]:
        """Return every version with traffic."""
        return frozenset({self.version, *(version for version, share in self.weights if share > 0)})

    def serves_alone(self, version: str) -> bool:
        """Return whether a version has all the traffic."""
        return bool(version) and self.versions == {version}

    def __str__(self) -> str:
        """Return `version 6`, or `version 6 with 10 % to 7`."""
        shares = ", ".join(f"{share * 100:g} % to {version}" for version, share in self.weights if share > 0)
        return f"version {self.version}{f' with {shares}' if shares else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryResult:
    """A release at its end: the alias, the deployment that brought it back, and what a reader must know besides."""

    release: Deployment
    alias: AliasState | None = None
    rollback: Deployment | None = None
    superseded_by: str = ""
    notes: tuple[str, ...] = ()
    unread: str = ""
    """What could not be read, so that nothing was done about the alias: the event must be delivered again."""

    @property
    def serves_baseline(self) -> bool:
        """Return whether the alias serves the baseline alone."""
        return self.alias is not None and self.alias.serves_alone(self.release.baseline)

    @property
    def outcome(self) -> ReleaseOutcome:
        """Return where the release ended."""
        if self.release.status == "Succeeded":
            return ReleaseOutcome.RELEASED
        if self.serves_baseline:
            return ReleaseOutcome.ROLLED_BACK
        if self.alias is None:
            return ReleaseOutcome.UNKNOWN
        own = {self.release.baseline, self.release.candidate}
        if self.superseded_by or self.alias.versions - own:
            return ReleaseOutcome.SUPERSEDED
        return ReleaseOutcome.NOT_ROLLED_BACK

    @property
    def seconds_to_rollback(self) -> float | None:
        """Return the time from the failed deployment's end to its rollback's."""
        ended = None if self.rollback is None else self.rollback.completed_s
        if ended is None or self.release.completed_s is None or not self.serves_baseline:
            return None
        return max(0.0, ended - self.release.completed_s)


@dataclass(frozen=True, slots=True)
class StoredReport:
    """The stored report of a deployment."""

    document: dict[str, Any]
    markdown: str


@dataclass(frozen=True, slots=True)
class LaterVerdict:
    """The report of a verdict on live traffic, which lies beside the first one's."""

    by: LiveJudge
    document: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What people are notified of one terminal deployment, in every form that a sink may need."""

    deployment_id: str
    outcome: ReleaseOutcome
    subject: str
    """At most 100 ASCII characters."""
    text: str
    detail: dict[str, Any]
    """The event `warmgate.verdict`."""
    function: str
    seconds_to_rollback: float | None = None
    unjudged: str = ""
    """Why nothing was judged on purpose: rollback, skip or no_hooks."""
