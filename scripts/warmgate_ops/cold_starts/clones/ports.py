"""What runs on clones need from the world: the original, read only, and clones, which are made and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from warmgate.errors import WarmgateError
from warmgate.model.deadline import Deadline
from warmgate_ops.cold_starts.clones.naming import Marked


class CloneError(WarmgateError):
    """A clone could not be made, configured, called or deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A published version as Lambda describes it; its environment is in here and never shown."""

    function: str
    version: str
    configuration: Mapping[str, Any] = field(repr=False)
    """Of GetFunctionConfiguration."""
    code: Mapping[str, Any] = field(repr=False)
    """Of GetFunction: where the code is, the address of a zip for some minutes only."""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneSpec:
    """A clone to make."""

    name: str
    settings: Mapping[str, Any] = field(repr=False)
    """Of CreateFunction, the code and all tags included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How a clone is configured anew; every change makes its next environments new ones."""

    memory_mb: int
    snap_start: bool | None = None
    """None leaves it alone."""
    layers: tuple[str, ...] | None = None
    variables: Mapping[str, str] = field(repr=False)


class Originals(Protocol):
    """The functions that serve; every method only reads, and raises CloneError."""

    def read(self, function: str, version: str) -> Original:
        """Return a published version with its code's place and the function's tags."""
        ...

    def package(self, original: Original) -> bytes:
        """Return the zip of a version's code."""
        ...

    def state(self, function: str, version: str) -> Mapping[str, str]:
        """Return what the function is in all its parts, by name, each as one text: configuration, aliases, ..."""
        ...


class Clones(Protocol):
    """Clones and their log groups; every method raises CloneError, and none touches anything without their prefix."""

    def create_group(self, group: str, tags: Mapping[str, str]) -> bool:
        """Make a log group; return False where there is one of that name, which is then not ours."""
        ...

    def create(self, spec: CloneSpec, deadline: Deadline) -> None:
        """Make a function and wait until it is active."""
        ...

    def reserve(self, name: str, concurrency: int) -> None:
        """Let a clone run so many calls at once and no more."""
        ...

    def configure(self, name: str, change: Change, deadline: Deadline) -> None:
        """Change a clone and wait until the change is what it runs with."""
        ...

    def publish(self, name: str, deadline: Deadline) -> str:
        """Publish a version of a clone, wait until it can be called, its snapshot included, and return its number."""
        ...

    def delete(self, name: str) -> bool:
        """Delete a clone with all its versions; return False where there was none."""
        ...

    def delete_group(self, group: str) -> bool:
        """Delete a log group; return False where there was none."""
        ...

    def found(self) -> tuple[Marked, ...]:
        """Return every clone and every log group of clones that carries the tags."""
        ...
