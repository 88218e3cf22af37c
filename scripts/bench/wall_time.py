"""Wall time from the first call to the verdict, against what cannot be beaten: one cold start and the rounds' calls."""

from __future__ import annotations

import os

from bench.overhead import CREDENTIALS
from bench.stub import stub_endpoint
from warmgate.model.function import Capacity, FunctionVersion, ProvisionedConcurrency

ENVIRONMENTS = 20
COLD_MS = 400.0
WARM_MS = 100.0


def measure_wall_time(runs: int = 3) -> list[tuple[str, str, str]]:
    """Return the row (what, measured, goal); the best of some runs counts."""
    os.environ.update(CREDENTIALS)
    found = [_run() for _ in range(runs)]
    seconds, rounds = min(found)
    ideal = (COLD_MS + rounds * WARM_MS) / 1000
    text = f"{seconds:.2f} s, {seconds / ideal:.2f}x of {ideal:.2f} s ({rounds} rounds of {ENVIRONMENTS} calls)"
    return [("wall time to the verdict", text, "<= 1.15x")]


def _run() -> tuple[float, int]:
    from warmgate.adapters.invoker import LambdaInvoker
    from warmgate.adapters.sdk import Clients
    from warmgate.adapters.waiting import SystemClock, ThreadOverlap
    from warmgate.model.deadline import Deadline
    from warmgate.model.deployment import Target
    from warmgate.policy.values import Budget, Limits, PercentileLimit, Policy, Probe
    from warmgate.probing.assess import Assessor
    from warmgate.probing.assessment import Subject

    policy = Policy(
        name="bench",
        probes=(Probe(name="p"),),
        limits=Limits(duration=(PercentileLimit(percentile=0.95, limit_ms=400.0),)),
        budget=Budget(invocations=400, seconds=60.0),
    )
    with stub_endpoint(ENVIRONMENTS, COLD_MS, WARM_MS) as url:
        clock = SystemClock()
        assessor = Assessor(
            functions=_Ready(),
            invoker=LambdaInvoker(Clients(url).invoking(ENVIRONMENTS), clock),
            overlap=ThreadOverlap(),
            clock=clock,
        )
        subject = Subject(target=Target("f", "live"), baseline=None, candidate="2")
        found = assessor.assess(subject, policy, Deadline(clock.now_ms() + 60_000), seed=1)
    return found.spending.seconds, found.spending.invocations // ENVIRONMENTS


class _Ready:
    """A function that is Active and has all the room there is: look-ups are not what is measured here."""

    def version(self, function: str, version: str) -> FunctionVersion:
        """Return an active version."""
        return FunctionVersion(function=function, version=version, state="Active", memory_mb=128, timeout_s=10)

    def capacity(self, function: str) -> Capacity:  # noqa: ARG002 - the port's shape
        """Return room."""
        return Capacity(account_limit=1000, account_unreserved=1000, reserved=None, in_use=0)

    def provisioned(self, function: str, version: str) -> ProvisionedConcurrency:  # noqa: ARG002 - the port's shape
        """Return none."""
        return ProvisionedConcurrency(requested=0, available=0, status="NONE")
