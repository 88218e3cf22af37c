"""Hooks that probe at the same moment never ask for more concurrency than there is."""

from __future__ import annotations

from contextlib import ExitStack, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fakes.shared_budget import FakeReservations
from support.fakes.world import VirtualClock
from warmgate.errors import ClaimError, NoRoomError
from warmgate.model.deadline import Deadline
from warmgate.model.function import Capacity
from warmgate.probing.sharing import Sharing

FUNCTION = "checkout-api"
SOON = Deadline(120_000)


def account(free: int) -> Capacity:
    """Return an idle account with so much concurrency."""
    return Capacity(account_limit=1000, account_unreserved=free, reserved=None, in_use=0)


@given(hooks=st.integers(1, 100), free=st.integers(1, 1000), share=st.floats(0.01, 1.0), asked=st.integers(1, 50))
def test_hooks_at_once_never_take_more_than_is_free(hooks: int, free: int, share: float, asked: int) -> None:
    """However many there are, what they hold together is free, and none makes more calls at once than it holds."""
    clock = VirtualClock()
    reservations = FakeReservations(clock)
    sharing = Sharing(clock=clock, share=share, reservations=reservations)
    with ExitStack() as stack:
        for _ in range(hooks):
            with suppress(NoRoomError):
                soon = Deadline(clock.at_ms + 9e4)
                burst = stack.enter_context(sharing.burst(FUNCTION, asked, 2, account(free), soon)).burst
                held, _ = reservations.held["account", str(reservations.taken)]
                assert 1 <= (burst.at_once or burst.granted * 2) <= held

    assert reservations.highest["account"] <= free


def test_a_hook_waits_for_others_to_end() -> None:
    """What others give back in time is taken instead of nothing."""
    clock = VirtualClock()
    reservations = FakeReservations(clock)
    reservations.take("account", 50, 50, 30_000)
    sharing = Sharing(clock=clock, reservations=reservations)

    with sharing.burst(FUNCTION, 20, 1, account(100), SOON) as taken:
        assert (taken.burst.granted, taken.note) == (20, "")
    assert 30_000 <= clock.at_ms <= 60_000


def test_a_hook_that_waits_keeps_time_for_its_calls() -> None:
    """Half of its time is waited at the most; then one call is made of the half that is left alone."""
    clock = VirtualClock()
    reservations = FakeReservations(clock)
    reservations.take("account", 50, 50, 1e9)
    sharing = Sharing(clock=clock, reservations=reservations)

    with sharing.burst(FUNCTION, 20, 2, account(100), SOON) as taken:
        assert (taken.burst.granted, taken.burst.at_once) == (1, 1)
        assert taken.note == "other hooks probe too: 1 concurrent calls of 25"
    assert clock.at_ms <= 60_000


def test_where_nothing_is_left_it_is_said() -> None:
    """All that production leaves is in others' hands: the error says so and what to do."""
    clock = VirtualClock()
    reservations = FakeReservations(clock)
    reservations.take("account", 100, 100, 1e9)
    sharing = Sharing(clock=clock, reservations=reservations)

    with (
        pytest.raises(NoRoomError, match="took all 100 concurrent calls"),
        sharing.burst(FUNCTION, 20, 1, account(100), SOON),
    ):
        pass


def test_all_of_it_is_given_back() -> None:
    """At the end of the calls, also of calls that fail."""
    clock = VirtualClock()
    reservations = FakeReservations(clock)
    sharing = Sharing(clock=clock, reservations=reservations)
    with suppress(KeyError), sharing.burst(FUNCTION, 20, 2, account(400), SOON):
        assert reservations.used("account") == 40
        raise KeyError

    assert reservations.used("account") == 0


def test_a_function_with_a_reserve_shares_it_alone() -> None:
    """Its pool is its own."""
    clock = VirtualClock()
    reservations = FakeReservations(clock)
    capacity = Capacity(account_limit=1000, account_unreserved=900, reserved=60, in_use=0)

    with Sharing(clock=clock, reservations=reservations).burst(FUNCTION, 20, 1, capacity, SOON):
        assert (reservations.used(FUNCTION), reservations.used("account")) == (20, 0)


def test_a_table_that_does_not_answer_stands_in_nobodys_way() -> None:
    """The hook takes its own share, and says that it is not shared."""
    clock = VirtualClock()
    reservations = FakeReservations(clock, fails=ClaimError("no route"))

    with Sharing(clock=clock, reservations=reservations).burst(FUNCTION, 20, 2, account(80), SOON) as taken:
        assert (taken.burst.granted, taken.note) == (10, "concurrency is not shared with other hooks: no route")


def test_without_a_table_each_hook_takes_its_share() -> None:
    """A quarter of what is free, by default."""
    with Sharing(clock=VirtualClock()).burst(FUNCTION, 50, 1, account(100), SOON) as taken:
        assert taken.burst.granted == 25
