"""The comparison of calls and grants, on small cases whose answer is plain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.permissions import Grant, Names, audit, grants_of
from warmgate_ops.rehearsal.cloud.api_calls import ApiCall

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"


def grant(action: str, *resources: str) -> Grant:
    """Return a grant."""
    return Grant(sid="Tried", action=action, resources=resources)


def call(action: str, resource: str) -> ApiCall:
    """Return a call."""
    return ApiCall("hook", action, resource)


CASES = [
    ("lambda:InvokeFunction", f"{FUNCTION}checkout-*:*", f"{FUNCTION}checkout-api:7", True),
    ("lambda:InvokeFunction", f"{FUNCTION}checkout-*:*", f"{FUNCTION}checkout-api", False),
    ("lambda:InvokeFunction", f"{FUNCTION}checkout-*:*", f"{FUNCTION}billing:7", False),
    ("lambda:invokefunction", f"{FUNCTION}*", f"{FUNCTION}billing:7", True),
    ("lambda:GetAlias", f"{FUNCTION}*", f"{FUNCTION}billing:7", False),
    ("lambda:InvokeFunction", "*", f"{FUNCTION}billing:7", True),
    ("lambda:InvokeFunction", f"{FUNCTION}billin?:7", f"{FUNCTION}billing:7", True),
    ("lambda:InvokeFunction", f"{FUNCTION}b.lling:7", f"{FUNCTION}billing:7", False),
]


@pytest.mark.parametrize(("action", "pattern", "resource", "allowed"), CASES)
def test_a_call_needs_action_and_resource(action: str, pattern: str, resource: str, *, allowed: bool) -> None:
    """Actions match in any case, resources with IAM's two wildcards and no other."""
    made = call("lambda:InvokeFunction", resource)

    found = audit([grant(action, pattern)], [made])

    assert found.denied == (() if allowed else (made,))
    assert bool(found.unused) is not allowed


def test_a_denial_outweighs_every_grant() -> None:
    """What one statement denies no other allows, and a denial is not a grant that nobody used."""
    made = call("lambda:InvokeFunction", f"{FUNCTION}billing:7")
    denial = Grant(sid="Denied", action=made.action, resources=(f"{FUNCTION}billing:*",), denies=True)

    assert audit([grant(made.action, "*"), denial], [made]).denied == (made,)
    assert audit([grant(made.action, "*"), denial], [call(made.action, f"{FUNCTION}checkout:7")]).denied == ()
    assert audit([denial], []).unused == ()


def test_a_denial_on_a_condition_is_not_evaluated_here() -> None:
    """Conditions are not evaluated: taking such a denial for one, or for none, would both be wrong."""
    document = {"Statement": [{"Sid": "S", "Effect": "Deny", "Action": "a:B", "Resource": "*", "Condition": {}}]}
    role = {"Properties": {"ManagedPolicyArns": [], "Policies": [{"PolicyDocument": document}]}}

    with pytest.raises(ValueError, match="denies on a condition"):
        grants_of({"Resources": {"Role": role}}, "Role", Names())


def test_a_denied_call_is_told_once() -> None:
    """Two hundred probes that would be denied are one line."""
    made = call("lambda:InvokeFunction", f"{FUNCTION}billing:7")

    assert audit([], [made] * 200).denied == (made,)


NAMES = st.sampled_from(["a", "b", "c"])
CALLS = st.lists(st.builds(call, NAMES, NAMES), max_size=6)
GRANTS = st.lists(st.builds(grant, NAMES, st.sampled_from(["a", "b", "*"])), max_size=6)


@given(GRANTS, CALLS)
def test_law_a_grant_more_never_denies_more(grants: list[Grant], calls: list[ApiCall]) -> None:
    """Granting everything besides leaves nothing denied, and makes no used grant unused."""
    everything = [grant(name, "*") for name in ("a", "b", "c")]

    assert audit([*grants, *everything], calls).denied == ()
    assert set(audit([*grants, *everything], calls).unused) >= set(audit(grants, calls).unused)


@given(GRANTS, CALLS)
def test_law_what_is_used_alone_denies_the_same(grants: list[Grant], calls: list[ApiCall]) -> None:
    """Taking the unused grants away changes nothing for the calls."""
    found = audit(grants, calls)
    left = [each for each in grants if each not in found.unused]

    assert audit(left, calls).denied == found.denied
    assert audit(left, calls).unused == ()
