"""A sweep as one HTML page that needs nothing else: picture, table, findings. The same sweep gives the same bytes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmgate.visible import one_line, visible
from warmgate_ops.cold_starts.sweeping.outcome import NOT_ON_AWS, Swept, spent_words
from warmgate_ops.cold_starts.sweeping.picture import figure_of
from warmgate_ops.cold_starts.sweeping.text import times_of, usd
from warmgate_ops.page.tables import Table

if TYPE_CHECKING:
    from jinja2 import Environment

HEAD = (
    *("Memory", "Variant", "Cold starts", "Init p50 / slowest", "First call", "Together p50 [95 %]", "Slowest"),
    *("Warm p50 / p95", "$ a million, warm", "$ a million", "$ 1,000 cold starts"),
)


def render_page(swept: Swept) -> str:
    """Return the page of a sweep."""
    title = one_line(f"Sweep of {swept.function} version {swept.version}")
    facts = (
        f"a million calls: {swept.share_in_words}; {swept.prices_in_words}",
        NOT_ON_AWS,
        *swept.notes,
        f"{spent_words(swept.spent_usd, swept.calls, swept.seconds)}; sweep {swept.sweep_id}, seed {swept.seed}",
        swept.untouched,
    )
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            title=title,
            sentences=[one_line(sentence) for sentence in swept.sentences],
            figure=figure_of(swept.rated, swept.recommendation.chosen),
            table=_table(swept),
            facts=[one_line(fact) for fact in facts if fact],
        )
    )


def _table(swept: Swept) -> Table:
    rows = []
    for each in swept.rated:
        variant = each.row.variant
        chosen = " (recommended)" if each is swept.recommendation.chosen else ""
        costs = (usd(each.costs.million_warm), usd(each.costs.million), usd(each.costs.thousand_cold, 4))
        name = (f"{variant.memory_mb} MB{chosen}", variant.rest, str(len(each.row.cold)))
        rows.append((*name, *times_of(each), *costs))
    return Table(title="Figures of each variant", head=HEAD, rows=tuple(rows), numeric_from=2)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Return the templates; everything that they print is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from warmgate_ops import page

    shared = Path(next(iter(page.__path__)))
    return Environment(
        loader=FileSystemLoader([Path(__file__).parent, shared]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )


def _visible(value: Any) -> Any:
    """Return a value without characters that a page cannot hold or that hide what it says."""
    return visible(value) if type(value) is str else value
