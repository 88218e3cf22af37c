"""What happened to a function from outside: deployments, alias moves, publishes, changes of settings. As values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Happening(StrEnum):
    """Kinds of events that end environments or bring a version its traffic."""

    DEPLOYMENT = "deployment"
    ROLLBACK = "rollback"
    ALIAS = "alias moved"
    PUBLISH = "version published"
    CODE = "code changed"
    CONFIGURATION = "configuration changed"
    PROVISIONED = "provisioned concurrency changed"
    RESERVED = "reserved concurrency changed"


@dataclass(frozen=True, slots=True)
class Phase:
    """A lifecycle event of a deployment; times are milliseconds since the epoch."""

    name: str
    since_ms: float
    until_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event; times are milliseconds since the epoch."""

    kind: Happening
    at_ms: float
    """When it began to matter: for a deployment, when it was created."""
    until_ms: float | None = None
    """When it was over, such as the end of a traffic shift; None where it took no time."""
    version: str = ""
    """The version that got traffic or settings; empty where it is not known."""
    before: str = ""
    """The version that had the traffic before."""
    alias: str = ""
    name: str = ""
    """Its id, such as a deployment's."""
    by: str = ""
    """Who: a role, or all that is known where names were asked for."""
    detail: str = ""
    """What else is known, in words."""
    phases: tuple[Phase, ...] = ()
    environments: int | None = None
    """How many provisioned environments it took away, where it says so."""
    count: int | None = None
    """The concurrency that was set."""
    sure: bool = True
    """Whether it is known what kind it is: an alias that CodeDeploy moves goes forward or back."""

    @property
    def over_ms(self) -> float:
        """Return when it was over."""
        return self.at_ms if self.until_ms is None else self.until_ms

    def phase_at(self, at_ms: float) -> str:
        """Return the lifecycle event that ran at an instant; empty where none did."""
        return next((phase.name for phase in self.phases if phase.since_ms <= at_ms <= phase.until_ms), "")

    def in_words(self) -> str:
        """Return the event in a few words, without its time."""
        moved = f"{self.before} -> {self.version}" if self.before and self.version else self.version
        where = f"on alias {self.alias}" if self.alias and self.kind is Happening.ALIAS else ""
        parts = (self.name or self.kind.value, moved, where, f"({self.detail})" if self.detail else "")
        return " ".join(part for part in parts if part) + (f" by {self.by}" if self.by else "")
