"""What a scenario is: a release of a function, the policies that judge it, and what must come of it. Runs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from warmgate.model.deployment import LiveJudge, Status
from warmgate.model.release import ReleaseOutcome
from warmgate_ops.rehearsal.arrivals import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSettings:
    """How Lambda runs both versions."""

    handler: str = "app.handler"
    memory_mb: int = 256
    timeout_s: int = 10
    log_group: str = ""
    """A custom log group, which other functions may share; empty for the function's own."""
    runtime: str = ""
    """A runtime identifier, empty for the one that Warmgate's own functions have."""
    variables: Mapping[str, str] = field(default_factory=dict)
    layers: tuple[Path, ...] = ()
    """Folders or zips of what a function finds in /opt."""
    architecture: str = ""
    """What it asks for, x86_64 or arm64; empty where nobody said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What disturbs a release that live traffic judges too, and what must have become of it once all is quiet."""

    silent_hook: bool = False
    """Whether the hook before the shift never answers."""
    ringing: bool = False
    """Whether an alarm of the group rings from the start."""
    refused_rollbacks: int = 0
    """How many of CodeDeploy's attempts to bring the alias back are refused."""
    stopped_by_hand: bool = False
    outcome: ReleaseOutcome = ReleaseOutcome.ROLLED_BACK
    refused_by: LiveJudge | None = None
    """Who refused it, None where nobody of ours did."""
    reason: str = ""
    """What the reason must name."""
    rolled_back_by: str = ""
    """Who made the rollback that brought the alias back: codedeploy or warmgate; empty where it does not matter."""
    highest_share: float = 1.0
    """The most that the candidate may have been given."""


@dataclass(frozen=True, slots=True)
class Made:
    """A resource that a function needs, as the SDK's call that makes it."""

    service: str
    operation: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One candidate, the policy that judges it, and what must come of it."""

    name: str
    summary: str
    baseline: tuple[Path, ...]
    """Folders of code; a file of a later one replaces the same file of an earlier one."""
    candidate: tuple[Path, ...]
    policy: Path
    expected: Status | None = None
    """The hook's status; None where nothing is expected of it: own code, and releases that live traffic judges too."""
    failing: tuple[str, ...] = ()
    """Policy paths of which one must stand among the failed checks; empty where the candidate is good."""
    settings: FunctionSettings = FunctionSettings()
    config: str = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    rate: float | tuple[Rate, ...] = 4.0
    """Requests of live traffic a second."""
    rollback_events: tuple[str, ...] = ("DEPLOYMENT_FAILURE",)
    """When the deployment group rolls back by itself."""
    live: Live | None = None
    """None where the hook before the shift is the only one that judges."""
    own_name: str = ""
    """Of a user's own function; its baseline is called with each probe before anything is judged."""
    setup: Path | None = None
    """A program that makes what a user's function needs in the cloud, before it is called."""
    made: tuple[Made, ...] = ()
    """What is made for it where there is no such program."""

    @property
    def function(self) -> str:
        """Return the name that the function gets."""
        return self.own_name or f"quotes-{self.name.replace('_', '-')}"

    @property
    def waits(self) -> bool:
        """Return whether nothing of ours is called before its end: it can run beside others."""
        return self.live is not None and (self.live.silent_hook or self.live.ringing)
