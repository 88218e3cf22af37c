"""Guards that share a table count each other: the adapter beside what the simulation of many guards takes it for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count

import pytest

from bench.quotas.simulate import SimulatedReaders
from support.fakes.lambda_runs import SharedClock
from support.fakes.world import EPOCH_MS
from support.stages import release as stages
from warmgate.adapters.readers import SPAN_S, TableReaders
from warmgate.errors import ClaimError
from warmgate.ports.live import Readers
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud
START_S = EPOCH_MS / 1000 // SPAN_S * SPAN_S
_SPANS = count(1)


@pytest.fixture(params=["table", "simulation"])
def readers(request: pytest.FixtureRequest) -> tuple[SharedClock, Callable[[], Readers]]:
    """Give a clock and what makes one more guard."""
    clock = SharedClock()
    clock.at_ms = START_S * 1000 - EPOCH_MS + 1000 * SPAN_S * next(_SPANS)
    if request.param == "simulation":
        joined = Counter[int]()
        return clock, lambda: SimulatedReaders(clock, joined)
    cloud: LocalCloud = request.getfixturevalue("cloud")
    table = stages.claims_table(cloud)
    return clock, lambda: TableReaders(cloud.client, table, clock)


def test_guards_count_each_other_once(readers: tuple[SharedClock, Callable[[], Readers]]) -> None:
    """However often they ask; those that are gone are forgotten after the next span of seconds."""
    clock, another = readers
    one, two, three = another(), another(), another()
    assert [one.join(), one.join(), two.join(), three.join(), one.join()] == [1, 1, 2, 3, 3]
    clock.at_ms += SPAN_S * 1000
    assert [one.join(), two.join()] == [3, 3]
    clock.at_ms += SPAN_S * 1000
    assert one.join() == 2
    clock.at_ms += 2 * SPAN_S * 1000
    assert one.join() == 1


def test_a_table_that_does_not_answer_is_a_claim_error(cloud: LocalCloud) -> None:
    """The guard goes on with what it knew."""
    with pytest.raises(ClaimError):
        TableReaders(cloud.client, "no-such-table", SharedClock()).join()
