"""What the keeper of warm environments needs beside functions and their aliases."""

from __future__ import annotations

from typing import Protocol

from warmgate.model.deployment import Deployment, Target
from warmgate.model.warming import Remembered, Warmed


class Tagged(Protocol):
    """Functions whose owners want them warm; every method raises FunctionLookupError."""

    def functions(self) -> tuple[str, ...]:
        """Return the names of the functions with the tag; one that lost it just now may still be among them."""
        ...

    def wants_warmth(self, function: str) -> bool:
        """Return whether a function has the tag at this moment."""
        ...

    def aliases(self, function: str) -> tuple[str, ...]:
        """Return the names of a function's aliases."""
        ...


class EndedDeployments(Protocol):
    """CodeDeploy's deployments."""

    def describe(self, deployment_id: str) -> Deployment:
        """Return a deployment; raises DeploymentLookupError."""
        ...


class WarmMemory(Protocol):
    """What runs leave for the next ones; every method raises ClaimError."""

    def read(self, target: Target) -> Remembered:
        """Return what is known of an alias."""
        ...

    def write(self, target: Target, known: Remembered) -> None:
        """Replace it."""
        ...


class WarmResults(Protocol):
    """Where the result of a run goes."""

    def publish(self, warmed: Warmed) -> None:
        """Write it down."""
        ...


class WarmNotices(Protocol):
    """A way to tell people."""

    def send(self, subject: str, text: str) -> None:
        """Tell them; raises NoticeError."""
        ...
