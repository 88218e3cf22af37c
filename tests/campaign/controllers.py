"""The rollback controller after a release's end under a schedule: events late, doubled or missing, calls that fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from campaign.faults import Fault, Kind, drawn
from campaign.outcome import Breach, Outcome
from campaign.runs import Lambda, Run
from support.fakes.claims import FakeClaims
from support.fakes.lambda_runs import SharedClock
from support.fakes.release_world import (
    ENFORCED,
    FAILED,
    ROLLBACK,
    FakeReleaseLineage,
    ReleaseWorld,
)
from warmgate.errors import ClaimError, DeploymentLookupError, UnsettledError
from warmgate.lineage.rollback_claims import RollbackProof
from warmgate.model.marks import rollback_mark_of
from warmgate.model.release import AliasState, StateChange
from warmgate.policy.values import RollbackMode
from warmgate.rollback.controller import RollbackController
from warmgate.rollback.recovery import Recovery

HOME, MOVED = AliasState(version="6"), AliasState(version="7")
WEIGHTED = AliasState(version="6", weights=(("7", 0.1),))
RESERVE_S = 15.0
"""What the entry point keeps back."""
LATER_S = 3600.0
"""When a last event is delivered, to a run without faults: somebody works through the dead letters."""
DOCUMENTED = (UnsettledError, DeploymentLookupError, ClaimError)
OPERATIONS = (
    *("releases.describe", "releases.later", "releases.roll_back", "releases.roll_back", "aliases.read"),
    *("aliases.put_back", "policies.find", "allow_tag.allows", "alarms.of", "reports.read", "reports.later"),
    *("reports.write", "claims.claim", "claims.settle", "claims.give_up", "notices.send", "notices.send"),
    *("lineage.described", "lineage.made_back"),
)


def _refused(world: ReleaseWorld) -> None:
    """No traffic has moved."""


def _rolled_back(world: ReleaseWorld) -> None:
    world.codedeploy.rolls_back(after_s=2, takes_s=6)


def _failed_rollback(world: ReleaseWorld) -> None:
    world.codedeploy.rolls_back(ends="Failed")


def _lagging(world: ReleaseWorld) -> None:
    world.codedeploy.lag_s = 15.0


def _forged(world: ReleaseWorld) -> None:
    """Somebody deploys the bad version again and says that it is a rollback."""
    world.codedeploy._comes("d-FORGED000", 1.0, 5.0, "Succeeded", serves="7", description=rollback_mark_of(FAILED))


COURSES: dict[str, tuple[AliasState, str, Callable[[ReleaseWorld], None]]] = {
    "refused": (HOME, "Failed", _refused),
    "rolled back": (MOVED, "Failed", _rolled_back),
    "stuck": (MOVED, "Failed", _refused),
    "failed rollback": (MOVED, "Failed", _failed_rollback),
    "weighted": (WEIGHTED, "Stopped", _refused),
    "lagging": (MOVED, "Failed", _lagging),
    "released": (MOVED, "Succeeded", _refused),
    "forged": (MOVED, "Failed", _forged),
}


@dataclass
class ControllerSchedule:
    """One release's end and what goes wrong after it."""

    seed: int
    course: str
    faults: tuple[Fault, ...]
    events: tuple[tuple[float, str], ...]
    timeout_s: float

    def __str__(self) -> str:
        """Return the schedule for people."""
        events = ", ".join(f"{deployment_id} after {at_s:g} s" for at_s, deployment_id in self.events)
        return "; ".join([self.course, f"time-out {self.timeout_s:g} s", events, *map(str, self.faults)])


def schedule_of(seed: int) -> ControllerSchedule:
    """Return the schedule of a seed."""
    random = Random(f"controller {seed}")
    faults = [drawn(random, OPERATIONS, runs=(1, 1, 1, 1, 2, 2, 3)) for _ in range(random.choice((0, 2, 3, 4, 6, 8)))]
    more = [
        (random.choice((0.0, 1.0, 20.0, 70.0, 400.0)), random.choice((FAILED, FAILED, ROLLBACK, ENFORCED)))
        for _ in range(random.choice((0, 0, 1, 2, 3)))
    ]
    return ControllerSchedule(
        seed=seed,
        course=random.choice((*COURSES, "stuck", "stuck", "lagging", "lagging", "weighted")),
        faults=tuple(faults),
        events=((0.0, FAILED), *more),
        timeout_s=random.choice((60.0, 300.0, 300.0)),
    )


class ControllerWorld:
    """All that a schedule needs, and the play."""

    def __init__(self, schedule: ControllerSchedule) -> None:
        alias, status, course = COURSES[schedule.course]
        self.schedule = schedule
        self.clock = SharedClock()
        self.house = Lambda(self.clock, schedule.timeout_s, schedule.faults)
        self.release = ReleaseWorld(alias=alias, status=status, rollback=RollbackMode.ENFORCE, clock=self.clock)
        course(self.release)
        self.last = 0

    def play(self) -> None:
        """Deliver every event, and one more when everything has calmed down."""
        for at_s, deployment_id in self.schedule.events:
            self._deliver(at_s, deployment_id)
        self.clock.play()
        self.clock.at_ms += LATER_S * 1000
        self.house.faults = ()
        self.last = len(self.house.raised)
        self._deliver(self.clock.at_ms / 1000, FAILED)
        self.clock.play()

    def _deliver(self, at_s: float, deployment_id: str) -> None:
        self.house.deliver(at_s, deployment_id[2:8], lambda run: self._settled(run, deployment_id))

    def _settled(self, run: Run, deployment_id: str) -> object:
        found = self._controller(run).run(StateChange(deployment_id, "FAILURE"), run.deadline(RESERVE_S))
        return None if found is None else (found.document["release"]["outcome"], found.notified)

    def _controller(self, run: Run) -> RollbackController:
        world = self.release
        releases, claims = run.wired(world.codedeploy, "releases"), run.wired(FakeClaims(world.claims), "claims")
        allow_tag = run.wired(world.allow_tag, "allow_tag")
        proof = RollbackProof(run.wired(FakeReleaseLineage(world.codedeploy, world.claims), "lineage"))
        recovery = Recovery(
            releases=releases,
            proof=proof,
            aliases=run.wired(world.alias_port, "aliases"),
            allow_tag=allow_tag,
            policies=run.wired(world.policies, "policies"),
            claims=claims,
            clock=run,
        )
        return RollbackController(
            releases=releases,
            proof=proof,
            allow_tag=allow_tag,
            recovery=recovery,
            alarms=run.wired(world.alarms, "alarms"),
            reports=run.wired(world.reports, "reports"),
            claims=claims,
            clock=run,
            notices=(run.wired(world.notices, "notices"),),
            log=lambda line: self.house.trace.note(run.name, f"log: {line}"),
        )


def play(seed: int) -> Outcome:
    """Play the schedule of a seed and look at what it led to."""
    schedule = schedule_of(seed)
    world = ControllerWorld(schedule)
    world.play()
    outcome = Outcome(
        seed,
        f"controller: {schedule}",
        faults=world.house.injected,
        runs=len(world.house.runs),
        trace=world.house.trace.lines,
    )
    _look_at_alias(world, outcome)
    _look_at_word(world, outcome)
    raised = [error for error in world.house.raised if not isinstance(error, (*DOCUMENTED, KeyError))]
    outcome.expect(not raised, Breach.RAISED, f"{raised}")
    return outcome


def _struck(world: ControllerWorld, *operations: str) -> list[Fault]:
    return [fault for fault in world.house.struck if fault.operation.startswith(operations)]


def _look_at_alias(world: ControllerWorld, outcome: Outcome) -> None:
    release, course = world.release, world.schedule.course
    outcome.expect(len(release.codedeploy.enforced) <= 1, Breach.TWICE, f"{release.codedeploy.enforced} were made")
    outcome.expect(len(release.alias_port.edits) <= 1, Breach.TWICE, "the alias was edited twice")
    outcome.expect(release.alias_port.edits_while_busy == 0, Breach.WRONG, "the alias was edited during a deployment")
    expected = MOVED if course in {"released", "forged"} else HOME
    said = f"the alias serves {release.alias}, expected {expected}"
    outcome.expect(release.alias == expected, Breach.WRONG, said)


def _look_at_word(world: ControllerWorld, outcome: Outcome) -> None:
    release = world.release
    # Between telling and noting it, or where telling had no answer: twice rather than never.
    doubts = sum(fault.operation in {"notices.send", "claims.settle"} for fault in world.house.struck)
    notified = len(release.notices.sent)
    outcome.expect(notified >= 1, Breach.NONE, "nobody was told")
    outcome.expect(notified <= 1 + doubts, Breach.TWICE, f"told {notified} times, {doubts} times in doubt")
    kept = release.reports.kept.get(FAILED)
    expected = {"released": "released", "forged": "superseded"}.get(world.schedule.course, "rolled_back")
    found = None if kept is None else kept.document["release"]["outcome"]
    outcome.expect(kept is not None, Breach.LOST, "no report")
    outcome.expect(kept is None or found == expected, Breach.WRONG, f"the report says {found}, expected {expected}")
    early = {"unknown", "not_rolled_back"} if _was_long_away(world) else set()
    wrong = [notice.outcome for notice in release.notices.sent if notice.outcome not in {expected, *early}]
    outcome.expect(not wrong, Breach.WRONG, f"people were told {wrong}, expected {expected}")


def _was_long_away(world: ControllerWorld) -> bool:
    """Return whether what must be known to move the alias could not be read for a minute, or the move was refused."""
    hits = _struck(world, "aliases.", "policies.", "allow_tag.")
    slow = {Kind.BLACK_HOLE, Kind.SLOW, Kind.TRICKLE}
    return any(hit.count > 4 or hit.kind in slow for hit in hits) or bool(
        _struck(world, "releases.roll_back", "aliases.put_back")
    )
