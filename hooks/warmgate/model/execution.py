"""What has become of an execution of the state machine of bakes."""

from __future__ import annotations

from dataclasses import dataclass

TOLD = "Warmgate.Told"
"""The error of an execution that has notified people itself; `Told` in template.yaml has the same."""
STOPPED = "Warmgate.Stopped"
"""The error of one that `warmgate bake stop` stopped; its cause is what the operator gave as the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedExecution:
    """An execution; error and cause are empty where nobody gave any."""

    arn: str
    deployment_id: str
    status: str
    """ABORTED, FAILED or TIMED_OUT, else it runs or has ended as it should."""
    error: str = ""
    cause: str = ""
