"""One function as the rules see it, in an account or in a template; what nobody knows is None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from warmgate_ops.cold_starts.advising.facts import ColdFacts
from warmgate_ops.cold_starts.advising.package.contents import Inspected
from warmgate_ops.cold_starts.advising.template_text import TemplateText, property_lines
from warmgate_ops.cold_starts.prices import LIST, Prices
from warmgate_ops.doctor.facts import Fact, Facts, see
from warmgate_ops.doctor.findings import Place

VCPU_MB = 1769
"""Memory at which a function has one vCPU (Lambda, Configure memory)."""
MOST_MB = 10_240


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer; its size is None where it could not be read."""

    arn: str
    size: int | None = None

    @property
    def name(self) -> str:
        """Return its name without account and version."""
        parts = self.arn.split(":")
        return parts[6] if len(parts) > 6 else self.arn


@dataclass(frozen=True, slots=True, kw_only=True)
class Concurrency:
    """The concurrency that a function may use."""

    reserved: int | None = None
    """None where nothing is reserved."""
    account: int | None = None
    unreserved: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What calls a function by itself: a mapping of an event source, and the qualifier that it calls."""

    source: str
    qualifier: str = ""
    """Empty where it calls the function without one, which is $LATEST."""


@dataclass(frozen=True, kw_only=True)
class Function(Facts):
    """A function in service, or as a template writes it."""

    name: str
    qualifier: str = ""
    place: Place
    today: date
    runtime: str | None = None
    """Empty for a container image."""
    image: bool | None = None
    architecture: str | None = None
    memory_mb: int | None = None
    timeout_s: int | None = None
    storage_mb: int | None = None
    vpc: bool | None = None
    efs: bool | None = None
    snap_start: bool | None = None
    published: bool | None = None
    """Whether callers have a published version to call: an alias, or a version that the template publishes."""
    handler: str | None = None
    hides_reports: bool | None = None
    update_mode: str | None = None
    """Auto, FunctionUpdate or Manual."""
    special: str = ""
    """Managed instances, tenant isolation or a durable function: what most advice does not hold for."""
    layers: Fact[tuple[Layer, ...]] = None
    code_bytes: Fact[int] = None
    """Of the zip, compressed as Lambda keeps it; for an image nothing is told."""
    provisioned: Fact[int] = None
    concurrency: Fact[Concurrency] = None
    events: Fact[tuple[Event, ...]] = None
    optimizer: Fact[str] = None
    """What AWS Compute Optimizer says, in its words."""
    cold: Fact[ColdFacts] = None
    before: Fact[ColdFacts] = None
    """The version before it, in the same window."""
    unpublished: Fact[ColdFacts] = None
    """Calls of $LATEST in the same window."""
    package: Fact[Inspected] = None
    by_default: Mapping[str, str] = field(default_factory=dict)
    """Parameters by the property that their default decides."""
    text: TemplateText | None = None
    """Where it stands in a template; None of a function in service."""
    written: TemplateText | None = None
    """Of a function in service, where a template writes it."""
    prices: Prices = LIST

    @property
    def in_template(self) -> bool:
        """Whether it stands in a template."""
        return self.text is not None

    @property
    def memory_gb(self) -> float | None:
        """Return the memory in GB."""
        return None if self.memory_mb is None else self.memory_mb / 1024

    def change(self, **wanted: str) -> str:
        """Return how properties are set: a diff of its template where one is known, else the lines to write."""
        text = self.text or self.written
        return text.changed(wanted) if text else property_lines(wanted)

    def line_of(self, *properties: str) -> Place:
        """Return where the first of these properties stands; the function itself where none does."""
        return self.text.place_of(self.place, *properties) if self.text else self.place

    def known_cold(self) -> ColdFacts | None:
        """Return the facts of its calls where there are enough cold starts to speak of their times."""
        cold = self.cold
        return cold if isinstance(cold, ColdFacts) and cold.enough else None


def function_of(facts: Facts) -> Function:
    """Return the function that is advised on; raises NotSeen where another thing was looked at."""
    return see(facts if isinstance(facts, Function) else None)
