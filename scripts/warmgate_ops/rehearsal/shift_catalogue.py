"""The scenarios of live traffic: what only real callers meet, and what goes wrong around a rollback. Runs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from warmgate.model.release import ReleaseOutcome
from warmgate_ops.rehearsal.arrivals import Rate
from warmgate_ops.rehearsal.catalogue import FOLDER, FunctionSettings

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
CALM_PER_S, QUIET_PER_S = 2.0, 0.1


def rising_to(per_s: float) -> tuple[Rate, ...]:
    """Return a rate that rises in five seconds: a burst at a cold function would take an environment a call."""
    return (Rate(0.0, 1.0), Rate(2.0, per_s / 3), Rate(4.0, per_s))


BUSY = rising_to(10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftScenario:
    """One release under live traffic, and what must have become of it once all is quiet."""

    name: str
    summary: str
    candidate: str = ""
    """Folder over the stocked baseline; empty for the same code with another article."""
    policy: str = "live"
    config: str = CANARY_50
    rate: tuple[Rate, ...] = BUSY
    rollback_events: tuple[str, ...] = ROLLBACK_EVENTS
    silent_hook: bool = False
    """Whether the hook before the shift never answers."""
    ringing: bool = False
    """Whether an alarm of the group rings from the start."""
    refused_rollbacks: int = 0
    """How many of CodeDeploy's attempts to bring the alias back are refused."""
    stopped_by_hand: bool = False
    outcome: ReleaseOutcome = ReleaseOutcome.ROLLED_BACK
    by: str = ""
    """Who refused it: after, guard; empty where nobody of ours did."""
    reason: str = ""
    """What the reason must name."""
    back_by: str = ""
    """Who made the rollback that brought the alias back: codedeploy or warmgate; empty where it does not matter."""
    highest_share: float = 1.0
    """The most that the candidate may have been given."""

    @property
    def waits(self) -> bool:
        """Return whether nothing of ours is called before its end: it can run beside others."""
        return self.silent_hook or self.ringing

    @property
    def function(self) -> str:
        """Return the name that the function gets."""
        return f"quotes-{self.name.replace('_', '-')}"

    @property
    def baseline_folders(self) -> tuple[Path, ...]:
        """Return the folders of the version that serves."""
        return (FOLDER / "baseline", FOLDER / "stocked")

    @property
    def candidate_folders(self) -> tuple[Path, ...]:
        """Return the folders of the new version."""
        return (*self.baseline_folders, FOLDER / (self.candidate or "restocked"))

    @property
    def policy_file(self) -> Path:
        """Return the policy."""
        return FOLDER / f"{self.policy}.yaml"

    @property
    def settings(self) -> FunctionSettings:
        """Return how Lambda runs both versions."""
        return FunctionSettings()


SHIFT_SCENARIOS = (
    ShiftScenario(
        name="good_shift",
        summary="a new article, shifted in quarters",
        config=LINEAR_25,
        outcome=ReleaseOutcome.RELEASED,
    ),
    ShiftScenario(
        name="real_callers",
        summary="fails for half of the real callers, never for a probe",
        candidate="real_callers",
        by="guard",
        reason="live.errors.rate",
        highest_share=0.5,
    ),
    ShiftScenario(
        name="ten_percent",
        summary="makes real callers wait, seen while a tenth of them does",
        candidate="slow_callers",
        config=CANARY_10,
        rate=rising_to(20.0),
        by="guard",
        reason="live.duration",
        highest_share=0.1,
    ),
    ShiftScenario(
        name="storm",
        summary="needs many more environments as soon as it serves all",
        candidate="storm",
        policy="storm",
        config=ALL_AT_ONCE,
        rate=rising_to(12.0),
        by="after",
        reason="live.cold_starts.share",
    ),
    ShiftScenario(
        name="no_way_back",
        summary="the group does not roll back failed deployments",
        candidate="real_callers",
        policy="live-enforced",
        config=ALL_AT_ONCE,
        rollback_events=(),
        by="after",
        back_by="warmgate",
        reason="live.errors.rate",
    ),
    ShiftScenario(
        name="rollback_fails",
        summary="CodeDeploy's own rollback fails once",
        candidate="real_callers",
        policy="live-enforced",
        config=ALL_AT_ONCE,
        refused_rollbacks=1,
        by="after",
        back_by="warmgate",
        reason="live.errors.rate",
    ),
    ShiftScenario(
        name="quiet_night",
        summary="hardly a caller: calls of our own decide",
        config=ALL_AT_ONCE,
        rate=(Rate(0.0, QUIET_PER_S),),
        outcome=ReleaseOutcome.RELEASED,
    ),
    ShiftScenario(
        name="ringing_alarm",
        summary="an alarm of the group rings already",
        ringing=True,
        rate=(Rate(0.0, QUIET_PER_S),),
        reason="ALARM",
        highest_share=0.0,
    ),
    ShiftScenario(
        name="silent_hook",
        summary="the hook never answers",
        silent_hook=True,
        rate=(Rate(0.0, QUIET_PER_S),),
        reason="hook",
        highest_share=0.0,
    ),
    ShiftScenario(
        name="stopped_by_hand",
        summary="somebody stops it in the middle, without a rollback",
        policy="live-enforced",
        stopped_by_hand=True,
        rate=(Rate(0.0, CALM_PER_S),),
        reason="MANUAL_STOP",
        highest_share=0.5,
    ),
)
