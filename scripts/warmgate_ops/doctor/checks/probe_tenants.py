"""Probes that Lambda refuses for the tenant that they name, or do not name."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate.probing.tenants import tenant_fault
from warmgate_ops.doctor.facts import Facts, see, some
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    described, policy = facts.candidate().described, facts.usable_policy()
    found = tenant_fault(policy.probes, isolated=described.tenant_isolation)
    if found:
        place = Place(name=f"{facts.function_place}:{described.version}", file=see(facts.policy).source)
        yield Symptom(place=place, message=found)


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    released = {release.function for release in some(template.releases)}
    for function in template.functions:
        if function.isolates_tenants and function.logical_id in released:
            place = Place(name=function.logical_id, file=template.source, line=function.line)
            message = "tenant isolation: every probe of its policy must name a tenant"
            yield Symptom(place=place, message=message, severity=Severity.WARNING)


CHECK = Check(
    id="probe-tenants",
    title="No probe can call the function",
    severity=Severity.ERROR,
    why="A function with tenant isolation takes no call without a tenant, and every other function takes none with one:"
    " the hook ends in an error, and nothing is measured.",
    fix="write `tenant: ID` in each probe of a policy for a function with tenant isolation, and in no other",
    sources=("Invoking Lambda functions with tenant isolation (AWS Lambda Developer Guide)",),
    in_account=_in_account,
    in_template=_in_template,
)
