"""How long a runtime may take to initialise and a call to run, as Lambda counts it. Pure.

The emulator has one limit for both together; it is set out of reach, and the runtime is ended from outside.
"""

from __future__ import annotations

from dataclasses import dataclass

ON_DEMAND_INIT_S = 10.0
_AHEAD_INIT_S = 130.0
CALL_BEGINS = b"(rapid) INVOKE START"
"""What the emulator says where init is over and the call begins."""


def init_limit_s(timeout_s: int, *, ahead: bool) -> float:
    """Return how long an init may take, apart from any call; ahead of calls it may take as long as a call, or 130 s."""
    return max(_AHEAD_INIT_S, float(timeout_s)) if ahead else ON_DEMAND_INIT_S


@dataclass(slots=True)
class Limit:
    """The limit that holds at present: that of an init of its own, then that of the call."""

    init_s: float | None
    """None where there is no init of its own: the runtime is warm, or it is initialised inside the call."""
    call_s: float
    since_s: float
    """When the limit began to count, by the clock that `passed` is asked with."""

    def passed(self, now_s: float, said: bytes | bytearray) -> str:
        """Return which limit has passed, init or time; empty where none has."""
        if self.init_s is not None and CALL_BEGINS in said:
            self.init_s, self.since_s = None, now_s
        if self.init_s is not None:
            return "init" if now_s - self.since_s >= self.init_s else ""
        return "time" if now_s - self.since_s >= self.call_s else ""
