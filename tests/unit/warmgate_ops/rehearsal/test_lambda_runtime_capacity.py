"""Provisioned concurrency is refused where AWS was recorded to refuse it."""

from __future__ import annotations

import pytest

from warmgate_ops.rehearsal.cloud.lambda_runtime.capacity import Asked, refused_for


@pytest.mark.parametrize(
    ("requested", "others", "reserved", "unreserved", "words"),
    [
        (1001, 0, None, 1000, "greater than account's unreserved concurrency [1000]."),
        (901, 0, None, 1000, "below its minimum value of [100]."),
        (900, 0, None, 1000, ""),
        (11, 0, 10, 990, "greater than the reservedConcurrentExecution"),
        (6, 5, 10, 990, "greater than the reservedConcurrentExecution"),
        (5, 5, 10, 990, ""),
        (0, 0, None, 1000, "at least 1"),
    ],
)
def test_what_an_account_or_a_reservation_lacks_is_not_granted(
    requested: int, others: int, reserved: int | None, unreserved: int, words: str
) -> None:
    """More than the account has, more than leaves it 100, more than the function's reservation."""
    found = refused_for(Asked(requested=requested, others=others, reserved=reserved, unreserved=unreserved))

    assert words in found
    assert bool(found) is bool(words)
