"""Where policies come from."""

from __future__ import annotations

from typing import Protocol

from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Target
from warmgate.policy.values import Policy


class Policies(Protocol):
    """Where policies come from."""

    def find(self, target: Target, deadline: Deadline) -> tuple[Policy, str]:
        """Return the policy for a target and the source it came from.

        Raises:
            PolicyError: the document has faults.
            PolicyLookupError: its source cannot be read.
        """
        ...
