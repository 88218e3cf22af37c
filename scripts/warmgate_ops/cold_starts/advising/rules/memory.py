"""Memory, which is CPU: too little of it lengthens the first call, and a smaller size starts no faster."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.costs import duration_usd, priced
from warmgate_ops.cold_starts.advising.facts import ColdFacts
from warmgate_ops.cold_starts.advising.function import VCPU_MB, Function, function_of
from warmgate_ops.cold_starts.advising.saying import Advised, Gain, Rank, Rule, no_issue, not_advised
from warmgate_ops.cold_starts.advising.wording import by_default, cold_count, waited
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

LEAST_MS, LEAST_SHARE, CLEAR_SHARE, FULL = 100.0, 0.2, 0.25, 0.9
SMALL_MB = 256


def _in_account(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    memory_mb, cold = see(function.memory_mb), see(function.cold)
    used = cold.max_memory_mb
    if used is not None and used >= FULL * memory_mb:
        yield _full(function, cold, memory_mb, used)
    known = see(function.known_cold())
    overhead, together = see(known.overhead_ms), see(known.first).median
    if memory_mb < VCPU_MB and overhead >= LEAST_MS and overhead >= LEAST_SHARE * together:
        yield _slow_first_call(function, known, memory_mb, overhead)
        return
    yield no_issue(function.place, f"memory: the first call adds {waited(max(0.0, overhead))} at {memory_mb} MB")
    if used is not None and used < memory_mb / 2:
        yield not_advised(
            function.place, f"less memory ({used:.0f} of {memory_mb} MB used): no start gets faster by it"
        )


def _slow_first_call(function: Function, cold: ColdFacts, memory_mb: int, overhead_ms: float) -> Advised:
    wanted = 1024 if memory_mb < 1024 else VCPU_MB
    together = see(cold.first).median
    used = f", max used {cold.max_memory_mb:.0f} MB" if cold.max_memory_mb is not None else ""
    usd = [
        duration_usd(cold, mb / 1024, function.architecture or "x86_64", function.prices) for mb in (memory_mb, wanted)
    ]
    more = usd[1] - usd[0] if usd[0] is not None and usd[1] is not None else None
    saved = overhead_ms * (1 - memory_mb / wanted)
    return Advised(
        place=function.place,
        message=f"the first call takes {waited(overhead_ms)} more than a warm one at {memory_mb} MB"
        f" ({memory_mb / VCPU_MB:.2g} vCPU){used}: {overhead_ms / together:.0%} of a first response"
        f" ({cold_count(cold)})",
        rank=Rank.HIGH if overhead_ms >= CLEAR_SHARE * together else Rank.MEDIUM,
        gain=Gain.ESTIMATED,
        gained=f"{waited(saved)} of each first call at {wanted} MB, if it computes rather than waits:"
        f" {overhead_ms:.0f} ms x (1 - {memory_mb}/{wanted})",
        usd_month=more,
        cost=f"at most, if calls get no shorter; {priced(function.prices)}" if more is not None else "",
        change=function.change(MemorySize=str(wanted)),
        cold=cold.cold,
    )


def _full(function: Function, cold: ColdFacts, memory_mb: int, used: float) -> Advised:
    return Advised(
        place=function.place,
        message=f"max used {used:.0f} of {memory_mb} MB in {cold.calls:,} calls: little is left",
        rank=Rank.MEDIUM,
        gained="a call that needs more ends its environment, and the next one is a cold start",
        change=function.change(MemorySize=str(_next_size(memory_mb))),
        cold=cold.cold,
    )


def _next_size(memory_mb: int) -> int:
    return min(10_240, -(-memory_mb * 3 // 2 // 64) * 64)


def _in_template(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    memory_mb = see(function.memory_mb)
    if memory_mb > SMALL_MB or function.special:
        yield no_issue(function.line_of("MemorySize"), f"memory ({memory_mb} MB); measured by a sweep alone")
        return
    written = by_default(function, "MemorySize") or ("" if _is_written(function) else ", Lambda's default")
    yield Advised(
        place=function.line_of("MemorySize"),
        message=f"{memory_mb} MB{written}: {memory_mb / VCPU_MB:.2g} vCPU for the first call",
        rank=Rank.LOW,
        change=function.change(MemorySize="512"),
    )


def _is_written(function: Function) -> bool:
    return function.line_of("MemorySize") != function.place


RULE = Rule(
    id="memory",
    title="The memory gives the first call little CPU",
    severity=Severity.WARNING,
    why="CPU is in proportion to memory: one vCPU at 1,769 MB. An on-demand init is reported to run with more than that"
    " share, so that it often hardly depends on memory, while the first call does. A smaller size starts no faster. The"
    " boost is not documented by AWS, and was not measured there by Warmgate.",
    fix="measure the next sizes, and take the cheapest that keeps the limit",
    sources=(
        "Configure Lambda function memory (AWS Lambda Developer Guide)",
        "aws/aws-sdk-pandas#460",
        "Miserlou/Zappa#1974",
    ),
    measure="warmgate cold sweep {name} {version_option} --memory {sizes} --probes policy.yaml",
    risk="more memory costs more for each millisecond; what waits for others gets no shorter",
    in_account=_in_account,
    in_template=_in_template,
)
