"""A log level or format that hides what cold starts are counted by."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.function import function_of
from warmgate_ops.cold_starts.advising.saying import Advised, Rank, Rule, no_issue
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom


def _look(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    place = function.line_of("LoggingConfig")
    if not see(function.hides_reports):
        yield no_issue(place, "log level (reports are written)")
        return
    yield Advised(
        place=place,
        message="log format JSON at system log level WARN: no report of a successful call, so no cold start is seen",
        rank=Rank.MEDIUM,
        change=function.change(LoggingConfig="{LogFormat: JSON, SystemLogLevel: INFO}"),
    )


RULE = Rule(
    id="log-level",
    title="The log level hides cold starts",
    severity=Severity.INFO,
    why="At system log level WARN Lambda writes no report of a successful call: neither its init nor its duration is in"
    " the log, and no cold start can be found, explained or compared.",
    fix="set LoggingConfig.SystemLogLevel to INFO",
    sources=("Configuring JSON and plain text log formats: log-level filtering (AWS Lambda Developer Guide)",),
    measure="warmgate cold find {name}",
    risk="a line a call more in the log, which CloudWatch Logs bills",
    in_account=_look,
    in_template=_look,
)
