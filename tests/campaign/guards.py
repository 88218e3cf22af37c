"""The traffic guard of one shift under a schedule: runs that die, are doubled or held, calls that fail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from campaign.faults import Fault, Kind, drawn
from campaign.outcome import Breach, Outcome
from campaign.runs import Lambda, Run
from support.fakes.claims import FakeClaims
from support.fakes.lambda_runs import SharedClock
from support.fakes.shift_world import LIVE, ShiftWorld
from support.traffic.shifts import NONE, Defect
from warmgate.errors import ClaimError, StopError, SuccessorError
from warmgate.lineage.rollback_claims import RollbackProof
from warmgate.live.guard import Guard
from warmgate.live.lease import LEASE_MS
from warmgate.logs.calls import LoggedCall
from warmgate.model.deployment import Shift
from warmgate.model.verdict import Mode

RESERVE_S = 30.0
"""What the entry point keeps back."""
BEGAN_S = 10.0
DETECTION_S = 60.0
"""More than it takes to see a bad version that is watched."""
LONGEST_CALL_S = 15.0
"""Within WORK_MS of the lease: what takes longer may hold the guard past its lease."""
DOCUMENTED = (StopError, SuccessorError, ClaimError)
OPERATIONS = (
    *("shifts.describe", "shifts.stop", "shifts.stop", "policies.find", "functions.version", "logs.calls"),
    *("claims.claim", "claims.renew", "claims.settle", "claims.give_up", "successors.start", "sink.publish"),
)


@dataclass
class GuardSchedule:
    """One shift, what is wrong with the candidate, and what goes wrong with the guard."""

    seed: int
    bad_from_s: float | None
    """After so long of the shift; None for a good version."""
    mode: Mode
    timeout_s: float
    faults: tuple[Fault, ...]
    again_s: tuple[float, ...]
    copies: int
    """How often a hand-over is delivered."""

    @property
    def shift_s(self) -> float:
        """Return how long the shift takes: a bad one leaves time for runs that die."""
        return 90.0 if self.bad_from_s is None else 420.0

    def __str__(self) -> str:
        """Return the schedule for people."""
        bad = "good version" if self.bad_from_s is None else f"version bad from {self.bad_from_s:g} s"
        what = f"{bad}, {self.mode}, time-out {self.timeout_s:g} s"
        more = f"start again after {self.again_s} s, hand-overs delivered {self.copies} times"
        return "; ".join([what, more, *map(str, self.faults)])


def schedule_of(seed: int) -> GuardSchedule:
    """Return the schedule of a seed."""
    random = Random(f"guard {seed}")
    faults = [drawn(random, OPERATIONS, runs=(1, 1, 1, 1, 2, 2, 3)) for _ in range(random.choice((0, 2, 3, 4, 6, 8)))]
    return GuardSchedule(
        seed=seed,
        bad_from_s=random.choice((None, 5.0, 5.0, 60.0)),
        mode=Mode.OBSERVE if random.random() < 0.1 else Mode.ENFORCE,
        timeout_s=random.choice((90.0, 120.0, 300.0, 900.0)),
        faults=tuple(faults),
        again_s=tuple(random.choice((0.0, 1.0, 31.0, 62.0, 150.0, 600.0)) for _ in range(random.choice((0, 0, 1, 2)))),
        copies=random.choice((1, 1, 1, 2)),
    )


@lru_cache(maxsize=16)
def _calls(number: int, seconds: float, bad_from_s: float | None) -> tuple[LoggedCall, ...]:
    defect = NONE if bad_from_s is None else Defect(error_share=0.5, from_s=bad_from_s)
    world = ShiftWorld(
        seed=f"guard {number}", seconds=seconds, began_s=BEGAN_S, new_per_s=0.5, old_per_s=0.5, defect=defect
    )
    return tuple(world.logs.written)


class GuardWorld:
    """All that a schedule needs, and the play."""

    def __init__(self, schedule: GuardSchedule) -> None:
        self.schedule = schedule
        self.clock = SharedClock()
        self.house = Lambda(self.clock, schedule.timeout_s, schedule.faults)
        self.shift = ShiftWorld(clock=self.clock, seconds=0.001, began_s=BEGAN_S)
        self.shift.shifts.ended_s = BEGAN_S + schedule.shift_s
        self.shift.logs.written = list(_calls(schedule.seed % 3, schedule.shift_s, schedule.bad_from_s))
        self.shift.policies.policy = replace(LIVE, mode=schedule.mode)

    def play(self) -> None:
        """Let the shift run to its end, and everything after it."""
        for at_s in (0.0, *self.schedule.again_s):
            self._deliver(Shift(deployment_id=self.shift.deployment_id), at_s)
        self.clock.play()

    def start(self, shift: Shift) -> None:
        """Start the run that takes over, as a port."""
        for _ in range(self.schedule.copies):
            self._deliver(shift, self.clock.at_ms / 1000)

    def _deliver(self, shift: Shift, at_s: float) -> None:
        self.house.deliver(at_s, f"guard {shift.run}", lambda run: self._guard(run).run(shift, run.deadline(RESERVE_S)))

    def _guard(self, run: Run) -> Guard:
        world = self.shift
        return Guard(
            shifts=run.wired(world.shifts, "shifts"),
            proof=RollbackProof(world.lineage),
            policies=run.wired(world.policies, "policies"),
            functions=run.wired(world.functions, "functions"),
            logs=run.wired(world.logs, "logs"),
            claims=run.wired(FakeClaims(world.claims), "claims"),
            handover=run.wired(self, "successors"),
            clock=run,
            reports=(run.wired(world.reports, "sink"),),
            log=lambda line: self.house.trace.note(run.name, f"log: {line}"),
        )


def play(seed: int) -> Outcome:
    """Play the schedule of a seed and look at what it led to."""
    schedule = schedule_of(seed)
    world = GuardWorld(schedule)
    world.play()
    outcome = Outcome(
        seed,
        f"guard: {schedule}",
        faults=world.house.injected,
        runs=len(world.house.runs),
        trace=world.house.trace.lines,
    )
    shifts, enforced = world.shift.shifts, schedule.mode is Mode.ENFORCE
    outcome.expect(len(shifts.stopped) <= 1, Breach.TWICE, f"stopped {len(shifts.stopped)} times")
    if schedule.bad_from_s is None or not enforced:
        outcome.expect(not shifts.stopped, Breach.WRONG, "stopped a good shift, or one that is only observed")
    elif not shifts.stopped:
        outcome.expect(_excused(world), Breach.NONE, "the bad shift was not stopped")
    published = world.shift.reports.published
    lost = bool(shifts.stopped) and not published
    outcome.expect(not lost or _report_excused(world), Breach.LOST, "no report of the stop")
    raised = [error for error in world.house.raised if not isinstance(error, (*DOCUMENTED, KeyError))]
    outcome.expect(not raised, Breach.RAISED, f"{raised}")
    return outcome


def _excused(world: GuardWorld) -> bool:
    """Return whether the faults leave no time, or no way, to stop the shift."""
    struck, house = world.house.struck, world.house
    held = [f for f in struck if f.kind in {Kind.SLOW, Kind.TRICKLE} and f.seconds > LONGEST_CALL_S]
    lasting = [f for f in struck if f.count > 100]
    blind = [f for f in struck if f.operation in {"policies.find", "shifts.describe"}]
    deaths = sum(f.kind in {Kind.KILLED_BEFORE, Kind.KILLED_AFTER, Kind.UNFORESEEN} for f in struck)
    lost_s = deaths * (LEASE_MS / 1000 + 120.0) + sum(43.0 for f in struck if f.kind is Kind.BLACK_HOLE)
    schedule = world.schedule
    too_late = lost_s + (schedule.bad_from_s or 0.0) + DETECTION_S > schedule.shift_s
    return bool(held or lasting or blind) or too_late or house.given_up > 0


def _report_excused(world: GuardWorld) -> bool:
    """Return whether the report could not be stored, or the run that came after the stop could not read or judge."""
    needed = ("sink.", "logs.", "functions.", "policies.", "shifts.describe")
    return any(fault.operation.startswith(needed) for fault in world.house.struck)
