"""Guards that share a table take turns: the adapter beside what the simulation of many guards takes it for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.quotas.simulate import SimulatedTurns
from support.fakes.lambda_runs import SharedClock
from support.stages import release as stages
from warmgate.adapters.turns import FARTHEST_MS, KEY, TableTurns
from warmgate.errors import ClaimError
from warmgate.ports.live import Turns
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud
PER_S = 4.0
DAY_MS = 86_400_000.0


@pytest.fixture(params=["table", "simulation"])
def turns(request: pytest.FixtureRequest) -> tuple[SharedClock, Callable[[], Turns]]:
    """Give a clock and what makes one more guard."""
    clock = SharedClock()
    if request.param == "simulation":
        queue = SimulatedTurns(clock, PER_S)
        return clock, lambda: queue
    cloud: LocalCloud = request.getfixturevalue("cloud")
    table = stages.claims_table(cloud)
    cloud.client("dynamodb").delete_item(TableName=table, Key={"id": {"S": KEY}})
    return clock, lambda: TableTurns(cloud.client, table, clock, PER_S)


def test_each_waits_for_those_before_it(turns: tuple[SharedClock, Callable[[], Turns]]) -> None:
    """Four a second; who asks for three requests keeps the next one waiting for as long."""
    clock, another = turns
    one, two, three = another(), another(), another()
    assert [one.take(1), two.take(1), three.take(3), one.take(1)] == pytest.approx([0, 250, 500, 1_250])
    clock.at_ms += 1_000
    assert two.take(1) == pytest.approx(500)


def test_who_comes_to_an_empty_queue_waits_for_nobody(turns: tuple[SharedClock, Callable[[], Turns]]) -> None:
    """What nobody used is not saved up."""
    clock, another = turns
    assert another().take(1) == 0
    clock.at_ms += 60_000
    assert [another().take(1), another().take(1)] == pytest.approx([0, 250])


def test_an_instant_that_nobody_queued_up_to_is_not_waited_for(cloud: LocalCloud) -> None:
    """A machine whose clock is a day ahead keeps nobody from looking."""
    table = stages.claims_table(cloud)
    ahead, clock = SharedClock(), SharedClock()
    ahead.at_ms += DAY_MS
    assert FARTHEST_MS < DAY_MS
    TableTurns(cloud.client, table, ahead, PER_S).take(1)

    assert TableTurns(cloud.client, table, clock, PER_S).take(1) == 0


def test_a_table_that_does_not_answer_is_a_claim_error(cloud: LocalCloud) -> None:
    """The guard goes on at the pace that refusals leave."""
    with pytest.raises(ClaimError):
        TableTurns(cloud.client, "no-such-table", SharedClock(), PER_S).take(1)
