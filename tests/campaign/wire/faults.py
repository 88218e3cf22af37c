"""What may go wrong with one request, as the one who sent it sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class WireFault(StrEnum):
    """How a request or its answer goes wrong; those before the first that acts have no effect."""

    RESET = "reset"
    INTERNAL = "500"
    UNAVAILABLE = "503 page"
    THROTTLED = "throttled"
    EXPIRED = "expired token"
    PAGE = "200 page"
    NULL = "200 null"
    HANG = "black hole"
    KILLED = "killed"
    LOST = "acted, reset"
    EMPTY = "acted, 200 empty"
    BLANK = "acted, 200 {}"
    CUT = "acted, cut short"
    SLOW = "acted, slow"
    TRICKLE = "acted, byte a second"
    KILLED_AFTER = "acted, killed"


ACTS = frozenset(
    {
        *(WireFault.LOST, WireFault.EMPTY, WireFault.BLANK, WireFault.CUT, WireFault.SLOW, WireFault.TRICKLE),
        WireFault.KILLED_AFTER,
    }
)
KILLS = frozenset({WireFault.KILLED, WireFault.KILLED_AFTER})
PUT = "PutLifecycleEventHookExecutionStatus"
OPERATIONS = (
    *(PUT, PUT, PUT, "GetDeployment", "ListDeploymentTargets", "GetDeploymentTarget", "GetFunctionConfiguration"),
    *("ListTags", "Invoke", "Invoke", "PutObject", "PutObject", "GetItem", "GetAccountSettings"),
)
ANY = "any request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A fault of some requests of one operation, counted from `nth`, in one run of the hook."""

    run: int
    operation: str
    fault: WireFault
    nth: int = 1
    count: int = 1
    seconds: float = 0.0

    def hits(self, run: int, operation: str, number: int, total: int) -> bool:
        """Return whether a request goes wrong: by its number of the operation, or of all requests of the run."""
        place = total if self.operation == ANY else number
        same = self.operation in {operation, ANY}
        return same and run == self.run and self.nth <= place < self.nth + self.count

    def __str__(self) -> str:
        """Return one line for people."""
        return f"run {self.run}: {self.operation} {self.nth}+{self.count} {self.fault}"


def rules_of(random: Random) -> tuple[Rule, ...]:
    """Return what goes wrong in the first two runs of an event; the third is left alone."""
    return tuple(_rule(random) for _ in range(random.choice((0, 1, 1, 2, 2, 3, 4, 6))))


def _rule(random: Random) -> Rule:
    run = random.choice((1, 1, 1, 2))
    if random.random() < 0.25:
        return Rule(run=run, operation=ANY, fault=random.choice(sorted(KILLS)), nth=random.randrange(1, 26))
    fault = random.choice([each for each in WireFault if each not in KILLS])
    return Rule(
        run=run,
        operation=random.choice(OPERATIONS),
        fault=fault,
        nth=random.choice((1, 1, 1, 2, 3)),
        count=random.choice((1, 1, 1, 2, 5, 1000)),
        seconds=random.choice((0.5, 2.0, 4.0)) if fault is WireFault.SLOW else 0.0,
    )


def of_operation(rules: Sequence[Rule], operation: str) -> list[Rule]:
    """Return the rules that struck an operation."""
    return [rule for rule in rules if rule.operation == operation]
