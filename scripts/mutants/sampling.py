"""Which changes are tried, and how a change reads: pure, no file is touched."""

from __future__ import annotations

import difflib
import random
from dataclasses import dataclass
from pathlib import Path

CONSTANTS = "core/NumberReplacer"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one file."""

    path: Path
    operator: str
    occurrence: int


def sample_of(changes: list[Change], size: int, seed: int) -> list[Change]:
    """Return a sample, half of it constants where there are as many; all of them where there are no more."""
    if size >= len(changes):
        return changes
    drawn = random.Random(seed)
    constants = [change for change in changes if change.operator == CONSTANTS]
    others = [change for change in changes if change.operator != CONSTANTS]
    half = min(len(constants), max(size // 2, size - len(others)))
    return sorted(
        drawn.sample(constants, half) + drawn.sample(others, min(len(others), size - half)),
        key=lambda change: (str(change.path), change.operator, change.occurrence),
    )


def described(path: Path, before: str, after: str) -> str:
    """Return where a file was changed, and how, in one line."""
    matcher = difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    _, first, last, new_first, new_last = next(block for block in matcher.get_opcodes() if block[0] != "equal")
    old = " ".join(line.strip() for line in before.splitlines()[first:last])
    new = " ".join(line.strip() for line in after.splitlines()[new_first:new_last])
    return f"{path}:{first + 1}: {old}  ->  {new}"
