"""What a line of a log says, as a value that is cheap to make: a log has millions."""

from __future__ import annotations

from typing import Any, NamedTuple

from warmgate.logs.wrappings import Message


class Said(NamedTuple):
    """A message of the platform, with what its carrier says of it."""

    text: str
    record: dict[str, Any] | None
    carrier: str
    """The same for all lines of a log: the marks of the prefix, the number of shells."""
    function: str
    """Whose it is, as its log group says; empty where that is not told."""
    stream: str
    at_ms: float | None

    def named(self) -> str:
        """Return its stream as the assembly knows it."""
        return f"{self.function}{_SEPARATOR}{self.stream}" if self.function else self.stream

    def message(self) -> Message:
        """Return it as the assembly reads it, its stream told apart by function."""
        return Message(self.text, self.record, self.carrier, self.named(), at_ms=self.at_ms)


_SEPARATOR = "\x1f"


def function_of(stream: str) -> tuple[str, str]:
    """Return the function that `message` put before a stream, and the stream."""
    function, _, bare = stream.rpartition(_SEPARATOR)
    return function, bare
