"""What was seen of an installation: its functions, what they share, what calls them, who hears of alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from warmgate_ops.doctor.facts import Fact, Facts, Permission, see

ROLES = ("before", "after", "guard", "controller")
STATES = {"guard": frozenset({"START"}), "controller": frozenset({"SUCCESS", "FAILURE", "STOP"})}
"""The state changes of a deployment that must call a function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What Lambda says of one of Warmgate's functions."""

    arn: str
    role_arn: str
    timeout_s: int
    memory_mb: int
    log_group: str
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An EventBridge rule that calls a function."""

    name: str
    enabled: bool
    states: frozenset[str]
    """Of a deployment; empty where the pattern names none, which is all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFunction:
    """One of Warmgate's four functions."""

    role: str
    name: str
    settings: Fact[Settings] = None
    version: Fact[str] = None
    """Of Warmgate, as the function's tag says; empty without one."""
    retention_days: Fact[int] = None
    """Of its log group; 0 where logs are kept for ever."""
    rules: Fact[tuple[Rule, ...]] = None
    permissions: Fact[tuple[Permission, ...]] = None

    @property
    def place(self) -> str:
        """Return its name among other things of the account."""
        return f"lambda:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Something that the functions share."""

    place: str
    exists: Fact[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAlarm:
    """An alarm that tells Warmgate's topic."""

    name: str
    acts: bool


@dataclass(frozen=True, kw_only=True)
class Installation(Facts):
    """All that was seen of an installation."""

    expected: str
    """The version of the tool that looks."""
    functions: tuple[OwnFunction, ...] = ()
    stores: tuple[Store, ...] = ()
    own_alarms: Fact[tuple[OwnAlarm, ...]] = None


def installation(facts: Facts) -> Installation:
    """Return the facts of an installation; raises NotSeen where another thing was looked at."""
    return see(facts if isinstance(facts, Installation) else None)
