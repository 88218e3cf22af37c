"""The message that the page on watching shows is what such weeks give, and the metrics it names are written."""

from __future__ import annotations

import re
from pathlib import Path

from warmgate_ops.cold_starts.watching.day import Day
from warmgate_ops.cold_starts.watching.week import week_of
from warmgate_ops.cold_starts.watching.words import message_of

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "how-to" / "watch-cold-starts.md").read_text(encoding="utf-8")
FIGURES = (ROOT / "scripts" / "warmgate_ops" / "cold_starts" / "watching" / "figures.py").read_text(encoding="utf-8")
DEPLOYED = "d-8K2MZ4QLD 6 -> 7"


def days(
    function: str, version: str, init_ms: float, *, first: int, event: str = "", causes: dict[str, int] | None = None
) -> list[Day]:
    """Return seven days with thirty cold starts each."""
    return [
        Day(
            function=function,
            date=f"2026-11-{date}",
            calls=300,
            cold=30,
            over=1,
            expected_ms=500.0,
            init_s=30 * init_ms / 1000,
            usd=0.001,
            inits_ms={version: [init_ms] * 30},
            causes=causes or {},
            events=[event] if event else [],
        )
        for date in range(first, first + 7)
    ]


def test_the_message_of_the_page_is_produced() -> None:
    """A function that became slower, one that did not, and one that was never read."""
    before, after = days("checkout-api", "6", 400, first=12), days("checkout-api", "7", 640, first=19, event=DEPLOYED)
    usual = days("reports", "6", 400, first=19, causes={"scale-out": 9, "idle": 2})
    weeks = [
        week_of("checkout-api", after, before),
        week_of("reports", usual, days("reports", "6", 400, first=12)),
        week_of("quiet", [], []),
    ]

    assert f"```text\n{message_of(weeks, '2026-11-19', '2026-11-25').text}```" in PAGE


def test_the_metrics_of_the_page_are_written() -> None:
    """A name that nobody writes is an empty graph."""
    named = set(re.findall(r"`((?:ColdStarts|Init|Functions)[A-Za-z0-9]*)`", PAGE)) - {"InitOverExpected"}
    written = set(re.findall(r'add_metric\("(\w+)"', FIGURES))

    assert named == written
