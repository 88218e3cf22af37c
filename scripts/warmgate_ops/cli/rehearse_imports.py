"""What a rehearsal adds to a refusal for slow cold starts: which import or line of module-level code it is."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from warmgate.errors import WarmgateError
from warmgate.model.verdict import Outcome
from warmgate.report.wording import judges_init

if TYPE_CHECKING:
    from warmgate_ops.cold_starts.importing.code import Settings
    from warmgate_ops.cold_starts.importing.measuring import Bench
    from warmgate_ops.rehearsal.expect import RehearsedRelease, Step
    from warmgate_ops.rehearsal.scenario import Scenario

RUNS = 3
"""Cold starts of each version: they tell what made a refused init slow, `cold imports` tells smaller differences."""


def import_lines(scenario: Scenario, release: RehearsedRelease, step: Step) -> tuple[str, ...]:
    """Return the table of import differences of a release that was refused for its cold starts; else nothing.

    Args:
        scenario: the release, whose code is run again.
        release: what became of it.
        step: told what is done.
    """
    from warmgate_ops.cold_starts.importing.finding import find
    from warmgate_ops.cold_starts.importing.text import lines_of

    if not refused_for_init(release):
        return ()
    step(scenario.name, "finding the import that makes cold starts slower")
    with tempfile.TemporaryDirectory(prefix="warmgate-imports-") as work:
        try:
            old, new = (
                _bench(scenario, f"version {version}", folders, Path(work, version))
                for version, folders in ((release.baseline, scenario.baseline), (release.candidate, scenario.candidate))
            )
            return tuple(lines_of(find(old, new, runs=RUNS, line_runs=1, checked=False)))
        except WarmgateError as error:
            return (f"which import it is could not be found out: {error}",)


def refused_for_init(release: RehearsedRelease) -> bool:
    """Return whether a check of init failed."""
    found = (release.report or {}).get("findings", [])
    return any(each["outcome"] == Outcome.FAILED and judges_init(each["check"]) for each in found)


def _bench(scenario: Scenario, label: str, folders: Sequence[Path], work: Path) -> Bench:
    from warmgate_ops.cold_starts.importing.code import Source, unpacked
    from warmgate_ops.cold_starts.importing.measuring import Bench

    source = Source(label=label, code=tuple(folders), layers=scenario.settings.layers)
    return Bench(unpacked(source, _settings(scenario), work))


def _settings(scenario: Scenario) -> Settings:
    from warmgate_ops.cold_starts.importing.code import Settings

    about = scenario.settings
    return Settings(
        handler=about.handler,
        runtime=about.runtime,
        memory_mb=about.memory_mb,
        timeout_s=about.timeout_s,
        variables=about.variables,
    )
