"""What an assessment may spend and how much it may overlap, on a virtual clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fakes.world import POLICY, TARGET, Served, VirtualOverlap, World, served
from warmgate.errors import FunctionLookupError, InvokeError
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Status
from warmgate.model.function import Capacity
from warmgate.model.verdict import Outcome
from warmgate.planning import call_cost_usd
from warmgate.policy.values import Budget, Compare, Limits, Policy, Probe, RatioLimit, Warm
from warmgate.probing.assessment import Assessment, Subject

T = TypeVar("T")
SMALL = Policy(name="small", warm=Warm(environments=4, rounds=0), limits=replace(POLICY.limits, duration=()))
COMPARING = replace(POLICY, compare=Compare(duration=RatioLimit(statistic="p95", ratio=1.2)))


@dataclass
class Counting:
    """An overlap that keeps how many tasks were started at once."""

    overlap: VirtualOverlap
    widths: list[int] = field(default_factory=list)

    def run(self, tasks: Sequence[Callable[[], T]], deadline: Deadline) -> list[T | None]:
        """Count and run."""
        self.widths.append(len(tasks))
        return self.overlap.run(tasks, deadline)


def assessed(world: World, policy: Policy, *, left_s: float = 270.0) -> tuple[Assessment, list[int]]:
    """Return the assessment of the world's candidate, and how many calls overlapped each time."""
    overlap = Counting(VirtualOverlap(world.clock))
    assessor = replace(world.assessor(), overlap=overlap)
    subject = Subject(target=TARGET, baseline="6", candidate="7")
    return assessor.assess(subject, policy, world.deadline(left_s), seed=1), overlap.widths


def reserved(count: int, in_use: int | None) -> Capacity:
    """Return the room of a function with reserved concurrency."""
    return Capacity(account_limit=1000, account_unreserved=900, reserved=count, in_use=in_use)


@pytest.mark.parametrize(
    ("room", "most"),
    [
        (reserved(1, 1), 1),
        (reserved(1, None), 1),
        (reserved(4, None), 1),
        (reserved(10, None), 1),
        (reserved(6, 0), 3),
        (Capacity(account_limit=10, account_unreserved=10, reserved=None, in_use=0), 2),
        (Capacity(account_limit=10, account_unreserved=10, reserved=None, in_use=None), 1),
    ],
)
@pytest.mark.parametrize("policy", [SMALL, pytest.param(COMPARING, marks=pytest.mark.slow)], ids=["small", "comparing"])
def test_a_small_pool_is_probed_in_small_rounds(room: Capacity, most: int, policy: Policy) -> None:
    """Never more calls overlap than the pool has room for, as many are made as were asked for, and none lacks data."""
    world = World()
    world.functions.room = room
    world.invoker.cold_calls = 1
    found, widths = assessed(world, policy)

    assert max(widths) <= most
    assert len(world.invoker.calls) >= policy.warm.environments
    assert {f.inconclusive_because for f in found.verdict.findings} & {"no data"} == set()
    assert found.verdict.outcome is Outcome.INCONCLUSIVE
    assert any("instead of" in note for note in found.notes)


def test_a_function_that_is_switched_off_is_an_error_that_says_so() -> None:
    """Reserved concurrency 0 leaves nothing to be called."""
    world = World()
    world.functions.room = reserved(0, 0)

    with pytest.raises(FunctionLookupError, match="reserved concurrency 0 switches the function off"):
        assessed(world, POLICY)


def test_a_bad_version_of_a_small_function_is_refused() -> None:
    """One call at a time shows errors as well as many do."""
    world = World()
    world.functions.room = reserved(1, 1)
    world.invoker.answers = lambda _index: served(function_error="Unhandled", payload=b'{"errorType":"KeyError"}')

    assert assessed(world, SMALL)[0].verdict.status is Status.FAILED


def test_calls_that_the_deadline_cuts_are_spent() -> None:
    """They run on and are paid for: each counts, at what the function's timeout can cost."""
    world = World()
    world.invoker.answers = lambda _index: served(duration_ms=9_000)
    found, _ = assessed(world, SMALL, left_s=5)

    assert (found.samples, found.spending.invocations) == ((), 4)
    assert found.spending.cost_usd == pytest.approx(4 * call_cost_usd(10_000, 256, "x86_64"))


def test_calls_that_were_refused_are_not_spent() -> None:
    """What never reached the code costs nothing."""
    world = World()
    world.invoker.answers = lambda _index: InvokeError("busy", code="TooManyRequestsException", throttled=True)
    found, _ = assessed(world, SMALL)

    assert (found.spending.invocations, found.spending.cost_usd) == (0, 0.0)
    assert found.spending.throttles > 0


def test_what_was_spent_before_a_fault_is_reported() -> None:
    """An error in the middle of the calls keeps what they cost."""
    world = World()

    def answer(index: int) -> object:
        return served(init_ms=300) if index < 20 else InvokeError("denied", code="AccessDeniedException")

    world.invoker.answers = answer  # type: ignore[assignment]
    found, _ = assessed(world, POLICY)

    assert (found.verdict.outcome, found.verdict.reason) == (Outcome.ERROR, "denied")
    assert found.spending.invocations == 20
    assert found.spending.cost_usd > 0


@pytest.mark.parametrize(
    ("cost_usd", "timeout_s", "first"),
    [(2.0, 900, 20), (0.05, 900, 13), (0.001, 900, 0), (2.0, 3, 20)],
)
def test_the_first_round_bears_its_worst_case(cost_usd: float, timeout_s: int, first: int) -> None:
    """Where each call might take the whole timeout, no more are made than the cost budget pays for then."""
    world = World()
    world.functions.states = [{"timeout_s": timeout_s}]
    policy = replace(POLICY, budget=Budget(invocations=400, seconds=300.0, cost_usd=cost_usd))
    found, widths = assessed(world, policy)

    assert (widths or [0])[0] == first
    assert found.spending.cost_usd <= cost_usd
    assert any("budget.cost_usd" in note for note in found.notes) == (first < 20)


@given(
    took=st.lists(st.floats(1, 9_999), min_size=1, max_size=30),
    lost=st.integers(2, 9),
    invocations=st.integers(100, 400),
    cost_usd=st.floats(1e-4, 0.01),
    repeatable=st.booleans(),
)
def test_budgets_hold_whatever_calls_take(
    took: list[float], lost: int, invocations: int, cost_usd: float, repeatable: bool
) -> None:
    """No more is called than budget.invocations; what is spent beyond the cost is one round's surprise at the most."""
    world = World()

    def answer(index: int) -> object:
        if index % lost == 1:
            return InvokeError("reset", code="ConnectionClosedError", lost=True)
        return served(duration_ms=took[index % len(took)])

    world.invoker.answers = answer  # type: ignore[assignment]
    policy = replace(
        POLICY,
        limits=Limits(error_ratio=0.01),
        probes=(Probe(name="a", repeatable=repeatable),),
        budget=Budget(invocations=invocations, seconds=3600.0, cost_usd=cost_usd),
    )
    found, _ = assessed(world, policy, left_s=3600)

    assert len(world.invoker.calls) == found.spending.invocations <= invocations
    longest = call_cost_usd(10_000, 256, "x86_64")
    assert found.spending.cost_usd <= cost_usd + 20 * longest


def test_probes_without_a_tenant_end_before_anything_is_called() -> None:
    """A function with tenant isolation takes no such call: it is said, not tried twenty times."""
    world = World()
    world.functions.states = [{"tenant_isolation": True}]

    with pytest.raises(FunctionLookupError, match="write `tenant: ID` in each probe"):
        assessed(world, SMALL)
    assert world.invoker.calls == []


def test_each_probe_calls_as_its_tenant() -> None:
    """From the policy's probe to the call, on both versions."""
    world = World()
    world.functions.states = [{"tenant_isolation": True}]
    tenants = {"blue", "green"}
    assessed(world, replace(SMALL, probes=tuple(Probe(name=each, tenant=each) for each in sorted(tenants))))

    assert {call.tenant for call in world.invoker.calls} == tenants


def test_what_a_managed_instance_does_not_report_is_said() -> None:
    """Its environments serve many calls at once and start before them."""
    world = World()
    world.functions.states = [{"managed_instances": True}]
    found, _ = assessed(world, SMALL)

    assert any("cold starts, memory and billed time are not reported" in note for note in found.notes)


def test_what_to_do_about_a_version_that_cannot_run_is_a_note() -> None:
    """Once for each error, with how many calls it failed."""
    world = World()
    error = InvokeError("f:7 cannot run", code="KMSNotFound", lasting=True, hint="mend it")
    world.invoker.answers = lambda _index: error
    found, _ = assessed(world, SMALL)

    assert [note for note in found.notes if "mend it" in note] == ["4 calls could not be run (KMSNotFound): mend it"]


def flaky(every: int) -> Callable[[int], Served]:
    """Return a version that fails every n-th call."""
    raised = served(function_error="Unhandled", payload=b'{"errorType":"BusyError"}')
    return lambda index: raised if index % every == 0 else served()


@pytest.mark.parametrize(("old", "status"), [(5, Status.SUCCEEDED), (1000, Status.FAILED)])
def test_errors_are_compared_where_the_policy_leaves_them_to_the_comparison(old: int, status: Status) -> None:
    """One call in five of the candidate: as often as the baseline's passes, and alone it is refused."""
    world = World()
    world.invoker.by_version = {"6": flaky(old), "7": flaky(5)}
    policy = Policy(name="errors", limits=Limits(error_ratio=None), compare=Compare(error_margin=0.0))
    found, _ = assessed(world, policy)

    assert found.verdict.status is status
    assert [each.check for each in found.verdict.findings] == ["compare.errors.rate"]
    assert found.spending.invocations <= policy.budget.invocations
