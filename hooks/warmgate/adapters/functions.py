"""Lambda's control plane, read only: versions, concurrency in all its kinds, provisioned environments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from warmgate.adapters.configuration import config_sha256_of
from warmgate.adapters.faults import SDK_ERRORS
from warmgate.adapters.port_errors import Unless, raised_as
from warmgate.errors import FunctionLookupError
from warmgate.model.function import Capacity, FunctionVersion, ProvisionedConcurrency
from warmgate.model.function_name import bare_name
from warmgate.model.log_stream import OWN_GROUPS

USE_WINDOW = timedelta(minutes=15)


class LambdaFunctions:
    """Functions through the SDK; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self._clients = clients

    def version(self, function: str, version: str) -> FunctionVersion:
        """Return the configuration and state of a published version."""
        hint = "check that the version is published, and allow lambda:GetFunctionConfiguration to the role"
        with raised_as(FunctionLookupError, f"{function}:{version} could not be read", hint):
            found = self._clients("lambda").get_function_configuration(FunctionName=function, Qualifier=version)
        return function_version(function, version, found)

    def capacity(self, function: str) -> Capacity:
        """Return what may be read of the concurrency; denied figures are None."""
        reserved = self._reserved(function)
        limit, unreserved = self._account()
        return Capacity(
            account_limit=limit,
            account_unreserved=unreserved,
            reserved=reserved,
            in_use=self._in_use(bare_name(function) if reserved is not None else None),
        )

    def provisioned(self, function: str, version: str) -> ProvisionedConcurrency:
        """Return the provisioned concurrency of a version; status NONE where none was asked for."""
        what = f"{function}:{version}: provisioned concurrency could not be read"
        none = Unless("ProvisionedConcurrencyConfigNotFoundException")
        with raised_as(FunctionLookupError, what, "allow lambda:GetProvisionedConcurrencyConfig to the role"), none:
            found = self._clients("lambda").get_provisioned_concurrency_config(FunctionName=function, Qualifier=version)
            return ProvisionedConcurrency(
                requested=found.get("RequestedProvisionedConcurrentExecutions", 0),
                available=found.get("AvailableProvisionedConcurrentExecutions", 0),
                status=found.get("Status", "NONE"),
                reason=found.get("StatusReason", ""),
            )
        return ProvisionedConcurrency(requested=0, available=0, status="NONE")

    def _reserved(self, function: str) -> int | None:
        try:
            found = self._clients("lambda").get_function_concurrency(FunctionName=function)
        except SDK_ERRORS:
            return None
        reserved: int | None = found.get("ReservedConcurrentExecutions")
        return reserved

    def _account(self) -> tuple[int | None, int | None]:
        try:
            found = self._clients("lambda").get_account_settings().get("AccountLimit", {})
        except SDK_ERRORS:
            return None, None
        return found.get("ConcurrentExecutions"), found.get("UnreservedConcurrentExecutions")

    def _in_use(self, function: str | None) -> int | None:
        """Return the highest concurrency of the last minutes; no data point means that nothing ran."""
        now = datetime.now(UTC)
        metric = {
            "Namespace": "AWS/Lambda",
            "MetricName": "ConcurrentExecutions" if function else "UnreservedConcurrentExecutions",
            "Dimensions": [{"Name": "FunctionName", "Value": function}] if function else [],
        }
        query = {"Id": "use", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Maximum"}}
        try:
            found = self._clients("cloudwatch").get_metric_data(
                MetricDataQueries=[query], StartTime=now - USE_WINDOW, EndTime=now
            )
        except SDK_ERRORS:
            return None
        results = found.get("MetricDataResults", [])
        values = [value for result in results for value in result.get("Values", [])]
        return int(max(values, default=0))


def function_version(function: str, version: str, found: dict[str, Any]) -> FunctionVersion:
    """Return the value of a GetFunctionConfiguration answer."""
    snap_start = found.get("SnapStart", {})
    logging = found.get("LoggingConfig", {})
    wants_snapshot = snap_start.get("ApplyOn") == "PublishedVersions"
    return FunctionVersion(
        function=function,
        version=version,
        # Functions last updated before states existed carry none and are active.
        state=found.get("State") or "Active",
        state_reason=found.get("StateReason") or "",
        memory_mb=found.get("MemorySize") or 128,
        timeout_s=found.get("Timeout") or 3,
        runtime=found.get("Runtime") or "",
        architecture=(found.get("Architectures") or ["x86_64"])[0],
        code_sha256=found.get("CodeSha256") or "",
        config_sha256=config_sha256_of(found),
        role=found.get("Role") or "",
        dead_letter_arn=found.get("DeadLetterConfig", {}).get("TargetArn") or "",
        snap_start=wants_snapshot,
        snap_start_ready=not wants_snapshot or snap_start.get("OptimizationStatus") == "On",
        log_format=logging.get("LogFormat") or "Text",
        system_log_level=logging.get("SystemLogLevel") or "",
        managed_instances=bool(found.get("CapacityProviderConfig")),
        tenant_isolation=found.get("TenancyConfig", {}).get("TenantIsolationMode") == "PER_TENANT",
        log_group=logging.get("LogGroup") or OWN_GROUPS + bare_name(function),
    )
