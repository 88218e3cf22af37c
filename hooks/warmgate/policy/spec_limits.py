"""The keys of a policy that set limits: absolute ones, ones relative to the baseline, and ones on live traffic."""

from __future__ import annotations

from warmgate.policy.kinds import Flag, Measure, RatioOf, Word
from warmgate.policy.percentiles import OnePercentile, Percentiles
from warmgate.policy.rules import LIMITS_GROW
from warmgate.policy.sections import INLINE, Key, Section
from warmgate.policy.units import ADDED_SHARE, DURATION, PERCENT, RATIO, SMALL_SHARE
from warmgate.policy.values import Basis, Compare, Limits, Live

_DURATION = Measure(unit=DURATION, least=0, most=900_000, least_allowed=False)
_FAILED_SHARE = Measure(unit=PERCENT, least=0, most=1, most_allowed=False, example=SMALL_SHARE)
_COLD_SHARE = Measure(unit=PERCENT, least=0, most=1, most_allowed=False, example="5%")
_RATIO = Measure(unit=RATIO, least=1, most=100, least_allowed=False)

NONE_MAY_FAIL = (
    "`0%` means none: a second failed call refuses the release, and so does one alone, unless its probe, called again,"
    " fails in none of 92 other calls: at most 5 % of its calls fail then (95 % confidence), and the check passes with"
    " a warning."
)
"""The rule of an error rate of 0 %, which holds for unexpected answers too."""

LIMITS = Section(
    Key(
        name="init",
        kind=Percentiles(_DURATION, rules=(LIMITS_GROW,)),
        text="Limits on the init duration of cold starts, or on the restore duration with SnapStart.",
    ),
    Key(
        name="first_response",
        kind=Percentiles(_DURATION, rules=(LIMITS_GROW,)),
        text="Limits on what the first caller of an environment waits for: init (or restore), and then the duration of"
        " that same call. Work that is deferred out of the init into the first call counts here.",
    ),
    Key(
        name="duration",
        kind=Percentiles(_DURATION, rules=(LIMITS_GROW,)),
        text="Limits on the duration of warm calls, as the platform reports it: `p95: 400ms` allows 5 % of the"
        " calls to take longer.",
    ),
    Key(
        name="errors",
        field=INLINE,
        text="Limit on calls that end in an error or a timeout.",
        kind=Section(
            Key(
                name="rate",
                field="error_ratio",
                kind=Measure(unit=PERCENT, least=0, most=1, most_allowed=False, none_word="any", example=SMALL_SHARE),
                text=f"Share of calls that may fail. {NONE_MAY_FAIL} `any` leaves errors unchecked.",
            ),
        ),
    ),
    Key(
        name="memory",
        field=INLINE,
        text="Limit on the memory used.",
        kind=Section(
            Key(
                name="max",
                field="memory_ratio",
                kind=Measure(unit=PERCENT, least=0, most=1, least_allowed=False),
                text="Peak memory of any call, as a share of the memory configured.",
            ),
        ),
    ),
    Key(
        name="certify",
        kind=Flag(),
        text="Whether a duration limit passes only once it is proven with 95 % confidence. That takes more calls,"
        " and ends inconclusive more often.",
    ),
    build=Limits,
)
COMPARE = Section(
    Key(
        name="init",
        field=INLINE,
        text="Limit on the init duration of cold starts.",
        kind=Section(
            Key(
                name="median",
                field="init",
                required=True,
                kind=RatioOf("median", _RATIO),
                text="Allowed ratio of the median init duration to the baseline's.",
            ),
        ),
    ),
    Key(
        name="first_response",
        field=INLINE,
        text="Limit on the first responses of cold starts: init (or restore), and then the duration of that same call.",
        kind=Section(
            Key(
                name="median",
                field="first_response",
                required=True,
                kind=RatioOf("median", _RATIO),
                text="Allowed ratio of the median first response to the baseline's.",
            ),
        ),
    ),
    Key(
        name="duration",
        field=INLINE,
        text="Limit on the duration of warm calls.",
        kind=Section(
            Key(
                name="p95",
                field="duration",
                required=True,
                kind=RatioOf("p95", _RATIO),
                text="Allowed ratio of the 95th percentile to the baseline's.",
            ),
            Key(
                name="basis",
                kind=Word(Basis),
                text="What must be beyond the ratio to refuse, besides the tail: `slowdown` takes the median or the"
                " p95, `p95` the p95 alone.",
            ),
        ),
    ),
    Key(
        name="errors",
        field=INLINE,
        text="Limit on failed calls.",
        kind=Section(
            Key(
                name="rate",
                field="error_margin",
                required=True,
                kind=Measure(unit=ADDED_SHARE, least=0, most=1, most_allowed=False),
                text="How much more of the candidate's calls may fail than of the baseline's, in percent of all calls:"
                " `+0%` is no more, `+1%` is 3 % where the baseline fails 2 %. It refuses what is surely worse. Beside"
                " `limits.errors.rate`, whose default refuses any two failures: `any` leaves errors to this one.",
            ),
        ),
    ),
    build=Compare,
)
LIVE = Section(
    Key(
        name="duration",
        kind=OnePercentile(_RATIO),
        text="Allowed ratio of one percentile of the duration to the baseline's.",
    ),
    Key(
        name="errors",
        field=INLINE,
        text="Limit on failed calls.",
        kind=Section(
            Key(
                name="rate",
                field="error_ratio",
                kind=_FAILED_SHARE,
                text="Share of live calls that may fail. `0%` means none: a second failed call refuses, and so does one"
                " alone in the end, unless it is one of 283 calls or more: at most 1.67 % of them fail then (95 %"
                " sure), and the check passes with a warning.",
            ),
        ),
    ),
    Key(
        name="cold_starts",
        field=INLINE,
        text="Limit on cold starts.",
        kind=Section(
            Key(
                name="share",
                field="cold_start_ratio",
                kind=_COLD_SHARE,
                text="Share of live calls that may meet a cold start. `0%` means none, as for `live.errors.rate`.",
            ),
        ),
    ),
    Key(
        name="grace",
        field="grace_ms",
        kind=Measure(unit=DURATION, least=0, most=3_600_000),
        text="For so long after the new version's first live call a slowness that fades, as that of a cold cache which"
        " its environments share, stops and refuses nothing. One that stays or grows does.",
    ),
    Key(
        name="subscribe",
        kind=Flag(),
        text="Whether the guard may make a subscription filter on the function's log group while traffic shifts, which"
        " it removes at the end. It needs the stack's `LiveSource` to be `subscription`; else the log is polled.",
    ),
    build=Live,
)
