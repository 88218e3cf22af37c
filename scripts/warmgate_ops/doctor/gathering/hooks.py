"""Reads the functions that CodeDeploy calls: configuration, retries, and whether they get out of their VPC."""

from __future__ import annotations

from typing import Any

from warmgate.adapters.faults import SDK_ERRORS, code_of
from warmgate_ops.doctor.facts import Fact, HookConfiguration, Missing
from warmgate_ops.doctor.gathering.looking import Clients, look, pages

DEFAULT_RETRIES = 2


def read_hook(clients: Clients, name: str) -> Fact[HookConfiguration]:
    """Return what Lambda says of a hook's function."""

    def read() -> HookConfiguration:
        found = clients("lambda").get_function_configuration(FunctionName=name)
        return HookConfiguration(
            arn=found["FunctionArn"],
            state=found.get("State") or "Active",
            state_reason=found.get("StateReason") or found.get("LastUpdateStatusReason") or "",
            update_status=found.get("LastUpdateStatus") or "Successful",
            timeout_s=found.get("Timeout") or 3,
            role_arn=found.get("Role") or "",
            subnets=tuple((found.get("VpcConfig") or {}).get("SubnetIds") or ()),
        )

    return look(f"lambda:{name}", "lambda:GetFunctionConfiguration", read)


def read_retries(clients: Clients, name: str) -> Fact[int]:
    """Return how often Lambda repeats an asynchronous call that failed."""

    def read() -> int:
        try:
            found = clients("lambda").get_function_event_invoke_config(FunctionName=name)
        except SDK_ERRORS as error:
            if code_of(error) == "ResourceNotFoundException":
                return DEFAULT_RETRIES
            raise
        retries = found.get("MaximumRetryAttempts")
        return DEFAULT_RETRIES if retries is None else int(retries)

    return look(f"lambda:{name}", "lambda:GetFunctionEventInvokeConfig", read)


def read_egress(clients: Clients, name: str, subnets: tuple[str, ...]) -> Fact[bool]:
    """Return whether every subnet has a route out, or its VPC an endpoint for CodeDeploy."""
    if not subnets:
        return None

    def read() -> bool:
        client = clients("ec2")
        found = list(pages(client, "describe_subnets", "Subnets", SubnetIds=list(subnets)))
        networks = sorted({subnet["VpcId"] for subnet in found})
        filters = [{"Name": "vpc-id", "Values": networks}]
        endpoints = pages(client, "describe_vpc_endpoints", "VpcEndpoints", Filters=filters)
        if any(endpoint["ServiceName"].endswith(".codedeploy") for endpoint in endpoints):
            return True
        tables = list(pages(client, "describe_route_tables", "RouteTables", Filters=filters))
        return all(leads_out(table_of(subnet, tables)) for subnet in found)

    return _unless_missing(look(f"lambda:{name}", "ec2:DescribeRouteTables", read))


def _unless_missing(found: Fact[bool]) -> Fact[bool]:
    return False if isinstance(found, Missing) else found


def table_of(subnet: dict[str, Any], tables: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the subnet's own route table, else the main one of its VPC."""
    for table in tables:
        if any(link.get("SubnetId") == subnet["SubnetId"] for link in table.get("Associations", [])):
            return table
    own = [table for table in tables if table.get("VpcId") == subnet["VpcId"]]
    return next((table for table in own if any(link.get("Main") for link in table.get("Associations", []))), {})


def leads_out(table: dict[str, Any]) -> bool:
    """Return whether a default route leads somewhere else than to an internet gateway, which needs a public address."""
    for route in table.get("Routes", []):
        is_default = route.get("DestinationCidrBlock") == "0.0.0.0/0" and route.get("State") != "blackhole"
        to_internet_gateway = str(route.get("GatewayId", "")).startswith("igw-")
        if is_default and not to_internet_gateway:
            return True
    return False
