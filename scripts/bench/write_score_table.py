"""Writes the table of score lines that the judge uses, each derived exactly: `python -m bench.write_score_table`."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

from warmgate.judge import derivation

TABLE = Path(derivation.__file__).with_name("score_table.py")
SLOW_SHARES = ((0.5, 0.65), (0.25, 0.4), (0.1, 0.2), (0.05, 0.1))
RARE_SHARES = ((0.02, 0.04), (0.01, 0.03), (0.005, 0.015), (0.001, 0.003))
ERROR_SHARES = ((0.001, 0.02), (0.005, 0.033333), (0.01, 0.05), (0.02, 0.083333), (0.05, 0.183333))
CAPS = (60, 100, 200, 500)

HEAD = '''"""Lines of the scores, derived by `derivation` and written by `python -m bench.write_score_table`."""

from warmgate.judge.derivation import ScoreLine

TABLE = (
'''


def table_text() -> str:
    """Return the table as Python source."""
    shares = sorted({*SLOW_SHARES, *RARE_SHARES, *ERROR_SHARES})
    lines = [derivation.derive_line(allowed, ruled_out, cap) for allowed, ruled_out in shares for cap in CAPS]
    rows = [f"    ScoreLine({', '.join(map(str, astuple(line)))}),\n" for line in lines]
    return HEAD + "".join(rows) + ")\n"


if __name__ == "__main__":
    TABLE.write_text(table_text(), encoding="utf-8")
