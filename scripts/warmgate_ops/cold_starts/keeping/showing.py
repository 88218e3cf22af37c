"""A plan as text and as a JSON document."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from warmgate_ops.cold_starts.keeping.plan import Plan, Row
from warmgate_ops.cold_starts.prices import DATED, LIST

DAY_S = 86_400.0


def text_of(plan: Plan) -> str:
    """Return the table with the lines around it."""
    return "\n".join(_lines(plan))


def document_of(plan: Plan) -> dict[str, Any]:
    """Return the JSON document."""
    wanted = plan.wanted
    return {
        "function": wanted.target.function,
        "alias": wanted.target.alias,
        "keep": str(wanted.keep),
        "every": str(wanted.every),
        "memory_mb": wanted.size.memory_mb,
        "architecture": wanted.size.architecture,
        "calls": plan.calls,
        "recorded_days": round(plan.recorded_s / DAY_S, 3),
        "cold_starts": plan.cold,
        "after_crashes": plan.crashes,
        "idle_lifetime_s": round(plan.habits.idle_s, 1),
        "idle_lifetime_fits_s": None if plan.fit is None else [plan.fit.least_idle_s, plan.fit.most_idle_s],
        "recency": round(plan.habits.recency, 3),
        "age_s": None if math.isinf(plan.habits.age_s) else plan.habits.age_s,
        "replayed_cold_starts": plan.replayed_cold,
        "month": [asdict(row) for row in plan.rows],
        "pings": plan.pings,
        "break_even_use": plan.break_even,
        "use": plan.used,
        "peak_callers": plan.peak,
        "left_beyond_kept": plan.beyond,
        "prices": {"region": LIST.region, "dated": DATED},
        "advice": plan.advice,
    }


def _lines(plan: Plan) -> Iterator[str]:
    wanted = plan.wanted
    name = f"{wanted.target.function}:{wanted.target.alias}"
    yield f"{name}  keep {wanted.keep}, every {wanted.every}"
    crashes = f", {plan.crashes:,} restarts after a crash left out" if plan.crashes else ""
    yield f"{plan.calls:,} calls in {plan.recorded_s / DAY_S:.1f} days, {plan.cold:,} cold{crashes}"
    idle = f"{plan.habits.idle_s / 60:.0f} min idle ({_fit(plan)})"
    yield f"replayed with environments that live {idle}: {plan.replayed_cold:,} cold"
    yield ""
    width = max(len(row.name) for row in plan.rows)
    yield f"{'':{width}}  {'a month':>10}  {'cold starts left':>16}  what it does"
    yield from (_row(row, width) for row in plan.rows)
    yield (
        f"break-even: provisioned concurrency is cheaper than on-demand above {plan.break_even * 100:.0f} % use of each"
        f" environment; these would be used {plan.used * 100:.2g} %"
    )
    if wanted.keep.most:
        yield f"of the cold starts that pings leave, {plan.beyond:,.0f} come while all that are kept are busy"
    yield f"list prices of {LIST.region}, {DATED}; how long environments live AWS promises nobody: not yet seen on AWS"
    yield f"advice: {plan.advice}"


def _fit(plan: Plan) -> str:
    if plan.fit is None:
        return "given" if plan.wanted.idle_s else "too few cold starts to tell"
    least, most = plan.fit.least_idle_s / 60, plan.fit.most_idle_s / 60
    return f"{least:.0f} to {most:.0f} fit the calls" if most > 1.2 * least else "as the calls say"


def _row(row: Row, width: int) -> str:
    usd = "-" if row.usd is None else _usd(row.usd)
    cold = "-" if row.cold is None else f"{row.cold:,.0f}"
    return f"{row.name:{width}}  {usd:>10}  {cold:>16}  {row.says}"


def _usd(usd: float) -> str:
    return f"${usd:,.2f}" if abs(usd) >= 0.01 or usd == 0 else f"${usd:.4f}"
