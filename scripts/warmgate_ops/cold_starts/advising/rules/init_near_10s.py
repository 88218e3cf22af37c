"""An init that comes near the ten seconds after which Lambda runs it again."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.function import function_of
from warmgate_ops.cold_starts.advising.saying import Advised, Gain, Rank, Rule, no_issue
from warmgate_ops.cold_starts.advising.wording import cold_count, counted, waited
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

LIMIT_MS, NEAR = 10_000.0, 0.8


def _in_account(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    cold = see(function.cold)
    init = see(cold.init)
    if init.most < NEAR * LIMIT_MS:
        yield no_issue(
            function.place, f"init limit ({init.most / 1000:.3g} of 10 s at most in {counted(cold.cold, 'cold start')})"
        )
        return
    again = f"; {cold.suppressed:,} inits ran again inside a call" if cold.suppressed else ""
    yield Advised(
        place=function.place,
        message=f"slowest init {waited(init.most)} of 10 s, p95 {waited(init.p95)} ({cold_count(cold)}){again}",
        rank=Rank.HIGH if cold.enough and init.p95 >= NEAR * LIMIT_MS else Rank.MEDIUM,
        gain=Gain.ESTIMATED,
        gained="an init that is cut at 10 s is waited for twice: once until it is cut, once inside the first call",
        cold=cold.cold,
    )


RULE = Rule(
    id="init-near-10s",
    title="Init comes near 10 seconds",
    severity=Severity.WARNING,
    why="An on-demand init is cut at 10 s and run again inside the first call, under the function's timeout. With"
    " provisioned concurrency and SnapStart it may take 130 s, or the timeout where that is longer, up to 900 s.",
    fix="take work out of init; where that is not possible, SnapStart or provisioned concurrency give it more time",
    sources=(
        "Understanding the Lambda execution environment lifecycle (AWS Lambda Developer Guide)",
        "aws/aws-lambda-web-adapter#35",
    ),
    measure="warmgate cold imports {name} --old {before} --new {version}",
    risk="what leaves init is waited for in the first call that needs it",
    in_account=_in_account,
)
