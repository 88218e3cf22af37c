"""What the rollback controller needs from the world, each with the errors it may raise and no other."""

from __future__ import annotations

from typing import Protocol

from warmgate.model import Target
from warmgate.release import AlarmState, AliasState, Claim, LaterVerdict, Notice, Release, StoredReport


class Releases(Protocol):
    """CodeDeploy, as the controller needs it."""

    def describe(self, deployment_id: str) -> Release:
        """Return a deployment; raises DeploymentLookupError."""
        ...

    def later(self, release: Release) -> tuple[Release, ...]:
        """Return the deployments of the same group made after a deployment, oldest first, without target and hooks.

        Raises DeploymentLookupError.
        """
        ...

    def roll_back(self, release: Release) -> str:
        """Make a deployment from the candidate back to the baseline, marked as such and without hooks; return its id.

        Raises RollbackError: `busy` where a deployment of the group is in progress, `unsure` where no answer came.
        """
        ...


class Aliases(Protocol):
    """Lambda's aliases."""

    def read(self, target: Target) -> AliasState:
        """Return what an alias serves; raises FunctionLookupError."""
        ...

    def put_back(self, target: Target, version: str, revision: str) -> None:
        """Let an alias serve one version alone if its revision is still `revision`.

        Raises RollbackError: `busy` where the revision is another, `unsure` where no answer came.
        """
        ...


class AllowTag(Protocol):
    """The tag by which the owner of a function lets Warmgate change it."""

    def allows(self, target: Target) -> bool:
        """Return whether the function of a target may be changed; raises FunctionLookupError."""
        ...


class Alarms(Protocol):
    """The alarms that a deployment watches."""

    def of(self, release: Release) -> tuple[AlarmState, ...]:
        """Return the alarms of a release and their states now; raises DeploymentLookupError."""
        ...


class Claims(Protocol):
    """Who does what must be done once; every method raises ClaimError."""

    def claim(self, key: str, lease_ms: float) -> Claim:
        """Claim a key; a claim that is neither settled nor given up ends with its lease."""
        ...

    def settle(self, key: str) -> None:
        """Note that what a key stands for has been done."""
        ...

    def give_up(self, key: str) -> None:
        """Let another run claim a key."""
        ...


class StoredReports(Protocol):
    """The reports of deployments."""

    def read(self, deployment_id: str) -> StoredReport | None:
        """Return the report of a deployment, None where none is stored; raises ReportError."""
        ...

    def later(self, deployment_id: str) -> tuple[LaterVerdict, ...]:
        """Return the verdicts on a deployment's live traffic, the last word last; raises ReportError."""
        ...

    def write(self, deployment_id: str, report: StoredReport) -> None:
        """Store the report of a deployment in the place of the one there; raises ReportError."""
        ...

    def address(self, deployment_id: str) -> str:
        """Return where the report of a deployment lies for people."""
        ...


class Notices(Protocol):
    """One way to tell people; `name` tells it from the others."""

    @property
    def name(self) -> str:
        """Return the name of this way."""
        ...

    def send(self, notice: Notice) -> None:
        """Tell; raises NoticeError."""
        ...
