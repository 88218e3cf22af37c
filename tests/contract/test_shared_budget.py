"""What hooks share promises the same in memory and in a table that many of them write at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from support.fakes.shared_budget import FakeLedger, FakeReservations
from support.fakes.world import VirtualClock
from warmgate.adapters.ledger import TableLedger
from warmgate.adapters.reservations import TableReservations
from warmgate.adapters.waiting import SystemClock
from warmgate.errors import ClaimError, HeldError
from warmgate.model.deployment import Status
from warmgate.model.verdict import Ended, Outcome, Spent
from warmgate.ports.once import Ledger, Reservations
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud
LEASE_MS = 60_000.0
ENDED = Ended(outcome=Outcome.PASSED, status=Status.SUCCEEDED, reason="4 checks")


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingStage:
    """Both ports, and a way to let time pass."""

    reservations: Reservations
    ledger: Ledger
    passes: Callable[[float], None]


@pytest.fixture(params=["fake", "adapter"])
def shared(request: pytest.FixtureRequest) -> SharingStage:
    """Give both implementations."""
    if request.param == "fake":
        clock = VirtualClock()
        return SharingStage(
            reservations=FakeReservations(clock), ledger=FakeLedger(clock), passes=lambda s: clock.sleep_ms(s * 1000)
        )
    cloud, system = request.getfixturevalue("cloud"), SystemClock()
    table = table_in(cloud)
    return SharingStage(
        reservations=TableReservations(cloud.client, table, system),
        ledger=TableLedger(cloud.client, table, system),
        passes=time.sleep,
    )


def table_in(cloud: LocalCloud) -> str:
    """Create a table and return its name."""
    name = f"shared-{time.monotonic_ns()}"
    cloud.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


class TestReservations:
    """Concurrency that hooks share."""

    def test_no_more_is_given_than_there_is(self, shared: SharingStage) -> None:
        """The last one gets what is left, and after that there is none."""
        counts = [shared.reservations.take("account", 40, 100, LEASE_MS)[1] for _ in range(4)]

        assert counts == [40, 40, 20, 0]

    def test_what_is_given_back_is_free(self, shared: SharingStage) -> None:
        """Twice given back is given back once."""
        owner, _ = shared.reservations.take("account", 40, 50, LEASE_MS)
        for _ in range(2):
            shared.reservations.give_back("account", owner)

        assert shared.reservations.take("account", 50, 50, LEASE_MS)[1] == 50

    def test_what_a_dead_hook_holds_ends_with_its_lease(self, shared: SharingStage) -> None:
        """Nobody waits for a hook that will give nothing back, and its coming back later takes nothing away."""
        owner, _ = shared.reservations.take("account", 50, 50, 200)
        shared.passes(0.4)
        count = shared.reservations.take("account", 50, 50, LEASE_MS)[1]
        shared.reservations.give_back("account", owner)

        assert (count, shared.reservations.take("account", 1, 50, LEASE_MS)[1]) == (50, 0)

    def test_pools_are_apart(self, shared: SharingStage) -> None:
        """A function with a reserve takes nothing from the account's."""
        counts = [shared.reservations.take(pool, 50, 50, LEASE_MS)[1] for pool in ("account", "f")]

        assert counts == [50, 50]


class TestLedger:
    """What runs of one hook execution know of each other."""

    def test_a_page_is_one_runs(self, shared: SharingStage) -> None:
        """Another one finds it held; its own retry takes it over with what was spent."""
        page = shared.ledger.open("k", "first", LEASE_MS)
        shared.ledger.spend(page, Spent(calls=40, cost_usd=0.25))
        with pytest.raises(HeldError):
            shared.ledger.open("k", "second", LEASE_MS)

        again = shared.ledger.open("k", "first", LEASE_MS)
        assert (page.run, page.spent.calls, again.run) == (1, 0, 2)
        assert again.spent == Spent(calls=40, cost_usd=0.25)

    def test_a_page_is_free_when_its_lease_has_ended(self, shared: SharingStage) -> None:
        """A run that died is followed by another."""
        shared.ledger.open("k", "first", 200)
        shared.passes(0.4)

        assert shared.ledger.open("k", "second", LEASE_MS).run == 2

    def test_a_run_that_was_followed_may_note_nothing(self, shared: SharingStage) -> None:
        """A run that was taken for dead ends where it would spend more."""
        late = shared.ledger.open("k", "first", LEASE_MS)
        shared.ledger.open("k", "first", LEASE_MS)

        with pytest.raises(HeldError):
            shared.ledger.spend(late, Spent(calls=1))
        with pytest.raises(HeldError):
            shared.ledger.close(late, ENDED)

    def test_what_was_found_is_for_every_later_run(self, shared: SharingStage) -> None:
        """Nobody waits for the lease of a run that has found its verdict."""
        shared.ledger.close(shared.ledger.open("k", "first", LEASE_MS), ENDED)

        assert shared.ledger.open("k", "second", LEASE_MS).ended == ENDED


def test_thirty_hooks_at_once_share_a_pool(cloud: LocalCloud) -> None:
    """However their writes meet, they hold all there is and no more, and at the end all of it is free again."""
    table, everybody = table_in(cloud), threading.Barrier(30)

    def hook(_number: int) -> int:
        port = TableReservations(cloud.client, table, SystemClock())
        owner, count = port.take("account", 7, 100, LEASE_MS)
        everybody.wait(60)
        if owner:
            port.give_back("account", owner)
        return count

    with ThreadPoolExecutor(30) as threads:
        counts = list(threads.map(hook, range(30)))

    assert sorted(counts) == [0] * 15 + [2] + [7] * 14
    assert TableReservations(cloud.client, table, SystemClock()).take("account", 100, 100, LEASE_MS)[1] == 100


def test_one_of_thirty_runs_gets_a_page(cloud: LocalCloud) -> None:
    """Of an event that is delivered thirty times at once one run probes."""
    table = table_in(cloud)

    def run(number: int) -> int:
        try:
            return TableLedger(cloud.client, table, SystemClock()).open("k", f"run {number}", LEASE_MS).run
        except HeldError:
            return 0

    with ThreadPoolExecutor(30) as threads:
        assert sorted(threads.map(run, range(30))) == [0] * 29 + [1]


def test_a_table_that_cannot_be_reached_is_the_ports_error(unreachable: Callable[[str], Any]) -> None:
    """Nothing of the SDK gets out."""
    clock = SystemClock()
    for call in (
        lambda: TableLedger(unreachable, "t", clock).open("k", "o", 1),
        lambda: TableReservations(unreachable, "t", clock).take("p", 1, 1, 1),
        lambda: TableReservations(unreachable, "t", clock).give_back("p", "o"),
    ):
        with pytest.raises(ClaimError, match="EndpointConnectionError"):
            call()
