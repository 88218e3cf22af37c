"""The words of a release as values: deployments, calls, samples, evidence, findings, verdicts. Nothing here decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Arm(StrEnum):
    """Which of the two versions a call went to."""

    BASELINE = "baseline"
    CANDIDATE = "candidate"


class Start(StrEnum):
    """How the execution environment of a call came to be ready."""

    COLD = "cold"
    WARM = "warm"
    RESTORED = "restored"
    PROVISIONED = "provisioned"


class Phase(StrEnum):
    """What a call was made for: only measured calls count for latency, only prewarm calls for init."""

    PREWARM = "prewarm"
    WARMUP = "warmup"
    MEASURED = "measured"
    REPEATED = "repeated"
    """Calls of one probe, to tell whether its one failure was chance."""


class CallOutcome(StrEnum):
    """How a call ended."""

    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    UNEXPECTED_ANSWER = "unexpected_answer"
    THROTTLED = "throttled"
    """It got no concurrency, and never reached the code."""
    LOST = "lost"
    """It may have run, and no answer came: no data, and not the version's failure."""


UNSEEN = (CallOutcome.THROTTLED, CallOutcome.LOST)
"""The ends of calls that showed nothing of the version."""
HISTORY = "(log history)"
"""The probe of samples that are no call of ours: cold starts that the log remembers."""


class DurationSource(StrEnum):
    """Whose clock a duration was read from."""

    PLATFORM = "platform"
    CALLER = "caller"


class Outcome(StrEnum):
    """What a finding or a verdict says. Worst first: failed, error, inconclusive, passed."""

    PASSED = "passed"
    SKIPPED = "skipped"
    """Nothing was judged because somebody asked for that; only a verdict says so."""
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"
    FAILED = "failed"


class Status(StrEnum):
    """What CodeDeploy hears; it accepts no third word."""

    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


class LifecycleEvent(StrEnum):
    """The lifecycle events of a Lambda deployment that call a hook."""

    BEFORE_ALLOW_TRAFFIC = "BeforeAllowTraffic"
    AFTER_ALLOW_TRAFFIC = "AfterAllowTraffic"


class Mode(StrEnum):
    """Whether a failed verdict blocks the release."""

    ENFORCE = "enforce"
    OBSERVE = "observe"


@dataclass(frozen=True, slots=True)
class Target:
    """The function and the alias that a deployment shifts."""

    function: str
    alias: str


@dataclass(frozen=True, slots=True)
class HookExecution:
    """One call of a hook by CodeDeploy: the two opaque ids of its event, and nothing else."""

    deployment_id: str
    execution_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What CodeDeploy says of a deployment: AppSpec CurrentVersion is the baseline, TargetVersion the candidate."""

    deployment_id: str
    target: Target
    baseline: str
    candidate: str
    lifecycle_event: LifecycleEvent | None
    """The hook event that waits for the asking hook's status, None where none does any more."""
    told: Status | None = None
    """The status that the asking hook's own event has ended with, where it has ended."""
    application: str = ""
    group: str = ""
    creator: str = ""
    """CodeDeploy's word for who made it: user, codeDeployRollback, CloudFormationRollback ..."""
    rollback_of: str = ""
    """The deployment that CodeDeploy's own fields say it rolls back."""
    is_rollback: bool = False
    """Whether it is proven to be a rollback; what a description says proves nothing."""
    description: str = ""
    state: str = ""
    """CodeDeploy's word for the whole deployment: InProgress, Succeeded, Failed, Stopped ..."""
    shift_began_ms: float | None = None
    """When traffic began to shift, in milliseconds since the epoch; None before that."""
    shift_ended_ms: float | None = None
    """When all of it had shifted."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to the deployment."""
        return self.state in {"Succeeded", "Failed", "Stopped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What a run of the traffic guard knows of the shift it guards; enough to go on in another run."""

    deployment_id: str
    run: int = 1
    stretch: int = 1
    since_ms: float | None = None
    """When the stretch that was growing began, None before the first call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricCounts:
    """What CloudWatch counted of a version over the whole shift."""

    calls: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSummary:
    """What the log says of all calls of one environment."""

    environment: str
    version: str
    calls: int
    cold_starts: int
    median_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionVersion:
    """What Lambda says of one published version before it is called."""

    function: str
    version: str
    state: str
    state_reason: str = ""
    memory_mb: int
    timeout_s: int
    runtime: str = ""
    architecture: str = "x86_64"
    code_sha256: str = ""
    config_sha256: str = ""
    """Digest of what decides how the code runs, environment variables included; it changes with any of them."""
    role: str = ""
    dead_letter_arn: str = ""
    snap_start: bool = False
    snap_start_ready: bool = True
    log_format: str = "Text"
    system_log_level: str = ""
    managed_instances: bool = False
    log_group: str = ""

    @property
    def hides_report(self) -> bool:
        """Whether successful calls leave no platform report: JSON log format with a system log level above INFO."""
        return self.log_format == "JSON" and self.system_log_level.upper() == "WARN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """Concurrency that a function can use, in concurrent executions; None where it could not be found out."""

    account_limit: int | None
    account_unreserved: int | None
    reserved: int | None
    """Reserved for this function, shared by all its versions; None when nothing is reserved."""
    in_use: int | None
    """Highest concurrency seen in the last minutes: of the function when it has a reserve, else of the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionedConcurrency:
    """Provisioned concurrency of one version; `requested` is 0 when none was asked for."""

    requested: int
    available: int
    status: str
    """READY, IN_PROGRESS, FAILED, or NONE."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is kept of an answer's payload once it has been read."""

    accepted: bool = True
    """Whether it is as the probe expects; says nothing of a function error."""
    why: str = ""
    """What is wrong with it, where it is not accepted."""
    error_type: str = ""
    """The errorType of a function error, empty where it names none."""
    timed_out: bool = False
    """Whether the message of a function error is that of a time-out."""
    excerpt: str = ""
    """Its beginning, where the policy keeps answers."""


def never() -> bool:
    """Return False."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One call to make: who to call, with what, and how it may be recognised."""

    function: str
    version: str
    payload: bytes
    client_context: str
    timeout_s: float
    """The function's own timeout; the read timeout must stand above it."""
    read: Callable[[bytes, str | None], Reading] = lambda _payload, _error: Reading()
    """Reads a payload and the FunctionError beside it; the payload is dropped after that. Never raises."""
    read_whole: bool = False
    """Whether `read` needs more than the beginning of an answer that is no error."""
    may_repeat: Callable[[], bool] = never
    """Asked before a call that may have run is made again: whether the probe and the budget allow it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Lambda answered to one call, before anybody read its log tail."""

    payload: bytes
    """Its beginning, where it is long."""
    log_tail: str
    executed_version: str
    function_error: str | None
    status_code: int
    caller_ms: float
    """Wall time on the caller's clock until the answer began, the network included."""
    retries: int = 0
    """Attempts before this one: refused ones (throttles, SnapStart not ready ...), and lost ones that were repeated."""
    throttles: int = 0
    reading: Reading = Reading()
    """What the invocation's `read` made of the payload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What one call showed."""

    arm: Arm
    round: int
    """Counted from 1 within the phase."""
    position: int
    """Place in dispatch order within the round."""
    probe: str
    phase: Phase
    outcome: CallOutcome
    start: Start | None = None
    """None where the platform's report was missing."""
    environment: str | None = None
    """The log stream of the call, when it is known."""
    duration_ms: float | None = None
    duration_source: DurationSource = DurationSource.PLATFORM
    init_ms: float | None = None
    restore_ms: float | None = None
    billed_ms: float | None = None
    memory_mb: float | None = None
    """Peak memory used."""
    memory_size_mb: float | None = None
    error_type: str | None = None
    detail: str = ""
    """One line on what was wrong, without the payload or the answer."""
    answer: str = ""
    """Beginning of an answer that was wrong; kept only where the policy says `store_payloads`."""
    request_id: str | None = None
    retries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """How many cold environments were asked for, how many were tried, and why fewer."""

    asked: int
    granted: int
    reason: str = ""
    at_once: int = 0
    """Calls of both arms together that may overlap, where the pool is too small for one of each; 0 is no bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that a judgement rests on.

    `samples` is in dispatch order: by round, then by position. `closed` is None while more rounds may follow, else why
    there will be none: "planned" (every call was made, or every check has decided), "stopped early" (a check has failed
    and nothing can mend it), "cap", "deadline", "budget" or "no data".
    """

    samples: tuple[Sample, ...]
    burst: Burst
    closed: str | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A probe that is to be called again, and how often, to tell whether its one failure was chance."""

    probe: str
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check applied to evidence."""

    check: str
    """The policy path of the limit, for example `limits.duration.p95` or `compare.duration.p95`."""
    outcome: Outcome
    reason: str
    """One line with the measured value, the limit and the counts."""
    decided: bool = True
    """False while more samples could still change the outcome."""
    measured: float | None = None
    limit: float | None = None
    unit: str = ""
    """ms, ratio, times, mb or count: the unit of `measured` and `limit`."""
    margin: float | None = None
    """1 - measured / limit: 0.25 is a quarter below the limit, negative is beyond it."""
    bad_count: int | None = None
    sample_count: int = 0
    environment_count: int | None = None
    proven: str = ""
    """What the evidence rules out, in words, for example "excluded: more than 12 % slow calls"."""
    inconclusive_because: str = ""
    """cap, deadline, budget, stopped early, too few environments or cold starts, too little traffic, or no data."""
    leans_to_fail: bool = False
    """For an inconclusive score: at least half-way to its FAIL line."""
    warns: bool = False
    """Whether people must be told of a check that passed all the same."""
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
