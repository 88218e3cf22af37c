"""A log level at which Lambda reports no successful call."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see, some
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    described = facts.candidate().described
    if described.hides_report:
        place = Place(name=f"{facts.function_place}:{described.version}")
        yield Symptom(place=place, message="log format JSON at system log level WARN")


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    released = {release.function for release in some(template.releases)}
    for function in template.functions:
        if function.hides_reports and function.logical_id in released:
            place = Place(name=function.logical_id, file=template.source, line=function.line)
            yield Symptom(place=place, message="log format JSON at system log level WARN")


CHECK = Check(
    id="logs-hide-reports",
    title="The log level hides durations and cold starts",
    severity=Severity.WARNING,
    why="At WARN the platform does not report successful calls: durations are the caller's clock, at low"
    " concurrency, and"
    " a cold start cannot be distinguished from a warm one.",
    fix="set LoggingConfig.SystemLogLevel to INFO",
    sources=("Configuring JSON and plain text log formats: log-level filtering (AWS Lambda Developer Guide)",),
    in_account=_in_account,
    in_template=_in_template,
)
