"""What a family of runtimes says of itself: how a process is started inside its sandbox, and what it must see there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a runtime finds things: by AWS's paths in a sandbox, by this machine's where there is none."""

    task: str = "/var/task"
    """The function's code, and the working folder."""
    layers: str = "/opt"
    sandboxed: bool = True
    """Whether `Launch.mounted` is seen at its paths; without a sandbox every path is this machine's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What is started, and all it needs of this machine beside /usr and its like; everything is seen read-only."""

    command: tuple[str, ...]
    """Program and arguments as the sandbox sees them; the emulator takes the last one for the handler."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What AWS sets for this family, such as AWS_EXECUTION_ENV, LANG, PATH and LD_LIBRARY_PATH."""
    shown: tuple[Path, ...] = ()
    """Folders and files of this machine that are seen at their own paths, an interpreter's prefix for example."""
    mounted: Mapping[str, Path] = field(default_factory=dict)
    """Folders and files of this machine by the path at which they are seen, `/var/runtime` for example."""
    compiles: tuple[str, ...] = ()
    """The command that compiles a folder named behind it, as builds do; empty where there is nothing to compile."""
    relay_variable: str = ""
    """The variable in which the command finds the address of a `Relay`, to set AWS_LAMBDA_RUNTIME_API to it.

    Without one the command itself tells the handler the ARN out of the client context and the deadline of the call, and
    refuses a payload of the byte 0xFF with Runtime.UnmarshalError before it calls the handler: so an environment of
    provisioned concurrency is initialised without a call.
    """


@dataclass(frozen=True, slots=True)
class NotHere:
    """Why a runtime cannot be rehearsed on this machine, and what to do about it."""

    why: str
    hint: str

    def __str__(self) -> str:
        """Return both in one line."""
        return f"{self.why}; {self.hint}"


class Family(Protocol):
    """One family of runtimes, for example every Python.

    The process gets the time limit of the function in seconds as AWS_LAMBDA_FUNCTION_TIMEOUT, plus `OVERTIME_S`: the
    emulator reads it, AWS sets none, so the runtime takes it out of the environment. A call's deadline is when it is
    received plus that limit; what the emulator says of the deadline counts init in.
    """

    def serves(self, runtime: str) -> bool:
        """Return whether a runtime identifier, `python3.12` for example, is of this family."""
        ...

    def why_not_here(self, runtime: str) -> NotHere | None:
        """Return why it cannot run on this machine, None where it can; installs nothing."""
        ...

    def launch(self, runtime: str, handler: str, places: Places) -> Launch:
        """Return how to start it; may install what it needs; raises SettingsError where that fails."""
        ...


OVERTIME_S = 1000
"""How much longer than the function's the emulator's own time limit is: init and call are limited from outside."""
