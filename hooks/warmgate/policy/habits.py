"""Keys that other tools have, answered with what says the same in a policy."""

from __future__ import annotations

import re
from typing import Final

_DURATION: Final = "write `limits: {duration: {p95: 400ms}}`, with your percentile and time"
_INIT: Final = "write `limits: {init: {p95: 1s}}`, with your percentile and time"
_FIRST: Final = "write `limits: {first_response: {p95: 1800ms}}`, with your percentile and time"
_ERRORS: Final = "write `limits: {errors: {rate: 0.5%}}`, with your share"
_MEMORY: Final = "write `limits: {memory: {max: 85%}}`, with your share"
_COMPARE: Final = "write `compare: {duration: {p95: 1.2x}}`, with your ratio"
_MEASURES: Final = (
    (r"latenc(?:y|ies)|(?:response|request)_?(?:time|duration)|durations?|http_req_duration", _DURATION),
    (r"cold_?starts?|init(?:_?duration)?|startup(?:_?time)?|restore", _INIT),
    (r"(?:first|cold)_?(?:calls?|answers?|responses?|requests?|invocations?)|ttfb|time_?to_?first_?byte", _FIRST),
    (r"errors?|error_?rate|failures?|failure_?rate|http_req_failed|success_?rate|max_?errors?", _ERRORS),
    (r"(?:max_?)?memory(?:_?(?:used|usage|max|size))?", _MEMORY),
    (r"baseline|canary|comparison|relative|regression", _COMPARE),
)
_TOP: Final = (
    (r"name|id|title", "write `policy:` before the name"),
    (
        r"thresholds?|slos?|objectives?|metrics|checks|criteria",
        "write `limits:`, with duration, init, errors and memory",
    ),
    *_MEASURES,
    (r"time_?out|max_?(?:time|duration)|time_?limit", "write `budget: {seconds: 300}`, with your time in seconds"),
    (r"(?:max_?)?(?:invocations|calls|requests|cost)", "write it below `budget:`, as invocations or cost_usd"),
    (r"dry_?run|report_?only|warn_?only", "write `mode: observe`"),
    (r"functions?|targets?|alias(?:es)?", "write `match: [{function: NAME, alias: NAME}]`"),
    (r"events?|payloads?|requests?|tests?", "write `probes: [{name: NAME, payload: {}}]`, with each payload"),
    (r"warm_?up|concurrency|environments?|prewarm", "write `warm: {environments: 20}`, with your number"),
    (r"rollback_?on_?fail(?:ure)?|auto_?rollback", "write `rollback: enforce`"),
)
_LIMITS: Final = tuple((pattern, fix.replace("`limits: {", "`").replace("}}`", "}`")) for pattern, fix in _MEASURES[:5])
_MEDIAN: Final = (
    (r"p50|med|p_?50", "write median"),
    (r"p[\d.]+", "the median alone is compared: write median"),
)
_HABITS: Final = {
    "": _TOP,
    "limits": (*_LIMITS, _MEASURES[5]),
    "compare": (
        (_MEASURES[0][0], "write `duration: {p95: 1.2x}`, with your ratio"),
        (_MEASURES[1][0], "write `init: {median: 1.2x}`, with your ratio"),
        (_MEASURES[2][0], "write `first_response: {median: 1.2x}`, with your ratio"),
        (_MEASURES[3][0], "write `errors: {rate: +1%}`, with what may fail more than before"),
        (_MEASURES[4][0], f"memory is not compared: {_MEMORY}"),
    ),
    "compare.init": _MEDIAN,
    "compare.first_response": _MEDIAN,
    "compare.duration": (
        (r"p[\d.]+|median", "the 95th percentile alone is compared: write p95, or set a limit in limits.duration"),
    ),
}
_TALKS: Final = re.compile(r"[- ]")


def habit_fix(path: str, key: str) -> str | None:
    """Return what to write instead of a key that other tools have here; None where it is none of theirs."""
    word = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key[:60])
    word = _TALKS.sub("_", word).lower()
    return next((fix for pattern, fix in _HABITS.get(path, ()) if re.fullmatch(pattern, word)), None)
