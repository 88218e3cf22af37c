"""What may go wrong with one call of a port, and the error that its caller then sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from warmgate.errors import (
    ClaimError,
    DeploymentLookupError,
    FunctionLookupError,
    InvokeError,
    LogLookupError,
    NoticeError,
    PolicyLookupError,
    ReportError,
    RollbackError,
    StopError,
    SuccessorError,
)


class Kind(StrEnum):
    """How a call goes wrong."""

    REFUSED = "refused"
    """It had no effect, and asking again may help; an answer without its members looks the same."""
    LOST = "lost"
    """It had its effect, and the answer never came or said nothing."""
    DENIED = "denied"
    """It had no effect, and asking again does not help."""
    BLACK_HOLE = "black hole"
    """Nobody answers; it ends when the caller's patience does."""
    SLOW = "slow"
    """It takes so long before it has its effect."""
    TRICKLE = "trickle"
    """It has its effect, and the answer takes so long that no time-out ends it."""
    UNFORESEEN = "unforeseen"
    """An error that no port may raise."""
    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"


ANY = "any call"
KILLS = frozenset({Kind.KILLED_BEFORE, Kind.KILLED_AFTER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What befalls some calls of one operation, counted from `nth`, in one run of the function."""

    run: int
    operation: str
    kind: Kind
    nth: int = 1
    count: int = 1
    seconds: float = 0.0

    def hits(self, operation: str, number: int) -> bool:
        """Return whether the operation's call of that number goes wrong."""
        return self.operation in {operation, ANY} and self.nth <= number < self.nth + self.count

    def __str__(self) -> str:
        """Return one line for people."""
        which = f"call {self.nth}" if self.count == 1 else f"calls {self.nth} to {self.nth + self.count - 1}"
        return f"run {self.run}: {self.operation} {which} {self.kind} {f'{self.seconds:g} s' if self.seconds else ''}"


ERRORS: Mapping[str, Callable[[str, Kind], Exception]] = {
    "functions": lambda said, _: FunctionLookupError(said),
    "policies": lambda said, _: PolicyLookupError(said),
    "invoker": lambda said, _: InvokeError(said, code="ServiceException"),
    "logs": lambda said, _: LogLookupError(said),
    "metrics": lambda said, _: LogLookupError(said),
    "lineage": lambda said, _: DeploymentLookupError(said),
    "lineage.made_back": lambda said, _: ClaimError(said),
    "sink": lambda said, _: ReportError(said),
    "archive": lambda said, _: ReportError(said),
    "reports": lambda said, _: ReportError(said),
    "refusals": lambda said, _: ReportError(said),
    "claims": lambda said, _: ClaimError(said),
    "successors": lambda said, _: SuccessorError(said),
    "shifts": lambda said, _: DeploymentLookupError(said),
    "shifts.stop": lambda said, _: StopError(said),
    "releases": lambda said, _: DeploymentLookupError(said),
    "releases.roll_back": lambda said, kind: RollbackError(said, unsure=kind is not Kind.DENIED),
    "aliases": lambda said, _: FunctionLookupError(said),
    "aliases.put_back": lambda said, kind: RollbackError(said, unsure=kind is not Kind.DENIED),
    "allow_tag": lambda said, _: FunctionLookupError(said),
    "alarms": lambda said, _: DeploymentLookupError(said),
    "notices": lambda said, _: NoticeError(said),
}
"""The error of a port, or of one of its methods, as `ports` and `release_ports` say."""


def error_of(operation: str, kind: Kind) -> Exception:
    """Return the error that a caller sees."""
    said = f"{operation} {kind} by the schedule"
    if kind is Kind.UNFORESEEN:
        return KeyError(said)
    return (ERRORS.get(operation) or ERRORS[operation.partition(".")[0]])(said, kind)


def drawn(
    random: Random,
    operations: Sequence[str],
    *,
    runs: Sequence[int],
    kinds: Sequence[Kind] = tuple(Kind),
    seconds: Sequence[float] = (0.5, 4.0, 20.0, 200.0, 7200.0),
) -> Fault:
    """Return a fault of one of the operations, a death or slowness at one or all of them."""
    if random.random() < 0.25:
        return _of_any(random, random.choice(runs))
    kind = random.choice(kinds)
    return Fault(
        run=random.choice(runs),
        operation=random.choice(operations),
        kind=kind,
        nth=random.choice((1, 1, 1, 1, 1, 2, 2, 3, 5)),
        count=1 if kind in KILLS else random.choice((1, 1, 1, 2, 4, 1000)),
        seconds=random.choice(seconds) if kind in {Kind.SLOW, Kind.TRICKLE} else 0.0,
    )


def _of_any(random: Random, run: int) -> Fault:
    if random.random() < 0.7:
        return Fault(run=run, operation=ANY, kind=random.choice(sorted(KILLS)), nth=random.randrange(1, 50))
    return Fault(run=run, operation=ANY, kind=Kind.SLOW, count=1000, seconds=random.choice((0.3, 2.0, 9.0, 40.0)))
