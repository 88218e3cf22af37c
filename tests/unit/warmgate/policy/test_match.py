"""Which targets a policy is for."""

from __future__ import annotations

import pytest

from warmgate.model.deployment import Target
from warmgate.policy import matches
from warmgate.policy.values import Match, Policy

LIVE = Target("checkout-api", "live")


@pytest.mark.parametrize(
    ("entries", "fits"),
    [
        ((), False),
        ((Match(),), True),
        ((Match(function="checkout-*"),), True),
        ((Match(function="checkout-*", alias="live"),), True),
        ((Match(function="checkout-*", alias="beta"),), False),
        ((Match(function="Checkout-*"),), False),
        ((Match(function="checkout"),), False),
        ((Match(function="checkout-a?i"),), True),
        ((Match(function="cart"), Match(alias="l[io]ve")), True),
    ],
)
def test_a_target_fits_one_entry_in_function_and_alias(entries: tuple[Match, ...], fits: bool) -> None:
    """Entries are alternatives; within one, function and alias must both fit, and case matters."""
    assert matches(Policy(name="x", match=entries), LIVE) is fits


@pytest.mark.parametrize("function", ["checkout-*", "arn:aws:lambda:eu-west-1:123456789012:function:checkout-*"])
@pytest.mark.parametrize("start", ["", "123456789012:function:", "arn:aws-cn:lambda:cn-north-1:123456789012:function:"])
def test_an_arn_fits_where_its_name_does(function: str, start: str) -> None:
    """In the target as in the policy, the function's name decides."""
    named = f"{start}checkout-api"

    assert matches(Policy(name="x", match=(Match(function=function),)), Target(named, "live"))
    assert not matches(Policy(name="x", match=(Match(function="api"),)), Target(named, "live"))
