"""The scenarios: nine releases of one small API, one in Node.js, and ten that live traffic judges too. Runs nothing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from warmgate.model.deployment import LiveJudge, Status
from warmgate.model.release import ReleaseOutcome
from warmgate_ops.rehearsal.arrivals import Rate
from warmgate_ops.rehearsal.scenario import FunctionSettings, Live, Made, Scenario

FOLDER = Path(__file__).parent / "scenarios"
CANARY_10 = "Rehearsal.Canary10Percent50Minutes"
CANARY_50 = "Rehearsal.Canary50Percent20Minutes"
LINEAR_25 = "Rehearsal.Linear25PercentEvery6Minutes"
ALL_AT_ONCE = "CodeDeployDefault.LambdaAllAtOnce"
CUSTOM_CONFIGS = {
    CANARY_10: {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 10, "canaryInterval": 50}},
    CANARY_50: {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 50, "canaryInterval": 20}},
    LINEAR_25: {"type": "TimeBasedLinear", "timeBasedLinear": {"linearPercentage": 25, "linearInterval": 6}},
}
ROLLBACK_EVENTS = ("DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST")


PLAIN = FunctionSettings()
NODE = FunctionSettings(runtime="nodejs22.x", handler="index.handler")


class UnknownScenarioError(ValueError):
    """A name that no scenario has."""


def rising_to(per_s: float) -> tuple[Rate, ...]:
    """Return a rate that rises in five seconds: a burst at a cold function would take an environment a call."""
    return (Rate(0.0, 1.0), Rate(2.0, per_s / 3), Rate(4.0, per_s))


def _release(
    name: str,
    summary: str,
    *failing: str,
    over: tuple[str, ...] = (),
    policy: str = "quotes",
    base: str = "baseline",
    settings: FunctionSettings = PLAIN,
) -> Scenario:
    """Return the release of a folder over the folders `over`, which are laid over the baseline's own."""
    baseline = tuple(FOLDER / folder for folder in (base, *over))
    return Scenario(
        name=name,
        summary=summary,
        baseline=baseline,
        candidate=(*baseline, FOLDER / name),
        policy=FOLDER / f"{policy}.yaml",
        expected=Status.FAILED if failing else Status.SUCCEEDED,
        failing=failing,
        settings=settings,
    )


# Where a limit depends on how fast the machine is, the comparison with the baseline may be what catches a candidate.
SCENARIOS = (
    _release("healthy", "a new article, nothing else"),
    _release("slow_init", "builds ten SDK clients when the module loads", "limits.init", "compare.init"),
    _release("slow_tail", "one call in five does ten times the work", "limits.duration", "compare.duration"),
    _release("broken", "raises KeyError on every basket", "limits.errors"),
    _release("wrong_answer", "answers 200 with a total of 0", "probes.quote.expect", "limits.errors"),
    _release(
        "forgotten_await",
        "answers with a promise for a total, in Node.js",
        "probes.quote.expect",
        "limits.errors",
        base="node_baseline",
        settings=NODE,
    ),
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


BUSY = rising_to(10.0)


def live_release(
    name: str,
    summary: str,
    live: Live,
    *,
    candidate: str = "restocked",
    policy: str = "live",
    config: str = CANARY_50,
    rate: float | tuple[Rate, ...] = BUSY,
    rollback_events: tuple[str, ...] = ROLLBACK_EVENTS,
) -> Scenario:
    """Return the release of a folder over the stocked baseline that hooks and guard judge by live traffic too."""
    baseline = (FOLDER / "baseline", FOLDER / "stocked")
    return Scenario(
        name=name,
        summary=summary,
        baseline=baseline,
        candidate=(*baseline, FOLDER / candidate),
        policy=FOLDER / f"{policy}.yaml",
        config=config,
        rate=rate,
        rollback_events=rollback_events,
        live=live,
    )


LIVE_SCENARIOS = (
    live_release(
        "good_shift",
        "a new article, shifted in quarters",
        Live(outcome=ReleaseOutcome.RELEASED),
        config=LINEAR_25,
    ),
    live_release(
        "real_callers",
        "fails for half of the real callers, never for a probe",
        Live(refused_by=LiveJudge.GUARD, reason="live.errors.rate", highest_share=0.5),
        candidate="real_callers",
    ),
    live_release(
        "ten_percent",
        "makes real callers wait, seen while a tenth of them does",
        Live(refused_by=LiveJudge.GUARD, reason="live.duration", highest_share=0.1),
        candidate="slow_callers",
        config=CANARY_10,
        rate=rising_to(20.0),
    ),
    live_release(
        "storm",
        "needs many more environments as soon as it serves all",
        Live(refused_by=LiveJudge.AFTER, reason="live.cold_starts.share"),
        candidate="storm",
        policy="storm",
        config=ALL_AT_ONCE,
        rate=rising_to(12.0),
    ),
    live_release(
        "no_way_back",
        "the group does not roll back failed deployments",
        Live(refused_by=LiveJudge.AFTER, rolled_back_by="warmgate", reason="live.errors.rate"),
        candidate="real_callers",
        policy="live-enforced",
        config=ALL_AT_ONCE,
        rollback_events=(),
    ),
    live_release(
        "rollback_fails",
        "CodeDeploy's own rollback fails once",
        Live(refused_rollbacks=1, refused_by=LiveJudge.AFTER, rolled_back_by="warmgate", reason="live.errors.rate"),
        candidate="real_callers",
        policy="live-enforced",
        config=ALL_AT_ONCE,
    ),
    live_release(
        "quiet_night",
        "hardly a caller: calls of our own decide",
        Live(outcome=ReleaseOutcome.RELEASED),
        config=ALL_AT_ONCE,
        rate=0.1,
    ),
    live_release(
        "ringing_alarm",
        "an alarm of the group rings already",
        Live(ringing=True, reason="ALARM", highest_share=0.0),
        rate=0.1,
    ),
    live_release(
        "silent_hook",
        "the hook never answers",
        Live(silent_hook=True, reason="hook", highest_share=0.0),
        rate=0.1,
    ),
    live_release(
        "stopped_by_hand",
        "somebody stops it in the middle, without a rollback",
        Live(stopped_by_hand=True, reason="MANUAL_STOP", highest_share=0.5),
        policy="live-enforced",
        rate=2.0,
    ),
)


def chosen(names: Iterable[str] = (), *, everything: bool = False) -> tuple[Scenario, ...]:
    """Return the scenarios of these names in their own order; without a name those that need no live traffic.

    Args:
        names: whose to return.
        everything: whether all of live traffic are returned beside them.

    Raises:
        UnknownScenarioError: a name that no scenario has.
    """
    wanted = set(names)
    known = [scenario.name for scenario in (*SCENARIOS, *LIVE_SCENARIOS)]
    if unknown := sorted(wanted - set(known)):
        raise UnknownScenarioError(f"scenario: found {', '.join(unknown)}, expected some of {', '.join(known)}")
    return (
        *(scenario for scenario in SCENARIOS if not wanted or scenario.name in wanted),
        *(scenario for scenario in LIVE_SCENARIOS if everything or scenario.name in wanted),
    )


def own_release(
    name: str,
    baseline: tuple[Path, ...],
    candidate: tuple[Path, ...],
    policy: Path,
    settings: FunctionSettings,
    *,
    config: str = ALL_AT_ONCE,
    setup: Path | None = None,
    made: tuple[Made, ...] = (),
) -> Scenario:
    """Return a release of a user's function from one package to another; nothing is expected of it."""
    return Scenario(
        name=name,
        own_name=name,
        summary=f"{baseline[-1]} -> {candidate[-1]}",
        baseline=baseline,
        candidate=candidate,
        policy=policy,
        settings=settings,
        config=config,
        setup=setup,
        made=made,
    )
