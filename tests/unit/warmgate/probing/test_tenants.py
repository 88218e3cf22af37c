"""Probes of a function with tenant isolation name a tenant, and those of no other function do."""

from __future__ import annotations

import pytest

from warmgate.errors import FunctionLookupError
from warmgate.policy.values import Probe
from warmgate.probing.tenants import refuse_tenants, tenant_fault

BARE, BLUE = Probe(name="bare"), Probe(name="blue", tenant="blue")


@pytest.mark.parametrize(
    ("probes", "isolated", "fault"),
    [
        ((BARE,), False, ""),
        ((BLUE,), True, ""),
        ((BARE,), True, "no tenant in probe bare"),
        ((BARE, BLUE), True, "no tenant in probe bare"),
        ((BARE, BLUE), False, "a tenant in probe blue, of a function without isolation"),
    ],
)
def test_what_lambda_would_refuse_is_known_before_a_call(probes: tuple[Probe, ...], isolated: bool, fault: str) -> None:
    """Lambda answers InvalidParameterValueException in both cases (tenant isolation, troubleshooting)."""
    assert tenant_fault(probes, isolated=isolated) == fault


def test_the_error_says_what_to_write() -> None:
    """With the function, the probe, and the key."""
    with pytest.raises(FunctionLookupError, match="found no tenant in probe bare, expected a tenant in each: "):
        refuse_tenants("api", (BARE, BLUE), isolated=True)
    with pytest.raises(FunctionLookupError, match="remove `tenant` from the policy's probes"):
        refuse_tenants("api", (BLUE,), isolated=False)
