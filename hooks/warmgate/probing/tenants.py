"""Whether probes name tenants where the function wants them: Lambda refuses a call with the wrong answer to that."""

from __future__ import annotations

from collections.abc import Iterable

from warmgate.errors import FunctionLookupError
from warmgate.policy.values import Probe


def tenant_fault(probes: Iterable[Probe], *, isolated: bool) -> str:
    """Return what is wrong with the tenants of probes, empty where all of them can be called."""
    wrong = [probe.name for probe in probes if bool(probe.tenant) is not isolated]
    if not wrong:
        return ""
    names = ", ".join(wrong)
    return f"no tenant in probe {names}" if isolated else f"a tenant in probe {names}, of a function without isolation"


def refuse_tenants(function: str, probes: Iterable[Probe], *, isolated: bool) -> None:
    """Raise FunctionLookupError, before anything is called, where probes cannot be called as they are."""
    found = tenant_fault(probes, isolated=isolated)
    if not found:
        return
    if isolated:
        expected, hint = "a tenant in each: the function has tenant isolation", "write `tenant: ID` in each probe"
    else:
        expected, hint = "none", "remove `tenant` from the policy's probes"
    raise FunctionLookupError(f"{function}: found {found}, expected {expected}", hint=hint)
