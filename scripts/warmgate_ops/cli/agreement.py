"""What a command asks before it spends money or changes something."""

from __future__ import annotations

import sys

from warmgate_ops.cli.output import complain


def agreed(question: str, *, yes: bool) -> bool:
    """Return whether a person agrees; where nobody can be asked, only `--yes` does."""
    if yes:
        return True
    if not (sys.stdin and sys.stdin.isatty()):
        complain(f"{question} Nobody can be asked here: pass --yes to go on.")
        return False
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
