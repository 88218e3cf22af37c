"""Lambda's functions and aliases, and the calls to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from warmgate.model.calls import Answer, Invocation
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Target
from warmgate.model.function import Capacity, FunctionVersion, ProvisionedConcurrency

if TYPE_CHECKING:
    from warmgate.model.release import AliasState


class Functions(Protocol):
    """Lambda's control plane, read only; every method raises FunctionLookupError."""

    def version(self, function: str, version: str) -> FunctionVersion:
        """Return what Lambda says of a published version."""
        ...

    def capacity(self, function: str) -> Capacity:
        """Return the concurrency left; a figure that may not be read is None, never an error."""
        ...

    def provisioned(self, function: str, version: str) -> ProvisionedConcurrency:
        """Return the provisioned concurrency of a version."""
        ...


class Invoker(Protocol):
    """Lambda's data plane."""

    def invoke(self, invocation: Invocation, deadline: Deadline) -> Answer:
        """Make one synchronous call and have its payload read.

        What never reached the code is retried until the deadline; what may have run only where the invocation's
        `may_repeat` says so each time. Raises InvokeError.
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
