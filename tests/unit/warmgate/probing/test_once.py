"""However often an event is delivered, and wherever a run dies, one run probes at a time and all share one budget."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fakes.shared_budget import FakeLedger
from support.fakes.world import EXECUTION, POLICY, World, served
from warmgate.errors import BudgetSpentError, ClaimError, HeldError, StatusReportError
from warmgate.gate.gate import Gate, GateResult
from warmgate.model.calls import Answer, Invocation
from warmgate.model.deployment import Status
from warmgate.model.verdict import Outcome, Page, Spent
from warmgate.policy.values import Budget, Policy
from warmgate.ports.functions import Invoker
from warmgate.probing.assessment import Assessment
from warmgate.probing.once import ProbingOnce

KEY = f"probe {EXECUTION.deployment_id} BeforeAllowTraffic"


class Killed(BaseException):
    """The end of a sandbox: nothing after it is done."""


class Dying:
    """An invoker whose sandbox is killed with a certain call."""

    def __init__(self, invoker: Invoker, calls_left: int) -> None:
        self._invoker, self.calls_left = invoker, calls_left

    def invoke(self, invocation: Invocation, deadline: object) -> Answer:
        """Call, or die."""
        if self.calls_left == 0:
            raise Killed
        self.calls_left -= 1
        return self._invoker.invoke(invocation, deadline)  # type: ignore[arg-type]


def once(world: World, ledger: FakeLedger, owner: str = "request 1", dies_after: int = -1) -> ProbingOnce:
    """Return the judging of a run."""
    assessor = replace(world.assessor(), invoker=Dying(world.invoker, dies_after))
    return ProbingOnce(assessor=assessor, ledger=ledger, clock=world.clock, owner=lambda: owner)


def judged(world: World, ledger: FakeLedger, owner: str = "request 1", dies_after: int = -1) -> Assessment:
    """Judge the world's release."""
    policy = world.policies.policy
    return once(world, ledger, owner, dies_after).judge_release(
        world.codedeploy.deployment, policy, world.deadline(world.clock.at_ms / 1000 + 270)
    )


def gated(world: World, ledger: FakeLedger, owner: str = "request 1") -> GateResult:
    """Run the gate."""
    gate: Gate = replace(world.gate(), judging=once(world, ledger, owner))
    now_s = world.clock.at_ms / 1000
    return gate.run(EXECUTION, world.deadline(now_s + 270), world.deadline(now_s + 297))


@given(deaths=st.lists(st.integers(0, 120), max_size=4), budget=st.integers(100, 400))
def test_runs_that_die_share_one_budget(deaths: list[int], budget: int) -> None:
    """However many runs of an event die, and with whichever call, all of them together stay within the budget."""
    world = World()
    world.policies.policy = replace(POLICY, budget=Budget(invocations=budget, seconds=300.0))
    # Near the limit, so that no check decides early.
    world.invoker.answers = lambda i: served(duration_ms=900 if i % 20 == 0 else 20, init_ms=300 if i < 20 else None)
    ledger = FakeLedger(world.clock)
    for dies_after in [*deaths, -1]:
        try:
            found = judged(world, ledger, dies_after=dies_after)
        except Killed:
            continue
        except BudgetSpentError:
            break
        assert len(world.invoker.calls) <= found.spending.invocations <= budget
        break

    assert len(world.invoker.calls) <= budget


def test_a_retry_goes_on_with_what_is_left() -> None:
    """What a dead run spent is in the report, and said."""
    world = World()
    ledger = FakeLedger(world.clock)
    with pytest.raises(Killed):
        judged(world, ledger, dies_after=25)

    found = judged(world, ledger)

    assert found.verdict.status is Status.SUCCEEDED
    assert found.spending.invocations == 40 + len(world.invoker.calls) - 25
    assert "an earlier run of this hook died after up to 40 calls; they are in what was spent" in found.notes


def test_a_retry_with_too_little_left_says_why() -> None:
    """The status is Failed, with how many calls were made by the run that died."""
    world = World()
    ledger = FakeLedger(world.clock, pages={KEY: Page(key=KEY, run=1, spent=Spent(calls=350, cost_usd=0.1))})

    found = gated(world, ledger)

    assert world.codedeploy.reported == [Status.FAILED]
    assert found.judgement is not None
    assert "died after up to 350 calls ($0.1000): 50 of budget.invocations 400 are left, 100 are needed" in (
        found.judgement.verdict.reason
    )
    assert world.invoker.calls == []


def test_a_second_delivery_reports_nothing_while_the_first_is_at_work() -> None:
    """It leaves by an error, so that Lambda comes again, makes no call and tells no status."""
    world = World()
    ledger = FakeLedger(world.clock)
    ledger.open(KEY, "request 1", 300_000)

    with pytest.raises(HeldError):
        gated(world, ledger, owner="request 2")

    assert (world.invoker.calls, world.codedeploy.reported) == ([], [])


def test_a_second_delivery_judges_when_the_first_is_dead() -> None:
    """The lease of a run ends with the run's own time."""
    world = World()
    ledger = FakeLedger(world.clock)
    with pytest.raises(Killed):
        judged(world, ledger, dies_after=0)
    with pytest.raises(HeldError):
        gated(world, ledger, owner="request 2")
    world.clock.sleep_ms(301_000)

    gated(world, ledger, owner="request 2")

    assert world.codedeploy.reported == [Status.SUCCEEDED]


def test_a_run_that_was_taken_for_dead_stops_probing() -> None:
    """Once another run has the page, the first makes no further round."""
    world = World()
    ledger = FakeLedger(world.clock)

    def overtaken(index: int) -> object:
        if index == 20:
            ledger.open(KEY, "request 1", 300_000)
        return served(init_ms=300 if index < 20 else None)

    world.invoker.answers = overtaken  # type: ignore[assignment]
    with pytest.raises(HeldError):
        gated(world, ledger)

    assert len(world.invoker.calls) == 40
    assert world.codedeploy.reported == []


def test_a_retry_after_an_untold_status_reports_what_was_found() -> None:
    """Nothing is probed again for a status that was found and could not be reported."""
    world = World()
    ledger = FakeLedger(world.clock)
    world.codedeploy.tell_fails = [StatusReportError("no route")]
    with pytest.raises(StatusReportError):
        gated(world, ledger)
    calls = len(world.invoker.calls)

    found = gated(world, ledger)

    assert world.codedeploy.reported == [Status.SUCCEEDED]
    assert len(world.invoker.calls) == calls
    assert found.judgement is not None
    assert found.judgement.notes == (
        "judged by an earlier run of this hook, which did not report its status; its samples are not kept",
    )


@pytest.mark.parametrize("fails_from", ["open", "spend"])
def test_a_table_that_does_not_answer_stands_in_nobodys_way(fails_from: str) -> None:
    """The release is judged within the run's own budget, and the report says that it was not shared."""
    world = World()
    ledger = FakeLedger(world.clock, fails=ClaimError("no route") if fails_from == "open" else None)

    def failing(index: int) -> object:
        ledger.fails = ClaimError("no route")
        return served(init_ms=300 if index < 20 else None)

    world.invoker.answers = failing  # type: ignore[assignment]
    found = judged(world, ledger)

    assert found.verdict.outcome is Outcome.PASSED
    assert any("no route" in note for note in found.notes)


def test_events_of_one_deployment_have_pages_of_their_own() -> None:
    """What the hook before traffic spent is not the hook's after it."""
    world = World()
    ledger = FakeLedger(world.clock)
    judged(world, ledger)

    assert set(ledger.pages) == {KEY}


def test_a_policy_without_room_to_share_is_untouched() -> None:
    """A first run has its whole budget."""
    world = World()
    alone = world.assessor().judge_release(world.codedeploy.deployment, POLICY, world.deadline(270))
    again = World()

    assert judged(again, FakeLedger(again.clock)) == alone
    assert isinstance(again.policies.policy, Policy)
