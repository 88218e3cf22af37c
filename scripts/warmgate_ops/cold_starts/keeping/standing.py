"""What a policy's `keep_warm` costs a month, beside the other ways; of no function in particular."""

from __future__ import annotations

from dataclasses import dataclass

from warmgate.model.hours import read_hours, read_rhythm
from warmgate.policy.values import KeepWarm
from warmgate_ops.cold_starts.keeping.costs import (
    MONTH_S,
    Size,
    break_even,
    pings_usd,
    provisioned_usd,
    snapstart_usd,
)
from warmgate_ops.cold_starts.keeping.lines import WEEK_S, Keep, KeepLine, calls_a_week
from warmgate_ops.cold_starts.prices import DATED, LIST

SIZE = Size(memory_mb=512.0)
VERSIONS = 2
MONDAY_S = 1_767_571_200
"""2026-01-05T00:00:00Z: any week would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A month of it, for a function of 512 MB on x86_64; another size costs in proportion."""

    pings: float
    pings_usd: float
    """Without init, which depends on the function."""
    provisioned_usd: float
    """Of as many environments in the same hours, without calls."""
    snapstart_usd: float
    """Of the cache of two versions, without restores."""
    break_even_use: float
    says: tuple[str, ...]
    warnings: tuple[str, ...]


def standing_of(policy: KeepWarm) -> Standing:
    """Return what a policy's key costs."""
    keep, months = keep_of(policy), MONTH_S / WEEK_S
    week_runs, week_pings = calls_a_week(keep, read_rhythm(policy.every), MONDAY_S)
    runs, pings = week_runs * months, week_pings * months
    usd = pings_usd(pings, runs, 0.0, SIZE)
    provisioned = provisioned_usd(keep.environment_seconds(MONDAY_S) * months, 0.0, SIZE)
    snapstart = snapstart_usd(VERSIONS, 0.0, SIZE, "")
    restores = snapstart_usd(0, 1000, SIZE, "")
    use = break_even(SIZE)
    return Standing(
        pings=pings,
        pings_usd=usd,
        provisioned_usd=provisioned,
        snapstart_usd=snapstart,
        break_even_use=use,
        says=(
            f"{pings:,.0f} pings a month: ${usd:.2f} for a function of 512 MB, and the init of what they make anew",
            f"provisioned concurrency of as many in the same hours: ${provisioned:.2f}; {_even(use)}",
            f"SnapStart, where the runtime has it: ${snapstart:.2f} for {VERSIONS} versions and {_restores(restores)}",
            f"list prices of {LIST.region}, {DATED}; `warmgate warm plan` says how many cold starts each leaves",
        ),
        warnings=(f"more than {policy.environments} callers at once stay cold; {_NO_PROMISE}",),
    )


_NO_PROMISE = "AWS promises nobody that an idle environment lives until the next ping"


def _even(use: float) -> str:
    return f"cheaper than on-demand above {use * 100:.0f} % use of each"


def _restores(usd: float) -> str:
    return f"${usd:.2f} for 1,000 restores (Java: none)"


def keep_of(policy: KeepWarm) -> Keep:
    """Return a policy's key as lines."""
    if policy.only is None:
        return Keep(otherwise=policy.environments)
    return Keep(lines=(KeepLine(hours=read_hours(policy.only), environments=policy.environments),))
