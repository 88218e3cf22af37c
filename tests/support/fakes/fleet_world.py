"""CodeDeploy, aliases and time as a fleet meets them: deployments that run for a while, groups that take one at a time.

A run may die at any call, before it has an effect or after; what it did stays, as it does in an account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from warmgate.errors import CreateError, DeploymentLookupError, FunctionLookupError
from warmgate.model.deployment import ENDED_STATUSES, Deployment, Target
from warmgate.model.fleet import Release
from warmgate.model.release import AliasState
from warmgate.ports.fleets import Standing

START_S = 1_800_000_000.0


class Died(BaseException):
    """A run was killed: no handler of errors may see it."""


@dataclass(slots=True, kw_only=True)
class Made:
    """One deployment of the world."""

    deployment_id: str
    release: Release
    baseline: str
    description: str
    created_s: float
    status: str = "InProgress"


@dataclass(slots=True, kw_only=True)
class FleetWorld:
    """An account with a clock that moves only when somebody sleeps."""

    bad: frozenset[str] = frozenset()
    """Keys of releases that are refused, and go back."""
    lasts_s: float = 7.0
    dies_at: int = 0
    """At which call the run dies, counted from 1; odd ones before the effect, even ones after it. 0 for never."""
    lose_answers: bool = False
    """Whether the answer to each first CreateDeployment of a release is lost after it was made."""
    throttles: int = 0
    """How many calls of CreateDeployment are throttled."""
    at_s: float = START_S
    deployments: list[Made] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    weighted: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    most_active: int = 0
    calls: int = 0
    down: int = 0
    """How many looks fail."""

    def now_ms(self) -> float:
        """Return the clock."""
        return self.at_s * 1000

    def epoch_ms(self) -> float:
        """Return the clock."""
        return self.at_s * 1000

    def utc_now(self) -> str:
        """Return no instant that anybody reads."""
        return "2027-01-15T08:00:00Z"

    def sleep_ms(self, duration_ms: float) -> None:
        """Let time pass."""
        self._maybe_die()
        self.at_s += duration_ms / 1000
        self._pass()

    def read(self, target: Target) -> AliasState:
        """Return what an alias serves."""
        self._pass()
        key = f"{target.function}:{target.alias}"
        if key in self.unreadable:
            raise FunctionLookupError(f"{key} could not be read")
        weights = (("99", 0.1),) if key in self.weighted else ()
        return AliasState(version=self.versions.get(key, "1"), weights=weights)

    def put_back(self, target: Target, version: str, revision: str) -> None:
        """Fleets put nothing back."""
        raise AssertionError("a fleet edits no alias")

    def create(self, release: Release, baseline: str, description: str) -> str:
        """Make a deployment unless the group has an active one."""
        self._pass()
        self._maybe_die()
        if self.throttles > 0:
            self.throttles -= 1
            raise CreateError("ThrottlingException: Rate exceeded", busy=True, unsure=True)
        if any(made.release.group == release.group and self._is_active(made) for made in self.deployments):
            raise CreateError("DeploymentLimitExceededException: already has an active Deployment", busy=True)
        made = Made(
            deployment_id=f"d-{len(self.deployments) + 1:09}",
            release=release,
            baseline=baseline,
            description=description,
            created_s=self.at_s,
        )
        first = all(other.release.key != release.key for other in self.deployments)
        self.deployments.append(made)
        self.most_active = max(self.most_active, sum(map(self._is_active, self.deployments)))
        self._maybe_die()
        if self.lose_answers and first:
            raise CreateError("ReadTimeoutError", unsure=True)
        return made.deployment_id

    def find(self, release: Release, mark: str, since_s: float) -> str:
        """Return the first deployment of the group with a mark."""
        self._pass()
        kept = [made for made in self.deployments if made.release.group == release.group and made.created_s >= since_s]
        return next((made.deployment_id for made in kept if mark in made.description), "")

    def standings(self, deployment_ids: Sequence[str]) -> dict[str, Standing]:
        """Return how deployments stand."""
        self._pass()
        if self.down > 0:
            self.down -= 1
            raise DeploymentLookupError("no connection")
        found = {made.deployment_id: made for made in self.deployments}
        return {
            each: Standing(found[each].status, found[each].status in ENDED_STATUSES)
            for each in deployment_ids
            if each in found
        }

    def describe(self, deployment_id: str) -> Deployment:
        """Return a deployment."""
        made = next(made for made in self.deployments if made.deployment_id == deployment_id)
        return Deployment(
            deployment_id=deployment_id,
            target=made.release.target,
            baseline=made.baseline,
            candidate=made.release.version,
            status=made.status,
            error_message="" if made.status == "Succeeded" else "One or more of the lifecycle event hooks failed",
        )

    def of(self, deployment_id: str) -> str:
        """Return the reason of a refusal."""
        made = next(made for made in self.deployments if made.deployment_id == deployment_id)
        return "limits.duration.p95: 612 ms > 400 ms" if made.status == "Failed" else ""

    def _is_active(self, made: Made) -> bool:
        return made.status not in ENDED_STATUSES

    def _pass(self) -> None:
        """End what has run long enough."""
        for made in self.deployments:
            if self._is_active(made) and self.at_s - made.created_s >= self.lasts_s:
                good = made.release.key not in self.bad
                made.status = "Succeeded" if good else "Failed"
                self.versions[made.release.key] = made.release.version if good else made.baseline

    def _maybe_die(self) -> None:
        self.calls += 1
        if self.calls == self.dies_at:
            raise Died


class FakeStops:
    """Stops in memory."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def stopped_by(self, fleet_id: str) -> str:
        """Return what stopped a fleet."""
        return self.known.get(fleet_id, "")

    def stop(self, fleet_id: str, key: str) -> None:
        """Note it."""
        self.known[fleet_id] = key
