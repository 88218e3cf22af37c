"""What was seen of a function's concurrency, in an account or a template; each fact may be missing or denied."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from warmgate_ops.cold_starts.prices import LIST, Prices
from warmgate_ops.doctor.facts import Fact, Facts, see
from warmgate_ops.doctor.findings import Place

KEPT_UNRESERVED = 100
"""Lambda lets nobody reserve so much that fewer stay for functions without a reservation."""
DEFAULT_LIMIT = 1_000
RATE_OF_ONE = 10
"""Requests a second that each unit of concurrency takes (Lambda quotas)."""
RISE_IN_10_S = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Concurrency of an account in a region."""

    limit: int
    unreserved: int

    @property
    def reserved(self) -> int:
        """Return what all functions together have reserved."""
        return self.limit - self.unreserved


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisioned:
    """Provisioned concurrency of an alias or version."""

    qualifier: str
    requested: int
    status: str = "READY"
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """An alias."""

    name: str
    version: str
    weights: Mapping[str, float] = field(default_factory=dict)
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An event source."""

    name: str
    kind: str
    """sqs, kinesis, dynamodb, or another service's name."""
    qualifier: str = ""
    most: int | None = None
    """Concurrent calls that it makes at most; None where that is not known."""
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingAlarm:
    """An alarm of a scaling policy."""

    name: str
    state: str
    statistic: str = ""
    lowers: bool = False
    days: float = 0.0
    """How long it has been in this state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """Application Auto Scaling of provisioned concurrency on one qualifier."""

    qualifier: str
    least: int
    most: int
    alarms: tuple[ScalingAlarm, ...] = ()
    schedules: tuple[str, ...] = ()
    statistic: str = ""
    """Of a customized metric that a policy tracks; empty for a predefined one."""
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What metrics and the log say of a window."""

    days: float
    peak: int
    """Highest concurrency of a minute."""
    account_peak: int | None = None
    throttles: int = 0
    throttled_at: str = ""
    invocations: int = 0
    spilled: int = 0
    """Calls of a provisioned alias that on-demand environments served."""
    utilization: tuple[float | None, ...] = ()
    """Highest of each hour, of the provisioned environments; None where nothing was called."""
    peak_rate: float | None = None
    """Requests a second, throttled ones too, in the busiest minute."""
    mean_ms: float | None = None
    """Mean duration."""
    log_peak: int | None = None
    """Highest concurrency by the log, which knows what a minute's metric hides."""
    rise: int | None = None
    """Most calls begun above those that had ended, in any 10 s."""

    @property
    def demand(self) -> int:
        """Return the concurrency that traffic asks for: what was seen, or rate times duration where that is more."""
        little = math.ceil(self.peak_rate * self.mean_ms / 1000) if self.peak_rate and self.mean_ms else 0
        return max(self.peak, self.log_peak or 0, little)


@dataclass(frozen=True, kw_only=True)
class Concurrency(Facts):
    """All that was seen of one function."""

    name: str
    at: Place
    memory_mb: int | None = None
    architecture: str = "x86_64"
    account: Fact[Account] = None
    reserved: Fact[int] = None
    """None where nothing is reserved."""
    provisioned: Fact[tuple[Provisioned, ...]] = None
    aliases: Fact[tuple[Alias, ...]] = None
    sources: Fact[tuple[Source, ...]] = None
    scaling: Fact[tuple[Scaling, ...]] = None
    use: Fact[Use] = None
    prices: Prices = LIST

    @property
    def provisioned_total(self) -> int:
        """Return what is provisioned on all qualifiers; 0 where it is not known."""
        found = self.provisioned if isinstance(self.provisioned, tuple) else ()
        return sum(each.requested for each in found)

    def place(self, qualifier: str = "", line: int | None = None) -> Place:
        """Return the place of the function, of a qualifier of it, or of a line."""
        name = f"{self.at.name}:{qualifier}" if qualifier else self.at.name
        return Place(name=name, file=self.at.file, line=line or self.at.line)


def concurrency_of(facts: Facts) -> Concurrency:
    """Return the facts of a function's concurrency; raises NotSeen where another thing was looked at."""
    return see(facts if isinstance(facts, Concurrency) else None)


def room_in(found: Concurrency) -> str:
    """Return what of the account is reserved, told with every advice: what one function takes, the others lack."""
    if not isinstance(found.account, Account):
        return "what the account has reserved is not known"
    account = found.account
    spare = max(0, account.unreserved - KEPT_UNRESERVED)
    return (
        f"account {account.limit:,}: {account.reserved:,} reserved, {account.unreserved:,} not, of which {spare:,} can"
        f" still be reserved ({KEPT_UNRESERVED} stay)"
    )


def most_to_reserve(found: Concurrency) -> int | None:
    """Return what the account lets this function reserve at most; None where it is not known."""
    if not isinstance(found.account, Account):
        return None
    own = found.reserved if isinstance(found.reserved, int) else 0
    return max(0, found.account.unreserved - KEPT_UNRESERVED) + own


def reserving(found: Concurrency, wanted: int) -> str:
    """Return how a reservation is set, and whether the account has room for it."""
    most = most_to_reserve(found)
    short = f"; the account lets it reserve {most}" if most is not None and most < wanted else ""
    return (
        f"reserve {wanted} (SAM: ReservedConcurrentExecutions: {wanted}; aws lambda put-function-concurrency"
        f" --function-name {found.name} --reserved-concurrent-executions {wanted}){short}; {room_in(found)}"
    )
