"""A world after a deployment's end, on a virtual clock: CodeDeploy, an alias, claims, reports and ways to tell.

Example:
    world = ReleaseWorld(alias=AliasState(version="7"))
    world.codedeploy.rolls_back(after_s=3, takes_s=5)
    world.deliver("FAILURE")
    assert world.alias == AliasState(version="6")
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from support.fakes.claims import ClaimTable, FakeClaims
from support.fakes.world import POLICY, TARGET, FakePolicies, VirtualClock
from warmgate.errors import (
    DeploymentLookupError,
    FunctionLookupError,
    RollbackError,
)
from warmgate.lineage.rollback_claims import RollbackProof
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, HookRun, Target
from warmgate.model.marks import rollback_mark_of
from warmgate.model.release import AlarmState, AliasState, LaterVerdict, Notice, StateChange, StoredReport, back_claim
from warmgate.policy.values import RollbackMode
from warmgate.rollback.controller import ControllerResult, RollbackController
from warmgate.rollback.recovery import Recovery

FAILED = "d-FAILED000"
ROLLBACK = "d-ROLLBACK0"
ENFORCED = "d-ENFORCED0"
STATES = {"SUCCESS": "Succeeded", "FAILURE": "Failed", "STOP": "Stopped"}
HOOK = HookRun(event="BeforeAllowTraffic", function="CodeDeployHook_warmgate-before", status="Failed")


class Death(BaseException):
    """The end of a process in the middle of a step: nothing tidies up."""


@dataclass
class FakeAlias:
    """One alias; every change gives it another revision, and changes by hand are kept."""

    clock: VirtualClock
    state: AliasState
    busy: Callable[[], bool] = lambda: False
    edits: list[str] = field(default_factory=list)
    replaced: list[AliasState] = field(default_factory=list)
    """What each edit took the place of."""
    edits_while_busy: int = 0
    fails: Exception | None = None
    refuses: Exception | None = None

    def read(self, target: Target) -> AliasState:
        """Return the alias."""
        self.busy()
        if self.fails is not None:
            raise self.fails
        if target != TARGET:
            raise FunctionLookupError(f"{target.function}:{target.alias}: no such alias")
        return self.state

    def put_back(self, target: Target, version: str, revision: str) -> None:
        """Set the alias if the revision is its own."""
        busy = self.busy()
        if self.refuses is not None:
            raise self.refuses
        if revision != self.state.revision:
            raise RollbackError("the alias was changed meanwhile", busy=True)
        self.edits.append(version)
        self.replaced.append(self.state)
        self.edits_while_busy += busy
        self.moved(AliasState(version=version))

    def moved(self, state: AliasState) -> None:
        """Take a new state with a new revision."""
        self.state = replace(state, revision=f"r{int(self.state.revision[1:] or 0) + 1}")


@dataclass
class Course:
    """How a deployment goes: from when it is seen, when it first moves traffic, when it ends and how, and to what."""

    release: Deployment
    appears_ms: float
    moves_ms: float
    ends_ms: float
    status: str
    serves: str
    moved: bool = False
    done: bool = False


@dataclass
class FakeReleases:
    """CodeDeploy with one release and whatever comes after it."""

    clock: VirtualClock
    release: Deployment
    alias: FakeAlias
    courses: list[Course] = field(default_factory=list)
    enforced: list[str] = field(default_factory=list)
    enforced_takes_s: float = 4.0
    enforced_ends: str = "Succeeded"
    refuses: Exception | None = None
    lag_s: float = 0.0
    """How long a deployment is left out of lists after it was made."""

    def rolls_back(self, *, after_s: float = 0.0, takes_s: float = 5.0, ends: str = "Succeeded") -> None:
        """Let CodeDeploy roll the release back."""
        self.release = replace(self.release, rollback_expected=True)
        self._comes(
            ROLLBACK, after_s, takes_s, ends, creator="codeDeployRollback", rollback_of=self.release.deployment_id
        )

    def goes_on(
        self,
        deployment_id: str,
        *,
        after_s: float = 0.0,
        takes_s: float = 5.0,
        serves: str = "8",
        moves_s: float | None = None,
    ) -> None:
        """Let somebody make another deployment; it gives its version a tenth of the traffic after `moves_s`."""
        self._comes(deployment_id, after_s, takes_s, "Succeeded", serves=serves, moves_s=moves_s)

    def describe(self, deployment_id: str) -> Deployment:
        """Return a deployment as it is now."""
        self._let_happen()
        for course in self.courses:
            if course.release.deployment_id == deployment_id and course.appears_ms <= self.clock.at_ms:
                return self._seen(course)
        if deployment_id != self.release.deployment_id:
            raise DeploymentLookupError(f"{deployment_id}: no such deployment")
        return self.release

    def later(self, release: Deployment) -> tuple[Deployment, ...]:
        """Return what was made after the release."""
        self._let_happen()
        ids = [course.release.deployment_id for course in self.courses]
        after = ids.index(release.deployment_id) + 1 if release.deployment_id in ids else 0
        listed_ms = self.clock.at_ms - self.lag_s * 1000
        return tuple(self._seen(course) for course in self.courses[after:] if course.appears_ms <= listed_ms)

    def roll_back(self, release: Deployment) -> str:
        """Make a deployment back, unless one is in progress."""
        if self.refuses is not None:
            raise self.refuses
        if self.in_progress():
            raise RollbackError("a deployment is in progress", busy=True)
        made = f"{ENFORCED}{len(self.enforced) or ''}"
        self.enforced.append(made)
        description = rollback_mark_of(release.deployment_id)
        self._comes(made, 0.0, self.enforced_takes_s, self.enforced_ends, description=description)
        return made

    def in_progress(self) -> bool:
        """Return whether a deployment of the group goes on."""
        self._let_happen()
        return any(course.appears_ms <= self.clock.at_ms < course.ends_ms for course in self.courses)

    def _comes(
        self,
        deployment_id: str,
        after_s: float,
        takes_s: float,
        ends: str,
        *,
        serves: str = "6",
        moves_s: float | None = None,
        **about: Any,
    ) -> None:
        appears_ms = self.clock.at_ms + after_s * 1000
        release = replace(self.release, deployment_id=deployment_id, status="InProgress", hooks=(), **about)
        release = replace(release, rollback_expected=False, completed_s=None)
        if serves == "6":
            release = replace(release, baseline=self.release.candidate, candidate=self.release.baseline)
        ends_ms = appears_ms + takes_s * 1000
        moves_ms = ends_ms if moves_s is None else appears_ms + moves_s * 1000
        self.courses.append(Course(release, appears_ms, moves_ms, ends_ms, ends, serves))

    def _seen(self, course: Course) -> Deployment:
        if self.clock.at_ms < course.ends_ms:
            return course.release
        return replace(course.release, status=course.status, completed_s=course.ends_ms / 1000)

    def _let_happen(self) -> None:
        for course in self.courses:
            if course.moves_ms <= self.clock.at_ms < course.ends_ms and not course.moved:
                course.moved = True
                self.alias.moved(AliasState(version=self.alias.state.version, weights=((course.serves, 0.1),)))
            if self.clock.at_ms >= course.ends_ms and not course.done:
                course.done = True
                if course.status == "Succeeded":
                    self.alias.moved(AliasState(version=course.serves))


@dataclass
class FakeReleaseLineage:
    """Where deployments come from, by the same CodeDeploy and the same claims."""

    releases: FakeReleases
    claims: ClaimTable
    fails: Exception | None = None
    """Raised where the table is asked."""

    def described(self, deployment_id: str, deadline: Deadline) -> Deployment:
        """Return a deployment."""
        return self.releases.describe(deployment_id)

    def before(self, deployment: Deployment, deadline: Deadline) -> Deployment | None:
        """Return the one release that there is."""
        return self.releases.release

    def made_back(self, deployment_id: str) -> str | None:
        """Return what the claim of a deployment back was settled with."""
        if self.fails is not None:
            raise self.fails
        found = self.claims.items.get(back_claim(deployment_id))
        return None if found is None else found.outcome


@dataclass
class FakeStoredReports:
    """Reports in memory; `appears` stores one at an instant."""

    clock: VirtualClock
    kept: dict[str, StoredReport] = field(default_factory=dict)
    appears: tuple[float, str, StoredReport] | None = None
    verdicts: tuple[LaterVerdict, ...] = ()
    verdicts_from_ms: float = 0.0
    writes: int = 0
    read_fails: Exception | None = None
    write_fails: Exception | None = None

    def read(self, deployment_id: str) -> StoredReport | None:
        """Return a report."""
        if self.read_fails is not None:
            raise self.read_fails
        if self.appears and self.clock.at_ms >= self.appears[0]:
            self.kept.setdefault(self.appears[1], self.appears[2])
        return self.kept.get(deployment_id)

    def later(self, deployment_id: str) -> tuple[LaterVerdict, ...]:
        """Return the verdicts on live traffic."""
        if self.read_fails is not None:
            raise self.read_fails
        return self.verdicts if self.clock.at_ms >= self.verdicts_from_ms else ()

    def write(self, deployment_id: str, report: StoredReport) -> None:
        """Keep a report."""
        if self.write_fails is not None:
            raise self.write_fails
        self.writes += 1
        self.kept[deployment_id] = report

    def address(self, deployment_id: str) -> str:
        """Return a made-up address."""
        return f"fake://{deployment_id}/report.md"


@dataclass
class FakeAllowTag:
    """A tag that every function has, or none."""

    tagged: bool = True
    fails: Exception | None = None

    def allows(self, target: Target) -> bool:
        """Return whether the functions are tagged."""
        if self.fails is not None:
            raise self.fails
        return self.tagged


@dataclass
class FakeAlarms:
    """Alarms that are given."""

    states: tuple[AlarmState, ...] = ()
    fails: Exception | None = None

    def of(self, release: Deployment) -> tuple[AlarmState, ...]:
        """Return the alarms."""
        if self.fails is not None:
            raise self.fails
        return self.states


@dataclass
class FakeNotices:
    """Keeps what was told, or fails."""

    name: str = "fake"
    essential: bool = True
    sent: list[Notice] = field(default_factory=list)
    fails: Exception | None = None

    def send(self, notice: Notice) -> None:
        """Keep a notice."""
        if self.fails is not None:
            raise self.fails
        self.sent.append(notice)


class Tripwire:
    """Stands before a port and ends the run at one of its calls: before it has an effect, or after."""

    def __init__(self, port: Any, world: ReleaseWorld) -> None:
        self._port, self._world = port, world

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def called(*args: Any, **kwargs: Any) -> Any:
            subject = f" {args[0].split()[0]}" if isinstance(self._port, FakeClaims) else ""
            self._world.calls.append(f"{type(self._port).__name__}.{name}{subject}")
            step = len(self._world.calls) - 1
            if (meanwhile := self._world.meanwhile.pop(step, None)) is not None:
                meanwhile()
            trips = step == self._world.trips_at
            if trips and not self._world.trips_after:
                raise self._world.error
            result = found(*args, **kwargs)
            if trips:
                raise self._world.error
            return result

        return called


class ReleaseWorld:
    """All ports together around one ended deployment from version 6 to version 7."""

    def __init__(
        self,
        *,
        alias: AliasState | None = None,
        status: str = "Failed",
        rollback: RollbackMode = RollbackMode.ENFORCE,
        clock: VirtualClock | None = None,
    ) -> None:
        self.clock = clock or VirtualClock()
        self.alias_port = FakeAlias(self.clock, replace(alias or AliasState(version="6"), revision="r1"))
        release = Deployment(
            deployment_id=FAILED,
            application="shop",
            group="checkout",
            status=status,
            target=TARGET,
            baseline="6",
            candidate="7",
            created_s=-60.0,
            completed_s=-1.0,
            error_code="" if status == "Succeeded" else "HOOK_EXECUTION_FAILURE",
            hooks=(HOOK,),
        )
        self.codedeploy = FakeReleases(self.clock, release, self.alias_port)
        self.alias_port.busy = self.codedeploy.in_progress
        self.policies = FakePolicies(policy=replace(POLICY, rollback=rollback))
        self.claims = ClaimTable(self.clock)
        self.reports = FakeStoredReports(self.clock)
        self.allow_tag = FakeAllowTag()
        self.alarms = FakeAlarms()
        self.notices = FakeNotices()
        self.lines: list[str] = []
        self.calls: list[str] = []
        self.trips_at: int | None = None
        self.trips_after = False
        self.proof_fails: Exception | None = None
        self.error: BaseException = RuntimeError("tripped")
        self.meanwhile: dict[int, Callable[[], object]] = {}
        """What happens before the port call of that number."""

    @property
    def alias(self) -> AliasState:
        """Return what the alias serves in the end."""
        self.codedeploy.in_progress()
        return replace(self.alias_port.state, revision="")

    def controller(self) -> RollbackController:
        """Return the controller of this world, every port behind a tripwire."""

        def wired(port: Any) -> Any:
            return Tripwire(port, self)

        releases, claims, allow_tag = wired(self.codedeploy), wired(FakeClaims(self.claims)), wired(self.allow_tag)
        proof = RollbackProof(FakeReleaseLineage(self.codedeploy, self.claims, self.proof_fails))
        recovery = Recovery(
            releases=releases,
            proof=proof,
            allow_tag=allow_tag,
            aliases=wired(self.alias_port),
            policies=wired(self.policies),
            claims=claims,
            clock=self.clock,
        )
        return RollbackController(
            releases=releases,
            proof=proof,
            allow_tag=allow_tag,
            recovery=recovery,
            alarms=wired(self.alarms),
            reports=wired(self.reports),
            claims=claims,
            clock=self.clock,
            notices=(wired(self.notices),),
            log=self.lines.append,
        )

    def deliver(
        self, state: str = "FAILURE", deployment_id: str = FAILED, *, left_s: float = 270.0
    ) -> ControllerResult | None:
        """Deliver one event to one run."""
        deadline = Deadline(self.clock.at_ms + left_s * 1000)
        return self.controller().run(StateChange(deployment_id, state), deadline)

    def deliver_as_lambda(self, state: str = "FAILURE", deployment_id: str = FAILED) -> None:
        """Deliver an event as Lambda does: twice more after one and two minutes where a run fails."""
        for pause_s in (60.0, 120.0, 0.0):
            try:
                self.deliver(state, deployment_id)
            except (Exception, Death):  # noqa: BLE001 - whatever ends a run, Lambda starts another
                self.clock.sleep_ms(pause_s * 1000)
            else:
                return
