"""A fleet as frozen values: waves of releases, and how far each release has come. Nothing here decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from warmgate.model.deployment import Target

BEFORE_HOOK, AFTER_HOOK = "CodeDeployHook_warmgate-before", "CodeDeployHook_warmgate-after"


class OnRefusal(StrEnum):
    """What becomes of the releases that are not begun when one did not end well."""

    STOP = "stop"
    GO_ON = "go_on"


class State(StrEnum):
    """How far a release has come."""

    NOT_BEGUN = "not_begun"
    BEGINNING = "beginning"
    """Its deployment is being created, or was when a run died."""
    RUNNING = "running"
    RELEASED = "released"
    ALREADY_SERVING = "already_serving"
    """The alias served the version alone before anything was done."""
    ROLLED_BACK = "rolled_back"
    NOT_ROLLED_BACK = "not_rolled_back"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"
    """The deployment ended, and where the alias is could not be found out."""
    COULD_NOT_BEGIN = "could_not_begin"
    """No deployment was made of it."""

    @property
    def is_active(self) -> bool:
        """Return whether it takes one of the places of those that run at once."""
        return self in {State.BEGINNING, State.RUNNING}

    @property
    def is_good(self) -> bool:
        """Return whether the alias serves the version alone."""
        return self in {State.RELEASED, State.ALREADY_SERVING}

    @property
    def is_refused(self) -> bool:
        """Return whether the version was refused, stopped or superseded."""
        return self in {State.ROLLED_BACK, State.NOT_ROLLED_BACK, State.SUPERSEDED}

    @property
    def is_ended(self) -> bool:
        """Return whether nothing more will be done about it."""
        return not self.is_active and self is not State.NOT_BEGUN


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release of a fleet: a version that is to be deployed to an alias."""

    function: str
    alias: str
    version: str
    current: str = ""
    """The version that the alias must serve now; empty for the one it does."""
    application: str
    deployment_group: str
    config: str = ""
    """The deployment configuration; empty for the group's."""
    before: str = BEFORE_HOOK
    after: str = AFTER_HOOK

    @property
    def key(self) -> str:
        """Return what names it within its fleet."""
        return f"{self.function}:{self.alias}"

    @property
    def target(self) -> Target:
        """Return function and alias."""
        return Target(self.function, self.alias)

    @property
    def group(self) -> tuple[str, str]:
        """Return application and deployment group: CodeDeploy runs one deployment of them at a time."""
        return self.application, self.deployment_group


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Releases in waves; a wave begins when the one before it has ended."""

    name: str
    waves: tuple[tuple[Release, ...], ...]
    at_once: int = 5
    on_refusal: OnRefusal = OnRefusal.STOP
    pause_minutes: int = 0
    """Between the end of a wave and the beginning of the next."""

    @property
    def releases(self) -> tuple[Release, ...]:
        """Return all of them in order."""
        return tuple(release for wave in self.waves for release in wave)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How far one release has come."""

    state: State = State.NOT_BEGUN
    deployment_id: str = ""
    reason: str = ""
    began_s: float | None = None
    """Seconds since the epoch, as is `ended_s`."""
    ended_s: float | None = None

    @property
    def seconds(self) -> float | None:
        """Return how long it took."""
        return None if self.began_s is None or self.ended_s is None else max(0.0, self.ended_s - self.began_s)
