"""Init and call have limits of their own, as Lambda counts them."""

from __future__ import annotations

import pytest

from warmgate_ops.rehearsal.cloud.lambda_runtime.limits import Limit, init_limit_s

BEGUN = b"26 Nov 2026 20:00:00,000 [INFO] (rapid) INVOKE START(requestId: id-1)\n"


@pytest.mark.parametrize(
    ("timeout_s", "ahead", "limit_s"), [(3, False, 10), (900, False, 10), (3, True, 130), (900, True, 900)]
)
def test_an_init_has_ten_seconds_or_as_long_as_it_may_ahead_of_calls(timeout_s: int, ahead: bool, limit_s: int) -> None:
    """Whatever the function's own limit; provisioned concurrency has 130 seconds, or the function's where longer."""
    assert init_limit_s(timeout_s, ahead=ahead) == limit_s


def test_the_call_counts_from_where_init_ended() -> None:
    """Nine seconds of init leave a call its whole three."""
    limit = Limit(10.0, 3.0, 100.0)

    assert limit.passed(109.0, b"") == ""
    assert limit.passed(109.5, BEGUN) == ""
    assert limit.passed(112.4, BEGUN) == ""
    assert limit.passed(112.5, BEGUN) == "time"


def test_an_init_that_does_not_end_is_cut() -> None:
    """At its own limit, not at the call's."""
    assert [Limit(10.0, 3.0, 0.0).passed(now_s, b"") for now_s in (9.9, 10.0)] == ["", "init"]


@pytest.mark.parametrize("said", [b"", BEGUN])
def test_a_call_without_an_init_of_its_own_counts_from_its_start(said: bytes) -> None:
    """Warm, or initialised inside the call after an init that failed."""
    assert [Limit(None, 3.0, 0.0).passed(now_s, said) for now_s in (2.9, 3.0)] == ["", "time"]
