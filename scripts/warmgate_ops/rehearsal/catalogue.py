"""The scenarios: eight releases of one small API, each with the status that it must get. Runs nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from warmgate.model.deployment import Status

FOLDER = Path(__file__).parent / "scenarios"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSettings:
    """How Lambda runs both versions."""

    handler: str = "app.handler"
    memory_mb: int = 256
    timeout_s: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One candidate, the policy that judges it, and what must come of it."""

    name: str
    summary: str
    baseline: tuple[Path, ...]
    """Folders of code; a file of a later one replaces the same file of an earlier one."""
    candidate: tuple[Path, ...]
    policy: Path
    expected: Status | None
    """None where nothing is expected: a release of the user's own code."""
    failing: tuple[str, ...] = ()
    """Policy paths of which one must stand among the failed checks; empty where the candidate is good."""
    settings: FunctionSettings = FunctionSettings()
    config: str = "CodeDeployDefault.LambdaCanary10Percent5Minutes"

    @property
    def function(self) -> str:
        """Return the name that the function gets."""
        return f"quotes-{self.name.replace('_', '-')}"


class UnknownScenarioError(ValueError):
    """A name that no scenario has."""


def _release(name: str, summary: str, *failing: str, over: tuple[str, ...] = (), policy: str = "quotes") -> Scenario:
    """Return the release of a folder over the folders `over`, which are laid over the baseline's own."""
    baseline = tuple(FOLDER / folder for folder in ("baseline", *over))
    return Scenario(
        name=name,
        summary=summary,
        baseline=baseline,
        candidate=(*baseline, FOLDER / name),
        policy=FOLDER / f"{policy}.yaml",
        expected=Status.FAILED if failing else Status.SUCCEEDED,
        failing=failing,
    )


# Where a limit depends on how fast the machine is, the comparison with the baseline may be what catches a candidate.
SCENARIOS = (
    _release("healthy", "a new article, nothing else"),
    _release("slow_init", "builds ten SDK clients when the module loads", "limits.init", "compare.init"),
    _release("slow_tail", "one call in five does ten times the work", "limits.duration", "compare.duration"),
    _release("broken", "raises KeyError on every basket", "limits.errors"),
    _release("wrong_answer", "answers 200 with a total of 0", "probes.quote.expect", "limits.errors"),
    _release("memory_hog", "keeps 215 MB of 256 MB", "limits.memory"),
    _release(
        "slower_upstream",
        "waits 30 % longer in every call, far within every limit",
        "compare.duration",
        over=("stocked",),
        policy="stocked",
    ),
    _release(
        "noisy_neighbours",
        "the same code in uneven environments",
        over=("noisy_neighbours",),
        policy="stocked",
    ),
)


def chosen(names: Iterable[str]) -> tuple[Scenario, ...]:
    """Return the scenarios of these names in their own order, all of them where no name is given.

    Raises:
        UnknownScenarioError: a name that no scenario has.
    """
    wanted = set(names)
    unknown = sorted(wanted - {scenario.name for scenario in SCENARIOS})
    if unknown:
        known = ", ".join(scenario.name for scenario in SCENARIOS)
        raise UnknownScenarioError(f"scenario: found {', '.join(unknown)}, expected some of {known}")
    return tuple(scenario for scenario in SCENARIOS if not wanted or scenario.name in wanted)


def own_release(baseline: Path, candidate: Path, policy: Path, settings: FunctionSettings, config: str) -> Scenario:
    """Return a release from one folder of code to another; nothing is expected of it."""
    return Scenario(
        name="own",
        summary=f"{baseline} -> {candidate}",
        baseline=(baseline,),
        candidate=(candidate,),
        policy=policy,
        expected=None,
        settings=settings,
        config=config,
    )
