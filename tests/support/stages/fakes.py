"""The contracts' stages on the fakes, whose time is virtual."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from support.fakes.world import (
    EXECUTION,
    POLICY,
    TARGET,
    FakeDeployments,
    FakeFunctions,
    FakeInvoker,
    FakeLineage,
    FakePolicies,
    FakeReports,
    Served,
    VirtualClock,
    served,
)
from support.stages.ports import DeploymentsStage, FunctionsStage, InvokerStage, PoliciesStage, ReportsStage
from warmgate.errors import Fault, PolicyError, PolicyLookupError, ReportError
from warmgate.model.calls import Invocation
from warmgate.model.deployment import HookExecution, Status
from warmgate.model.function import Capacity, ProvisionedConcurrency
from warmgate.model.verdict import Judgement
from warmgate.ports.policies import Policies
from warmgate.probing.rounds import SMOKE_MARKER

FAULT = Fault(source="fake:policy", line=2, path="limits", found="400", expected="a duration", fix="write 400ms")


def deployments() -> DeploymentsStage:
    """Return the stage of Deployments."""
    clock = VirtualClock()
    fake, lineage = FakeDeployments(clock), FakeLineage()

    def opened(description: str) -> HookExecution:
        fake.deployment = replace(fake.deployment, description=description)
        return EXECUTION

    def rolled_back() -> HookExecution:
        first = replace(fake.deployment, deployment_id="d-FIRST0000", baseline="7", candidate="6")
        lineage.known = {first.deployment_id: first}
        fake.deployment = replace(fake.deployment, creator="codeDeployRollback", rollback_of=first.deployment_id)
        return EXECUTION

    return DeploymentsStage(
        port=fake,
        clock=clock,
        target=TARGET,
        versions=("6", "7"),
        open=opened,
        rolled_back=rolled_back,
        lineage=lineage,
    )


def functions() -> FunctionsStage:
    """Return the stage of Functions."""
    fake = FakeFunctions()

    def hiding() -> tuple[str, str]:
        fake.states = [{"log_format": "JSON", "system_log_level": "WARN"}]
        return TARGET.function, "7"

    def room(reserved: int | None, overlapping: int) -> Capacity:
        free = 1000 - (reserved or 0)
        fake.room = Capacity(account_limit=1000, account_unreserved=free, reserved=reserved, in_use=overlapping)
        return fake.capacity(TARGET.function)

    def provisioned(requested: int) -> ProvisionedConcurrency:
        fake.provisions = [ProvisionedConcurrency(requested=requested, available=requested, status="READY")]
        return fake.provisioned(TARGET.function, "7")

    return FunctionsStage(
        port=fake, function=TARGET.function, version="7", hiding=hiding, room=room, provisioned=provisioned
    )


def invoker() -> InvokerStage:
    """Return the stage of Invoker."""
    clock = VirtualClock()
    fake = FakeInvoker(clock)

    def calling(how: str = "answer", *, version: str = "") -> Invocation:
        fake.answers = lambda _index: _served(how)
        return invocation(TARGET.function, version or "7", how)

    @contextmanager
    def occupied(seconds: float) -> Iterator[None]:
        fake.busy_until_ms = clock.now_ms() + seconds * 1000
        yield

    @contextmanager
    def switched_off() -> Iterator[None]:
        fake.switched_off = True
        yield

    return InvokerStage(
        port=fake, clock=clock, version="7", calling=calling, occupied=occupied, switched_off=switched_off
    )


def invocation(function: str, version: str, how: str) -> Invocation:
    """Return the invocation of the contract's function."""
    return Invocation(
        function=function,
        version=version,
        payload=json.dumps({"how": how}).encode(),
        client_context=base64.b64encode(json.dumps(SMOKE_MARKER).encode()).decode(),
        timeout_s=1.0,
    )


def _served(how: str) -> Served:
    if how == "raise":
        return served(function_error="Unhandled", payload=b'{"errorType":"KeyError","errorMessage":"price"}')
    if how == "time out":
        text = (
            b'{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: x Error: Task timed out after 1.00 seconds"}'
        )
        return served(function_error="Unhandled", payload=text, duration_ms=1000, extra="Status: timeout")
    return served(init_ms=120.0, payload=b'{"statusCode":200,"marker":{"warmgate":"smoke"}}')


def policies() -> PoliciesStage:
    """Return the stage of Policies."""
    errors = {"faulty": PolicyError(FAULT), "missing": PolicyLookupError("fake:policy is not there")}

    def having(state: str) -> Policies:
        return FakePolicies(fails=errors.get(state))

    return PoliciesStage(having=having, target=TARGET, expected=(POLICY.name, "fake:policy"))


def reports() -> ReportsStage:
    """Return the stage of Reports."""
    fake = FakeReports()

    def stored(judgement: Judgement) -> Status | None:
        statuses = [status for kept, status in fake.published if kept == judgement]
        return statuses[-1] if statuses else None

    return ReportsStage(port=fake, archive=fake, closed=FakeReports(fails=ReportError("closed")), stored=stored)
