"""The burst never takes concurrency that production needs."""

from __future__ import annotations

import pytest

from warmgate.model.function import Capacity
from warmgate.planning import grant_burst


def room(**known: int | None) -> Capacity:
    """Return a capacity with only the given figures known."""
    figures: dict[str, int | None] = {
        "account_limit": None,
        "account_unreserved": None,
        "reserved": None,
        "in_use": None,
    }
    return Capacity(**{**figures, **known})


@pytest.mark.parametrize(
    ("capacity", "arms", "granted"),
    [
        (room(account_limit=1000, account_unreserved=1000, in_use=0), 2, 20),
        (room(account_limit=1000, account_unreserved=100, in_use=40), 1, 10),
        (room(account_limit=1000, account_unreserved=100, in_use=40), 2, 5),
        (room(account_limit=10, account_unreserved=10, in_use=0), 2, 1),
        (room(account_limit=10, account_unreserved=10, in_use=9), 2, 1),
        (room(account_limit=10), 1, 1),
        (room(account_limit=1000, account_unreserved=900, reserved=30, in_use=10), 1, 7),
        (room(account_limit=1000, account_unreserved=900, reserved=0, in_use=0), 1, 0),
        (room(account_limit=1000, account_unreserved=900, reserved=30, in_use=30), 1, 1),
        (room(account_limit=1000, account_unreserved=900, reserved=1, in_use=1), 2, 1),
        (room(account_limit=1000, account_unreserved=900, reserved=4), 2, 1),
        (room(account_limit=100), 1, 10),
        (room(account_limit=1000), 2, 20),
        (room(), 1, 10),
        (room(), 2, 5),
    ],
)
def test_a_burst_takes_half_of_what_production_leaves(capacity: Capacity, arms: int, granted: int) -> None:
    """Half of what is free above one and a half times today's use, of the account's a quarter; one call in any case.

    Where the use is unknown it is a tenth.
    """
    assert grant_burst(20, arms, capacity).granted == granted


@pytest.mark.parametrize(("reserved", "at_once"), [(1, 1), (3, 1), (4, 0), (50, 0)])
def test_a_pool_that_cannot_hold_one_call_of_each_arm_is_called_one_by_one(reserved: int, at_once: int) -> None:
    """Half of what is free holds both arms' calls from four on."""
    assert grant_burst(20, 2, room(reserved=reserved, in_use=0)).at_once == at_once


def test_a_capped_burst_says_why() -> None:
    """The reason names the pool, its use, what is left and what was asked for."""
    burst = grant_burst(20, 2, room(account_limit=1000, account_unreserved=900, reserved=50, in_use=10))

    assert (
        burst.reason
        == "reserved concurrency 50 with 10 in use leaves 17 concurrent calls for probes, 40 were asked for"
    )


def test_a_granted_burst_has_no_excuse() -> None:
    """Nothing is said where nothing was taken away."""
    assert grant_burst(20, 1, room(account_limit=1000, account_unreserved=1000, in_use=5)).reason == ""
