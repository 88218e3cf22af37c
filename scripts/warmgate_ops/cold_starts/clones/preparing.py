"""Looks at everything before a run: what may be cloned, what there is room for, what it will cost. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from warmgate.adapters.functions import function_version
from warmgate.errors import LogLookupError, NoRoomError, SettingsError
from warmgate.logs.calls import LoggedCall, Window
from warmgate.model.deadline import Deadline
from warmgate.model.log_stream import log_of
from warmgate.planning import grant_burst
from warmgate_ops.cold_starts.clones.copying import LARGEST_ZIP
from warmgate_ops.cold_starts.clones.ports import Original
from warmgate_ops.cold_starts.clones.world import World
from warmgate_ops.cold_starts.sweeping.estimate import Estimate, Habits, habits_of
from warmgate_ops.cold_starts.sweeping.schedule import Step
from warmgate_ops.cold_starts.sweeping.variants import Variant

KEPT_UNRESERVED = 100
"""Concurrency that stays for functions without a reservation: Lambda refuses less (PutFunctionConcurrency)."""
LOOKED_BACK_MS = 24 * 3600 * 1000.0
PATIENCE_MS = 5_000.0
"""A large log group is left after that: the calls that were read by then say enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The code of a version, as CreateFunction takes it."""

    content: bytes | None
    """The zip; None of an image."""
    image: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A run that may be carried out."""

    function: str
    sweep_id: str
    originals: Mapping[str, Original]
    """By version."""
    packages: Mapping[str, Package]
    variants: tuple[Variant, ...]
    steps: tuple[Step, ...]
    burst: int
    habits: Habits
    estimate: Estimate
    max_usd: float
    bucket: str = ""
    notes: tuple[str, ...] = ()

    @property
    def clone_keys(self) -> tuple[tuple[str, str], ...]:
        """Return version and architecture of each clone that is needed."""
        return tuple(dict.fromkeys((each.version, each.architecture) for each in self.variants))


def room_for(world: World, name: str, wanted: int, clone_count: int) -> tuple[int, str]:
    """Return how many calls may overlap, and why fewer than wanted.

    Raises:
        NoRoomError: there is none, or too little would stay for other functions.
    """
    capacity = world.functions.capacity(name)
    unreserved = capacity.account_unreserved
    if unreserved is None:
        raise NoRoomError(
            "the account's concurrency could not be read, so nothing is reserved for a clone",
            hint="allow lambda:GetAccountSettings",
        )
    free = min(wanted, (unreserved - KEPT_UNRESERVED) // clone_count)
    if free < 1:
        raise NoRoomError(
            f"the account has {unreserved} unreserved concurrent executions, and {KEPT_UNRESERVED} stay for others",
            hint="release reserved concurrency of another function, or ask for a higher limit",
        )
    burst = grant_burst(free, 1, capacity)
    if burst.granted < 1:
        raise NoRoomError(f"{burst.reason}: nothing is left for a clone", hint="try again when less is running")
    reason = burst.reason if burst.granted < free else ""
    if free < wanted and not reason:
        reason = f"{unreserved} unreserved, of which {KEPT_UNRESERVED} stay for others"
    return burst.granted, reason


def habits(world: World, original: Original) -> tuple[Habits, str]:
    """Return how a version behaves by the last day of its log, and a note where that is not known."""
    memory_mb = int(original.configuration.get("MemorySize") or 128)
    version = function_version(original.function, original.version, dict(original.configuration))
    until_ms = world.clock.epoch_ms()
    deadline = Deadline(world.clock.now_ms() + PATIENCE_MS)
    try:
        calls = world.logs.calls(log_of(version), Window(until_ms - LOOKED_BACK_MS, until_ms), deadline).calls
    except LogLookupError as error:
        return Habits(memory_mb=memory_mb), f"its log could not be read: {error}"
    found = habits_of((each.record for each in _of(calls, original.version)), memory_mb)
    return found, "" if found.known else "its log of the last day holds too few calls to say what a call costs"


def package_of(world: World, original: Original, bucket: str) -> Package:
    """Return the code of a version; raises SettingsError for a zip that is too large to be sent without a bucket."""
    if original.configuration.get("PackageType") == "Image":
        image = str(original.code.get("ResolvedImageUri") or original.code.get("ImageUri") or "")
        return Package(content=None, image=image)
    content = world.originals.package(original)
    if len(content) > LARGEST_ZIP and not bucket:
        raise SettingsError(
            f"{original.function}:{original.version}: found a package of {len(content) / 2**20:.0f} MB, expected"
            f" {LARGEST_ZIP // 2**20} MB at most without a bucket",
            hint="name a bucket of yours with --bucket; the package is removed from it again",
        )
    return Package(content=content)


def _of(calls: tuple[LoggedCall, ...], version: str) -> list[LoggedCall]:
    """Return the calls of a version, of every version where it has too few."""
    own = [call for call in calls if call.version == version]
    return own if len(own) >= 20 else list(calls)


def refuse_cost(estimate: Estimate, max_usd: float) -> None:
    """Raise SettingsError where a run is expected to cost more than is allowed."""
    expected = estimate.expected_usd
    if expected is not None and expected > max_usd:
        raise SettingsError(
            f"{estimate.calls} calls cost about ${expected:.4f}, expected ${max_usd:g} at most",
            hint="raise --max-usd, or ask for fewer sizes or calls",
        )
