"""Which scenarios this machine has the runtimes for, and on which version each of them runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from warmgate.errors import SettingsError
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.launch import NotHere
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.node import RUNTIMES
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.registry import why_not_here
from warmgate_ops.rehearsal.scenario import Scenario


def present(scenarios: Iterable[Scenario]) -> tuple[tuple[Scenario, ...], tuple[str, ...]]:
    """Return the scenarios that can run here, and for each other one a line that says why it is left out.

    A scenario for Node.js runs on its own version, else on any other that is installed.

    Raises:
        SettingsError: none can run.
    """
    here, left_out, missing = [], [], None
    for scenario in scenarios:
        runtime, why = _runtime(scenario.settings.runtime)
        if why is None:
            here.append(replace(scenario, settings=replace(scenario.settings, runtime=runtime)))
        else:
            missing = why
            left_out.append(f"{scenario.name} is left out: {why}")
    if missing is not None and not here:
        raise SettingsError(missing.why, hint=missing.hint)
    return tuple(here), tuple(left_out)


def _runtime(wanted: str) -> tuple[str, NotHere | None]:
    if not wanted:
        return wanted, None
    others = RUNTIMES if wanted in RUNTIMES else ()
    found = next((each for each in (wanted, *others) if why_not_here(each) is None), None)
    return (found, None) if found else (wanted, why_not_here(wanted))
