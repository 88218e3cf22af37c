"""A deployment is looked at until it has ended; failing looks, time and Ctrl-C each end it in their own way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from warmgate.model.release import AliasState
from warmgate_ops.release.deployment import ReleaseError
from warmgate_ops.release.follower import PATIENT_LOOKS, Follower
from warmgate_ops.release.following import Seen

RUNNING = Seen(status="InProgress", alias=AliasState(version="6"))
ENDED = Seen(status="Succeeded", alias=AliasState(version="7"))


@dataclass
class Ear:
    """Keeps what it hears."""

    lines: list[str] = field(default_factory=list)
    shown: list[Seen] = field(default_factory=list)

    def tell(self, line: str) -> None:
        """Keep a line."""
        self.lines.append(line)

    def show(self, seen: Seen) -> None:
        """Keep a look."""
        self.shown.append(seen)


@dataclass
class Clock:
    """Time that passes by sleeping alone."""

    now: float = 1000.0
    naps: list[float] = field(default_factory=list)

    def now_s(self) -> float:
        """Return the time."""
        return self.now

    def sleep_s(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.naps.append(seconds)


def follower(looks: Callable[[], Seen], *, waits: bool = False) -> tuple[Follower, Ear, Clock]:
    """Return a follower with what it tells and how it waits."""
    ear, clock = Ear(), Clock()
    made = Follower(
        look=looks,
        watcher=ear,
        deployment_id="d-1",
        waits_for_report=waits,
        now_s=clock.now_s,
        sleep_s=clock.sleep_s,
    )
    return made, ear, clock


def saying(*looks: Seen | BaseException) -> Callable[[], Seen]:
    """Return looks one after the other, the last one for ever."""

    def each() -> Iterator[Seen]:
        for found in looks:
            if isinstance(found, BaseException):
                raise found
            yield found
        while True:
            assert isinstance(looks[-1], Seen)
            yield looks[-1]

    source = each()
    return lambda: next(source)


def test_it_ends_with_the_deployment() -> None:
    """Each change is told once, each look is shown."""
    made, ear, clock = follower(saying(RUNNING, RUNNING, ENDED))

    assert made.follow(600.0) == ENDED
    assert ear.lines == [
        "deployment InProgress",
        "alias serves version 6",
        "deployment Succeeded",
        "alias serves version 7",
    ]
    assert (len(ear.shown), len(clock.naps)) == (3, 2)


def test_the_report_is_waited_for_and_not_for_ever() -> None:
    """The controller completes it some seconds after the end; one that does not come is no reason to stay."""
    made, _, clock = follower(saying(ENDED), waits=True)
    complete = replace(ENDED, report={"outcome": "passed", "reason": "", "findings": [], "release": {"x": 1}})
    quick, _, shorter = follower(saying(ENDED, complete), waits=True)

    assert made.follow(600.0) == ENDED
    assert quick.follow(600.0) == complete
    assert 20.0 < sum(clock.naps) < 30.0
    assert sum(shorter.naps) == 2.0


def test_time_ends_it_with_the_last_look() -> None:
    """What was seen last is kept: the end is not known."""
    made, _, clock = follower(saying(RUNNING))

    assert made.follow(10.0) == RUNNING
    assert sum(clock.naps) == 10.0


def test_looks_that_fail_are_made_again_more_slowly() -> None:
    """Each says why; after ten of them the end is unknown."""

    def refused() -> Seen:
        raise ReleaseError("d-1 was not looked at: ThrottlingException")

    made, ear, clock = follower(refused)

    assert made.follow(600.0) == Seen()
    assert ear.lines == ["d-1 was not looked at: ThrottlingException"] * PATIENT_LOOKS
    assert clock.naps[:4] == [4.0, 8.0, 15.0, 15.0]


@pytest.mark.parametrize(("looks", "known"), [((RUNNING,), True), ((), False)], ids=["after a look", "before"])
def test_ctrl_c_says_what_goes_on(looks: tuple[Seen, ...], known: bool) -> None:
    """The deployment is CodeDeploy's: it continues, and `why` tells of it."""
    made, ear, _ = follower(saying(*looks, KeyboardInterrupt()))

    assert made.follow(600.0) == (RUNNING if known else Seen())
    said = "stopped waiting; the deployment d-1 continues: warmgate why d-1"
    assert ear.lines[-1] == said + ("; last seen: InProgress, alias serves version 6" if known else "")
