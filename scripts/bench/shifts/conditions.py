"""What the guard must leave alone, and what it must stop: each a seeded generator, with its goal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from support.traffic.shifts import ORDINARY, Conditions, Defect

FALSE_STOPS = "<= 1 %"
REACTION = "<= 0.2x"


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """Shifts of an unchanged version under some conditions."""

    name: str
    conditions: Conditions = ORDINARY
    old_per_s: float = 30.0
    seconds: float = 120.0
    goal: str = FALSE_STOPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A defect that begins somewhere in a minute, or with the shift, and what makes a call bad."""

    name: str
    defect: Callable[[float], Defect]
    errors: bool
    from_first: bool = False
    goal: str = REACTION


GOOD = (
    Good(name="nothing else", old_per_s=10.0, seconds=200.0, goal="<= 0.5 %"),
    Good(name="environments fill caches, 20 prewarmed", conditions=Conditions(cache=1.0)),
    Good(name="environments fill caches, none prewarmed", conditions=Conditions(cache=1.0, prewarmed=0)),
    Good(name="a shared cache is cold: +50 %, e-fold less in 30 s", conditions=Conditions(shared_cache=0.5)),
    Good(name="one environment in 20 fails half its calls", conditions=Conditions(bad_environments=0.05)),
    Good(name="an outage of 20 s, 30 % fail in both", conditions=Conditions(outage_s=(30.0, 50.0))),
    Good(name="storms of 5 s in 20, both", conditions=Conditions(storms=True)),
    Good(name="a wave of 30 % in 20 s, both", conditions=Conditions(wave=0.3)),
)


def _half_fail(from_s: float) -> Defect:
    return Defect(from_s=from_s, error_share=0.5)


def _one_in_ten_fails(from_s: float) -> Defect:
    return Defect(from_s=from_s, error_share=0.1)


def _twice_as_slow(from_s: float) -> Defect:
    return Defect(from_s=from_s, times=2.0)


def _one_in_five_slow(from_s: float) -> Defect:
    return Defect(from_s=from_s, slow_share=0.2)


FAULTS = (
    Fault(name="half of the calls fail", defect=_half_fail, errors=True),
    Fault(name="one call in ten fails", defect=_one_in_ten_fails, errors=True),
    Fault(name="twice as slow", defect=_twice_as_slow, errors=False),
    Fault(name="one call in five three times as slow", defect=_one_in_five_slow, errors=False),
    Fault(name="twice as slow from the first call", defect=_twice_as_slow, errors=False, from_first=True, goal="-"),
    Fault(
        name="one call in five three times as slow from the first call",
        defect=_one_in_five_slow,
        errors=False,
        from_first=True,
        goal="-",
    ),
)
