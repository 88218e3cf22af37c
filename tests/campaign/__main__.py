"""Plays campaigns of seeded schedules and prints a table, or replays one schedule with its whole story.

Example:
    PYTHONPATH=hooks:scripts:tests python -m campaign --runs 10000
    PYTHONPATH=hooks:scripts:tests python -m campaign hooks --seed 569
    PYTHONPATH=hooks:scripts:tests python -m campaign wire --runs 1000
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor

from campaign import controllers, guards, hooks
from campaign.figures import Figures, table
from campaign.outcome import Outcome
from campaign.wire import schedules as wire

USE_CASES: Mapping[str, Callable[[int], Outcome]] = {
    "hooks": hooks.play,
    "guard": guards.play,
    "controller": controllers.play,
}
CHUNK = 100
AT_ONCE = 30
"""Executions over the wire, which wait more than they compute."""


def played(name: str, seeds: range) -> tuple[Figures, list[str]]:
    """Return the figures of some seeds and the stories of those that broke a promise."""
    figures, stories = Figures(name), []
    for seed in seeds:
        outcome = USE_CASES[name](seed)
        figures.add(outcome)
        if outcome.breaches:
            stories.append(f"{name} {outcome}")
    return figures, stories


def main() -> int:
    """Play what the command line asks for; 1 where a promise broke."""
    parser = argparse.ArgumentParser(prog="campaign", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("use_case", nargs="?", choices=[*USE_CASES, "all", "wire"], default="all")
    parser.add_argument("--seed", type=int, help="replay this schedule")
    parser.add_argument("--runs", type=int, default=900, help="schedules in all")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    asked = parser.parse_args()
    if asked.use_case == "wire":
        return _over_the_wire([asked.seed] if asked.seed is not None else range(asked.first, asked.first + asked.runs))
    names = list(USE_CASES) if asked.use_case == "all" else [asked.use_case]
    if asked.seed is not None:
        outcomes = [USE_CASES[name](asked.seed) for name in names]
        print("\n\n".join(map(str, outcomes)))
        return int(any(outcome.breaches for outcome in outcomes))
    return _campaign(names, range(asked.first, asked.first + -(-asked.runs // len(names))))


def _campaign(names: list[str], seeds: range) -> int:
    rows, stories = [], list[str]()
    with ProcessPoolExecutor() as pool:
        for name in names:
            row = Figures(name)
            parts = [seeds[at : at + CHUNK] for at in range(0, len(seeds), CHUNK)]
            for part, broken in pool.map(played, [name] * len(parts), parts):
                row.schedules, row.runs = row.schedules + part.schedules, row.runs + part.runs
                row.faults += part.faults
                row.breaches += part.breaches
                stories += broken
            rows.append(row)
    print("\n\n".join([*stories, table(rows)]))
    return int(bool(stories))


def _over_the_wire(seeds: Sequence[int]) -> int:
    row, broken = Figures("wire"), 0
    for outcome in wire.play(seeds, AT_ONCE):
        row.add(outcome)
        broken += bool(outcome.breaches)
        if outcome.breaches or len(seeds) == 1:
            print(f"{outcome}\n", flush=True)
    print(table([row]))
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
