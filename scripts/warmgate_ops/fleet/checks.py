"""Looks at every release of a fleet before it begins, some at a time, and says in lines what would be done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from warmgate.adapters.aliases import LambdaAliases
from warmgate.adapters.functions import LambdaFunctions
from warmgate.fleets.checking import Checked, Checking
from warmgate.model.fleet import Fleet, Release
from warmgate.policy.minutes import in_words
from warmgate_ops.fleet.progress import Progress, is_halted

AT_ONCE = 8
"""Reads at a time: with 500 releases still below the request rate of the Lambda API."""


def checked_all(clients: Callable[[str], Any], releases: Sequence[Release]) -> tuple[Checked, ...]:
    """Return what is known of releases, in their order."""
    checking = Checking(aliases=LambdaAliases(clients), functions=LambdaFunctions(clients))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return tuple(threads.map(checking.check, releases))


def plan_lines(fleet: Fleet, progress: Progress, checked: Sequence[Checked]) -> Iterator[str]:
    """Yield a line for each release, and one for what becomes of a refusal."""
    known = {each.release.key: each for each in checked}
    yield (
        f"fleet {fleet.name}: {len(fleet.releases)} releases in {len(fleet.waves)} waves, {fleet.at_once} at once,"
        f" on_refusal {fleet.on_refusal}" + (f", pause {in_words(fleet.pause_minutes)}" if fleet.pause_minutes else "")
    )
    for number, wave in enumerate(fleet.waves, 1):
        yield f"wave {number}:"
        for release in wave:
            yield f"  {_line(release, progress, known.get(release.key))}"
    if is_halted(fleet, progress):
        yield "nothing would begin: a release did not end well, and on_refusal is stop"


def _line(release: Release, progress: Progress, checked: Checked | None) -> str:
    entry = progress.of(release)
    if checked is None:
        return f"{release.key} {entry.state.value.replace('_', ' ')} {entry.deployment_id}".rstrip()
    if checked.faults:
        return f"{release.key} cannot begin: {'; '.join(checked.faults)}"
    if checked.serves == release.version:
        return f"{release.key} serves version {release.version} already: nothing to do"
    config = release.config or "the group's configuration"
    where = f"{release.application}/{release.deployment_group}, {config}"
    return f"{release.key} {checked.serves} -> {release.version} ({where})"
