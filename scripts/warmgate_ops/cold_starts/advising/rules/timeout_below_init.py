"""A timeout into which an init that is run again inside a call does not fit."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.function import function_of
from warmgate_ops.cold_starts.advising.saying import Advised, Rank, Rule, no_issue
from warmgate_ops.cold_starts.advising.wording import by_default, cold_count, counted, waited
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

ROOM = 1.2
SLOW_STARTERS = ("java", "dotnet")


def _in_account(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    cold, timeout_s = see(function.cold), see(function.timeout_s)
    init = see(cold.init)
    slow_ms, words = (init.p95, "p95") if cold.enough else (init.most, "at most")
    if timeout_s * 1000 >= ROOM * slow_ms:
        reason = f"timeout ({timeout_s} s, init {words} {waited(slow_ms)} in {counted(cold.cold, 'cold start')})"
        yield no_issue(function.place, reason)
        return
    seen = f"; {cold.suppressed:,} inits ran again, {cold.timeouts:,} calls timed out" if cold.suppressed else ""
    yield Advised(
        place=function.place,
        message=f"timeout {timeout_s} s, init {words} {waited(slow_ms)} ({cold_count(cold)}){seen}",
        rank=Rank.HIGH if cold.enough else Rank.MEDIUM,
        change=function.change(Timeout=str(_wanted(slow_ms))),
        cold=cold.cold,
    )


def _in_template(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    timeout_s, runtime = see(function.timeout_s), see(function.runtime)
    starts_slowly = runtime.startswith(SLOW_STARTERS) or function.image
    if timeout_s > 3 or not starts_slowly:
        return
    what = runtime or "a container image"
    yield Advised(
        place=function.line_of("Timeout"),
        message=f"timeout {timeout_s} s{by_default(function, 'Timeout')} with {what}: an init that is run again inside"
        f" a call must fit into it",
        rank=Rank.LOW,
        change=function.change(Timeout="10"),
    )


def _wanted(init_ms: float) -> int:
    return max(3, round(init_ms * 2 / 1000) + 1)


RULE = Rule(
    id="timeout-below-init",
    title="The timeout is shorter than an init that is run again",
    severity=Severity.WARNING,
    why="After a crash, a timeout or an init beyond 10 s the init runs inside the next call, under the function's"
    " timeout. One that does not fit is cut and begun again with every call: the environment never recovers.",
    fix="set the timeout to more than init and call together",
    sources=("Understanding the Lambda execution environment lifecycle (AWS Lambda Developer Guide)",),
    measure="warmgate cold find {name}",
    risk="a call that hangs is billed for longer",
    in_account=_in_account,
    in_template=_in_template,
)
