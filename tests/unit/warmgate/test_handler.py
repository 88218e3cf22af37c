"""The handler of a hook: CodeDeploy's event and Lambda's context in, one status out, within the run's time."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from support.fakes.world import EXECUTION, World
from warmgate.adapters.home import ACCOUNT
from warmgate.bootstrap import RUN
from warmgate.handler import begin, deadline_of, hook_of
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Status

EVENT = {"DeploymentId": EXECUTION.deployment_id, "LifecycleEventHookExecutionId": EXECUTION.execution_id}


@dataclass
class Context:
    """What Lambda says of a run."""

    left_ms: int = 300_000
    aws_request_id: str = "request-1"
    invoked_function_arn: str = "arn:aws-cn:lambda:cn-north-1:123456789012:function:CodeDeployHook_warmgate-before"

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left."""
        return self.left_ms


def test_a_hook_answers_with_the_status_that_it_reported() -> None:
    """A healthy candidate; the run is known by the request, which Lambda's retries of it share."""
    world = World()

    assert hook_of(world.gate())(EVENT, Context()) == {"status": Status.SUCCEEDED, "reported": True}
    assert world.codedeploy.reported == [Status.SUCCEEDED]
    assert RUN.get() == "request-1"
    assert ACCOUNT.get() == "123456789012"


@pytest.mark.parametrize(("left_ms", "reserve_ms", "at_ms"), [(300_000, 3_000, 297_500), (2_000, 3_000, 500)])
def test_a_run_ends_so_much_before_its_time(left_ms: int, reserve_ms: float, at_ms: float) -> None:
    """Where less than the reserve is left, it is over at once."""
    world = World()
    world.clock.at_ms = 500

    assert deadline_of(Context(left_ms), world.clock, reserve_ms) == Deadline(at_ms)


def test_an_arn_that_is_none_leaves_the_account_unknown() -> None:
    """Whatever calls the hook, it must report a status."""
    begin(Context(invoked_function_arn="?"))

    assert ACCOUNT.get() == ""
