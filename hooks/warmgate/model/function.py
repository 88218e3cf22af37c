"""What Lambda says of a function, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionVersion:
    """What Lambda says of one published version before it is called."""

    function: str
    version: str
    state: str
    state_reason: str = ""
    memory_mb: int
    timeout_s: int
    runtime: str = ""
    architecture: str = "x86_64"
    code_sha256: str = ""
    config_sha256: str = ""
    """Digest of what decides how the code runs, environment variables included; it changes with any of them."""
    role: str = ""
    dead_letter_arn: str = ""
    snap_start: bool = False
    snap_start_ready: bool = True
    log_format: str = "Text"
    system_log_level: str = ""
    managed_instances: bool = False
    tenant_isolation: bool = False
    """Whether each call must name a tenant, and gets an environment of that tenant alone."""
    log_group: str = ""

    @property
    def hides_report(self) -> bool:
        """Whether successful calls leave no platform report: JSON log format with a system log level above INFO."""
        return self.log_format == "JSON" and self.system_log_level.upper() == "WARN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """Concurrency that a function can use, in concurrent executions; None where it could not be found out."""

    account_limit: int | None
    account_unreserved: int | None
    reserved: int | None
    """Reserved for this function, shared by all its versions; None when nothing is reserved."""
    in_use: int | None
    """Highest concurrency seen in the last minutes: of the function when it has a reserve, else of the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionedConcurrency:
    """Provisioned concurrency of one version; `requested` is 0 when none was asked for."""

    requested: int
    available: int
    status: str
    """READY, IN_PROGRESS, FAILED, or NONE."""
    reason: str = ""
