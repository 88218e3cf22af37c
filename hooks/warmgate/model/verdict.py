"""What was found and what it cost, as values: findings, verdicts, judgements. Nothing here decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from warmgate.model.calls import Sample
from warmgate.model.deployment import Deployment, HookExecution, Status


class Outcome(StrEnum):
    """What a finding or a verdict says. Worst first: failed, error, inconclusive, passed."""

    PASSED = "passed"
    SKIPPED = "skipped"
    """Nothing was judged because somebody asked for that; only a verdict says so."""
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"
    FAILED = "failed"


class Mode(StrEnum):
    """Whether a failed verdict blocks the release."""

    ENFORCE = "enforce"
    OBSERVE = "observe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A probe that is to be called again, and how often, to tell whether its one failure was chance."""

    probe: str
    calls: int


class Unit(StrEnum):
    """What a measured value and its limit are counted in."""

    MS = "ms"
    RATIO = "ratio"
    """A share between 0 and 1."""
    TIMES = "times"
    """A multiple of the baseline's value."""
    COUNT = "count"


class Because(StrEnum):
    """Why a check is undecided."""

    CAP = "cap"
    """Every call that the policy allows was made."""
    DEADLINE = "deadline"
    BUDGET = "budget"
    STOPPED_EARLY = "stopped early"
    TOO_FEW_ENVIRONMENTS = "too few environments"
    TOO_FEW_COLD_STARTS = "too few cold starts"
    TOO_LITTLE_TRAFFIC = "too little traffic"
    NO_DATA = "no data"
    PROBE_UNFIT = "probe unfit"
    """The baseline fails the probe too, in the same way: nothing is known of the candidate's answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check applied to evidence."""

    check: str
    """The policy path of the limit, for example `limits.duration.p95` or `compare.duration.tail`."""
    outcome: Outcome
    reason: str
    """One line with the measured value, the limit and the counts."""
    details: str = ""
    """What the decision rests on besides, for who wants to recompute it: scores, chances, environments."""
    decided: bool = True
    """False while more samples could still change the outcome."""
    measured: float | None = None
    limit: float | None = None
    unit: Unit | None = None
    """Of `measured` and `limit`."""
    margin: float | None = None
    """1 - measured / limit: 0.25 is a quarter below the limit, negative is beyond it."""
    bad_count: int | None = None
    sample_count: int = 0
    environment_count: int | None = None
    proven: str = ""
    """What the evidence rules out, in words, for example "excluded: more than 12 % slow calls"."""
    inconclusive_because: Because | None = None
    leans_to_fail: bool = False
    """For an inconclusive score: at least half-way to its FAIL line."""
    warns: bool = False
    """Whether people must be notified of a check that passed all the same."""
    repeat: Repeat | None = None
    """What an undecided check waits for, where that is calls of one probe alone."""


class Unjudged(StrEnum):
    """Why nothing was judged on purpose."""

    ROLLBACK = "rollback"
    SKIP = "skip"
    NO_HOOKS = "no_hooks"
    """The deployment's AppSpec names no hook of Warmgate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The findings' worst-of, mapped to what CodeDeploy hears."""

    outcome: Outcome
    status: Status
    reason: str
    findings: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()
    decided: bool = True
    mode: Mode = Mode.ENFORCE
    unjudged: Unjudged | None = None
    settled_by: str = ""
    """The policy's words that made the status where no check did: `when.inconclusive: half`, `mode: observe`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What a judgement took."""

    invocations: int = 0
    """Attempts that may have run the code: repeated, lost and cut ones too, throttled and refused ones not."""
    seconds: float = 0.0
    cost_usd: float = 0.0
    """Estimated from billed GB-seconds and requests at list price; the account's own price may be lower."""
    throttles: int = 0
    retries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What the runs of one hook execution have spent together."""

    calls: int = 0
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a run found, for a later one that only has to report it."""

    outcome: Outcome
    status: Status
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is noted of one hook execution, as the run found it that has just taken it over."""

    key: str
    run: int
    """Counted from 1; a run that is not the latest may note nothing."""
    spent: Spent = Spent()
    ended: Ended | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict with all that belongs to it: what the report is made from."""

    deployment: Deployment
    execution: HookExecution | None
    """None where no hook was asked: for the traffic guard."""
    policy_name: str
    policy_source: str
    verdict: Verdict
    spending: Spending
    samples: tuple[Sample, ...] = ()
    notes: tuple[str, ...] = field(default=())
    """Circumstances that a reader must know: a capped burst, hidden reports, what a budget left out."""
    started_at: str = ""
    """ISO 8601, UTC."""
    fingerprint: str = ""
    """What a refusal is remembered by; empty where none is to be."""
