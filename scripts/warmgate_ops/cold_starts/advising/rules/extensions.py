"""Extensions: processes of their own that init waits for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.function import function_of
from warmgate_ops.cold_starts.advising.saying import Advised, Rank, Rule, no_issue
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

KNOWN = re.compile(
    r"datadog-extension|newrelic|lambdainsightsextension|appconfig-extension|parameters-and-secrets|dynatrace|lumigo"
    r"|aws-otel|opentelemetry|sentry|splunk|honeycomb|elastic-apm-extension|coralogix|instana|appdynamics|sumologic"
    r"|lambda-extension|lambdaadapterlayer|logzio|epsagon|thundra|solarwinds|cloudwatch-agent|applicationsignals",
    re.IGNORECASE,
)
"""Names of public layers that hold an extension, or an agent that runs in init."""


def _look(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    layers = see(function.layers)
    named = [(place, layer.name) for place, layer in enumerate(layers, 1) if KNOWN.search(layer.name)]
    if not named:
        yield no_issue(function.place, "extensions: no layer's name says that it holds one")
        return
    names = ", ".join(f"{name} (layer {place})" for place, name in named)
    yield Advised(
        place=function.line_of("Layers"),
        message=f"{names}: an extension or agent starts in init; how much of it that takes is not known",
        rank=Rank.MEDIUM,
        names={"layer": str(named[0][0])},
    )


RULE = Rule(
    id="extensions",
    title="An extension starts in init",
    severity=Severity.INFO,
    why="Init ends when the runtime and every extension have asked for the first event, and extensions share the"
    " function's memory and CPU. Their share of an init is known only by a run without them.",
    fix="measure without it, then weigh what it tells against what it takes; send less telemetry, or in the background",
    sources=("Using the Lambda Extensions API to create extensions (AWS Lambda Developer Guide)",),
    measure="warmgate cold sweep {name} {version_option} --without-layer {layer} --probes policy.yaml",
    risk="without it its logs, metrics, traces, secrets or settings are missing",
    in_account=_look,
    in_template=_look,
)
