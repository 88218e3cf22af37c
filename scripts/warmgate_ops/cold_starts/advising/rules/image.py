"""A container image."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.function import function_of
from warmgate_ops.cold_starts.advising.saying import Advised, Rank, Rule, no_issue
from warmgate_ops.cold_starts.advising.wording import cold_count, waited
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

SLOW_MS = 1_000.0


def _in_account(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    if not see(function.image):
        yield no_issue(function.place, "container image: it is a zip")
        return
    cold = see(function.known_cold())
    init = see(cold.init)
    if init.median < SLOW_MS:
        yield no_issue(function.place, f"container image: init median {waited(init.median)}")
        return
    message = f"container image with an init median of {waited(init.median)} ({cold_count(cold)})"
    yield Advised(place=function.place, message=message, rank=Rank.LOW, cold=cold.cold)


def _in_template(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    if see(function.image):
        reason = "container image: not slower than a zip by nature"
        yield no_issue(function.line_of("PackageType"), reason)


RULE = Rule(
    id="image",
    title="A container image starts slowly",
    severity=Severity.INFO,
    why="Images are loaded in parts and cached; the first starts after a push are reported to be slower."
    " Size alone does not say how long an init takes. SnapStart takes images with AWS's base image of Java, Python or"
    " .NET, with hooks of their own, or with a label that allows it.",
    fix="compare it with a zip of the same code where that fits into 250 MB; else use a base image of AWS, which is"
    " cached, and put what changes often last",
    sources=(
        "Create a Lambda function using a container image (AWS Lambda Developer Guide)",
        "Implementing SnapStart hooks for container images (AWS Lambda Developer Guide)",
    ),
    measure="warmgate cold measure {name} --before {version} --after NEXT --probes policy.yaml",
    risk="a zip has no system packages of its own, and 250 MB at most",
    in_account=_in_account,
    in_template=_in_template,
)
