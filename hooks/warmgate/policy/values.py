"""A policy as frozen values. Reading and rendering it is done elsewhere; nothing here decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from warmgate.model.verdict import Mode


class Provisioned(StrEnum):
    """What to do where the candidate has provisioned concurrency that is not READY yet."""

    WAIT = "wait"
    IGNORE = "ignore"


class OnInconclusive(StrEnum):
    """What an undecided check becomes; `half` fails it where it is half-way to failed."""

    HALF = "half"
    PASS = "pass"  # noqa: S105
    FAIL = "fail"


class ErrorAction(StrEnum):
    """What a check without data, an error on our side, or a probe that does not fit becomes."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"


class RollbackMode(StrEnum):
    """What becomes of an alias that does not go back after a failed deployment."""

    VERIFY = "verify"
    ENFORCE = "enforce"


class OnKnownBad(StrEnum):
    """What becomes of a candidate whose code was refused before."""

    REFUSE = "refuse"
    JUDGE = "judge"


class Basis(StrEnum):
    """What a relative duration check compares."""

    SLOWDOWN = "slowdown"
    P95 = "p95"


class EventKind(StrEnum):
    """What calls the function, and so the shape of the event that it gets."""

    HTTP_API = "http-api"
    REST_API = "rest-api"
    FUNCTION_URL = "function-url"
    ALB = "alb"
    SQS = "sqs"
    SNS = "sns"
    S3 = "s3"
    EVENTBRIDGE = "eventbridge"
    SCHEDULE = "schedule"
    DYNAMODB_STREAM = "dynamodb-stream"
    KINESIS = "kinesis"
    COGNITO = "cognito"
    APPSYNC = "appsync"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which targets a policy is for; shell-style patterns."""

    function: str = "*"
    alias: str = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Warm:
    """How the candidate is warmed before it is measured."""

    environments: int = 20
    rounds: int = 3
    """Warm calls an environment gets, after its cold one, before anything is measured."""
    provisioned: Provisioned = Provisioned.WAIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What an answer must look like."""

    jmespath: str | None = None
    """Must evaluate to true on the parsed answer."""
    error_type: str | None = None
    """The function error that this probe provokes on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event that AWS sends, by its kind and the fields that were written of it; `events` renders it."""

    kind: EventKind
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A named payload and what its answer must look like."""

    name: str
    weight: int = 1
    payload: Any = field(default_factory=dict)
    """A JSON value."""
    payload_file: str | None = None
    event: Event | None = field(default=None, repr=False)
    """What `payload` was rendered from; not in the repr, by which a refused policy is known again."""
    expect: Expect = Expect()
    repeatable: bool = False
    """Whether a call may be made again whose answer was lost: it may have run already."""
    tenant: str | None = None
    """Whose environments are called, of a function with tenant isolation."""


DEFAULT_PROBES = (Probe(name="default"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentileLimit:
    """An allowed value of a percentile: "p95 <= 400 ms" means that at most 5 % of calls are slower."""

    percentile: float
    """Between 0 and 1: 0.95 is p95."""
    limit_ms: float

    @property
    def name(self) -> str:
        """Return the policy's word for the percentile: p50, p95, p99.9."""
        return f"p{self.percentile * 100:.6g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Absolute limits on the candidate; what is absent is not checked."""

    init: tuple[PercentileLimit, ...] = ()
    first_response: tuple[PercentileLimit, ...] = ()
    """On init (or restore) and then the duration of that same call: what the first caller waits for."""
    duration: tuple[PercentileLimit, ...] = ()
    error_ratio: float | None = 0.0
    memory_ratio: float | None = None
    certify: bool = False
    """Whether a duration check passes only when "p95 <= limit" is proven at 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioLimit:
    """An allowed ratio to the baseline."""

    statistic: str
    """`median`, or a percentile's name."""
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """Limits relative to the baseline, measured in the same rounds."""

    init: RatioLimit | None = None
    first_response: RatioLimit | None = None
    duration: RatioLimit | None = None
    basis: Basis = Basis.SLOWDOWN
    error_margin: float | None = None
    """How much larger the share of failed calls may be."""

    @property
    def needs_baseline(self) -> bool:
        """Return whether anything is compared."""
        return self.of_cold_starts or self.in_rounds

    @property
    def of_cold_starts(self) -> bool:
        """Return whether cold starts of both versions are compared."""
        return self.init is not None or self.first_response is not None

    @property
    def in_rounds(self) -> bool:
        """Return whether warm calls of both versions are compared, round by round."""
        return self.duration is not None or self.error_margin is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """Limits on live traffic while it shifts; read by what runs after the shift has begun."""

    duration: RatioLimit | None = None
    error_ratio: float | None = None
    cold_start_ratio: float | None = None
    grace_ms: float = 30_000.0
    """From the new version's first call on, a slowness that fades is forgiven for so long."""
    subscribe: bool = False
    """Whether the guard may subscribe to the function's log while traffic shifts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What becomes of a check that could not decide."""

    inconclusive: OnInconclusive = OnInconclusive.HALF
    no_data: ErrorAction = ErrorAction.FAIL
    error: ErrorAction = ErrorAction.FAIL
    probe_unfit: ErrorAction = ErrorAction.FAIL
    """What a probe becomes that the version that serves now fails in the same way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a judgement may spend."""

    invocations: int = 460
    seconds: float = 300.0
    cost_usd: float = 2.0
    """A default judgement of a fast function costs about a cent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepWarm:
    """How many environments are kept warm by calls, and when; `model.hours` reads both texts."""

    environments: int
    every: str = "5m"
    only: str | None = None
    """Hours of the week; all of it where they are absent."""
    reserved_ratio: float = 0.1
    """Of the function's reserved concurrency, what these calls take at most at once."""


EVERY = 10
"""Minutes between the looks of a bake that names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bake:
    """For how long live traffic is judged after a deployment has succeeded, and how often."""

    minutes: int
    every_minutes: int = EVERY


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A whole policy."""

    name: str
    match: tuple[Match, ...] = ()
    pinned: bool = False
    """Whether a function's tag cannot choose another policy; counts for bundled policies alone."""
    mode: Mode = Mode.ENFORCE
    warm: Warm = Warm()
    probes: tuple[Probe, ...] = DEFAULT_PROBES
    """Never empty: what names no probe calls the function with an empty object."""
    limits: Limits = Limits()
    compare: Compare = Compare()
    live: Live = Live()
    bake: Bake | None = None
    """None where nothing is judged once a deployment has succeeded."""
    keep_warm: KeepWarm | None = None
    """None where nobody keeps anything warm; no judgement reads it."""
    when: When = When()
    budget: Budget = Budget()
    rollback: RollbackMode = RollbackMode.VERIFY
    known_bad: OnKnownBad = OnKnownBad.REFUSE
    store_payloads: bool = False
    """Whether reports may hold payloads and answers; they may be secret, so the default is no."""
