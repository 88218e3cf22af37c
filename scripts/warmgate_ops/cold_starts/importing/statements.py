"""Which statement of a module makes its own code slow: by its line, matched between versions by its text. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from warmgate_ops.cold_starts.importing.records import ColdStart

LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement at module level."""

    line: int
    text: str
    """Its first line, shortened."""
    difference_ms: float


def times_of(colds: Sequence[ColdStart], module: str) -> dict[int, float]:
    """Return the median time of each statement of a module by its line, over cold starts that timed them."""
    found: dict[int, list[float]] = {}
    for cold in colds:
        for line, ms in (cold.lines or {}).get(module, {}).items():
            found.setdefault(line, []).append(ms)
    return {line: median(each) for line, each in found.items()}


def slowest(
    old: Mapping[int, float], old_text: str, new: Mapping[int, float], new_text: str, *, least_ms: float = 0.5
) -> Statement | None:
    """Return the statement that differs most between two versions of a module; None where none does.

    The second version's statement where it became slower or is new, else the first one's that is gone or faster.
    """
    before, after = _by_text(old, old_text), _by_text(new, new_text)
    found: list[Statement] = []
    for text in before.keys() | after.keys():
        line = after[text][0] if text in after else before[text][0]
        difference = after.get(text, (0, 0.0))[1] - before.get(text, (0, 0.0))[1]
        found.append(Statement(line=line, text=text, difference_ms=difference))
    most = max(found, key=lambda each: (abs(each.difference_ms), -each.line), default=None)
    return most if most is not None and abs(most.difference_ms) >= least_ms else None


def _by_text(times: Mapping[int, float], text: str) -> dict[str, tuple[int, float]]:
    """Return line and time of statements by their first line; those that read alike are one."""
    lines = text.splitlines()
    found: dict[str, tuple[int, float]] = {}
    for line, ms in sorted(times.items()):
        words = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        shown = words if len(words) <= LONGEST else f"{words[: LONGEST - 3]}..."
        first, before = found.get(shown, (line, 0.0))
        found[shown] = (first, before + ms)
    return found
