"""A sweep as text: what is planned, and the table with what it shows."""

from __future__ import annotations

from collections.abc import Sequence

from warmgate.visible import one_line
from warmgate_ops.cold_starts.sweeping.estimate import Estimate
from warmgate_ops.cold_starts.sweeping.intervals import median
from warmgate_ops.cold_starts.sweeping.outcome import NOT_ON_AWS, Swept, spent_words
from warmgate_ops.cold_starts.sweeping.recommending import Rated
from warmgate_ops.cold_starts.sweeping.rows import FEWEST
from warmgate_ops.cold_starts.sweeping.variants import varied

SIDE_EFFECTS = "The probes run your code with your role for real."


def seconds(value_ms: float) -> str:
    """Return a time as a table holds it: seconds from one second on."""
    return f"{value_ms / 1000:.2f} s" if value_ms >= 1000 else f"{value_ms:.0f} ms"


def usd(value: float | None, digits: int = 2) -> str:
    """Return dollars, `-` where they are not known."""
    return "-" if value is None else f"${value:.{digits}f}"


def plan_text(clones: Sequence[str], about: str, estimate: Estimate, burst: int, max_usd: float) -> str:
    """Return what is about to be done, what it costs, and what it runs; without clones `about` itself is called."""
    cost = f"about {usd(estimate.expected_usd, 4)}" if estimate.expected_usd is not None else "cost not known yet"
    if estimate.most_usd is not None:
        cost += f", at most {usd(estimate.most_usd, 4)} if each call were as slow as the slowest in the log"
    what = f"clone {' and '.join(clones)} ({about}; no trigger, no alias, reserved {burst})"
    end = ", deleted at the end"
    if not clones:
        what, end = f"call {about}, {burst} calls of each at once; nothing is made or changed", ""
    return (
        f"plan: {what},\n"
        f"      {estimate.calls} calls, {cost}; never above ${max_usd:g} (--max-usd),\n"
        f"      about {max(1, round(estimate.minutes))} min{end}. {SIDE_EFFECTS}"
    )


def render_text(swept: Swept) -> str:
    """Return the whole of a sweep."""
    lines = [f"{one_line(swept.function)} version {swept.version}: sweep {swept.sweep_id}, seed {swept.seed}"]
    lines += table_lines(_cells(swept))
    lines += [one_line(sentence) for sentence in swept.sentences]
    lines.append(f"costs: {swept.prices_in_words}; {NOT_ON_AWS}")
    lines += [f"note: {one_line(note)}" for note in swept.notes]
    lines.append(f"{spent_words(swept.spent_usd, swept.calls, swept.seconds)}; clones deleted; {swept.untouched}")
    return "\n".join(lines)


def _cells(swept: Swept) -> list[list[str]]:
    more = varied([each.row.variant for each in swept.rated])
    head = ["memory", *(["variant"] if more else []), "cold", "init p50/slowest", "first call"]
    head += ["together p50 [95 %]", "slowest", "warm p50/p95", "$/M warm", f"$/M, {swept.share_in_words}"]
    head += ["$/1,000 cold", ""]
    cells = [head]
    for each in swept.rated:
        variant = each.row.variant
        row = [str(variant.memory_mb), *([variant.rest] if more else []), str(len(each.row.cold))]
        chosen = "<- recommended" if each is swept.recommendation.chosen else ""
        costs = [usd(each.costs.million_warm), usd(each.costs.million), usd(each.costs.thousand_cold, 4)]
        cells.append([*row, *times_of(each), *costs, chosen])
    return cells


def times_of(each: Rated) -> list[str]:
    """Return the cells from init to warm: `too few` where there are fewer than 5 cold starts."""
    row = each.row
    warm = "-" if row.warm_p50_ms is None else seconds(row.warm_p50_ms)
    warm += f" / {seconds(row.warm_p95_ms)}" if row.warm_p95_ms is not None else ""
    if len(row.cold) < FEWEST:
        return ["too few", "-", "-", "-", warm]
    inits = sorted(row.inits_ms)
    between = row.together_interval_ms
    interval = f" [{seconds(between[0])} .. {seconds(between[1])}]" if between else ""
    overhead = row.overhead_ms
    return [
        f"{seconds(median(inits))} / {seconds(inits[-1])}",
        "-" if overhead is None else f"{overhead:+.0f} ms",
        f"{seconds(row.together_p50_ms)}{interval}",
        seconds(max(row.together_ms)),
        warm,
    ]


def table_lines(cells: list[list[str]]) -> list[str]:
    """Return rows of cells as lines whose columns end below each other."""
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    padded = ((cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return ["  ".join(row).rstrip() for row in padded]
