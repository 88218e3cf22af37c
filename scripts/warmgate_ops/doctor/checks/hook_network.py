"""A hook in a VPC that does not reach CodeDeploy."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, HookFacts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom, each


def _in_account(facts: Facts) -> Iterator[Symptom]:
    return each(see(facts.hooks), _cut_off)


def _cut_off(hook: HookFacts) -> Iterator[Symptom]:
    subnets = see(hook.configuration).subnets
    if subnets and not see(hook.egress):
        where = ", ".join(subnets)
        yield Symptom(place=Place(name=hook.place), message=f"no route out of {where} and no endpoint for CodeDeploy")


CHECK = Check(
    id="hook-network",
    title="The hook in a VPC has no way to CodeDeploy",
    severity=Severity.WARNING,
    why="A function in a VPC has no public address. Without a NAT gateway or an interface endpoint its status never"
    " leaves"
    " the subnet, and the deployment waits an hour.",
    fix="take the hook out of the VPC, route its subnets through a NAT gateway, or add interface endpoints for"
    " codedeploy"
    " and lambda",
    sources=(
        "Enable internet access for VPC-connected Lambda functions (AWS Lambda Developer Guide)",
        "aws/serverless-application-model#1963",
    ),
    in_account=_in_account,
)
