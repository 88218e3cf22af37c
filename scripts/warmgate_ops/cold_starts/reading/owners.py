"""Whose a log stream is: of functions that share a log group each stream names one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.reading.functions import LoggingFunction


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """The functions that are looked for in a log group."""

    names: frozenset[str]
    own: str
    """The function that the group is named after; empty where that is none of these."""

    @classmethod
    def of(cls, functions: Iterable[LoggingFunction]) -> Owners:
        """Return the owners in a group by its functions."""
        found = tuple(functions)
        own = next((function.name for function in found if function.log.is_own), "")
        return cls(names=frozenset(function.name for function in found), own=own)

    def owner(self, named: str) -> str | None:
        """Return the function of a stream that names one, or none; None where that is not looked for."""
        if not named:
            return self.own or None
        return named if named in self.names else None

    def owned(self, call: Call) -> Call | None:
        """Return a call with its function, None where that is not looked for or the stream is not an environment's."""
        function = self.owner(call.function) if call.version else None
        if function is None:
            return None
        return call if call.function == function else replace(call, function=function)
