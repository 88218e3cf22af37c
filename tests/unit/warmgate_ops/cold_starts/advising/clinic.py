"""A clinic of functions in service, made of calls: ten with one planted fault each, ten without any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from warmgate_ops.cold_starts.advising.facts import DAY_MS, ColdFacts, cold_facts
from warmgate_ops.cold_starts.advising.function import Concurrency, Function, Layer
from warmgate_ops.cold_starts.advising.package.contents import Inspected
from warmgate_ops.cold_starts.advising.package.lint import AtImport, Kind
from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.doctor.findings import Place

NOW_MS = 1_790_000_000_000.0
DAYS = 7.0
TODAY = date(2026, 11, 27)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Calls of one version, none of which overlaps another unless `at_once` is above one."""

    version: str = "7"
    cold: int = 20
    warm: int = 2_180
    init_ms: float = 300.0
    cold_ms: float = 45.0
    warm_ms: float = 20.0
    memory_mb: int = 512
    used_mb: float = 140.0
    at_once: int = 1
    beginning: Beginning = Beginning.COLD
    served: Beginning = Beginning.WARM


def calls_of(traffic: Traffic) -> Iterator[Call]:
    """Yield the calls, spread over the window; every so many of them is cold."""
    count = traffic.cold + traffic.warm
    every = max(1, count // max(1, traffic.cold))
    step = DAYS * DAY_MS * 0.98 / max(1, -(-count // traffic.at_once))
    for place in range(count):
        is_cold = place % every == 0 and place // every < traffic.cold
        took = traffic.cold_ms if is_cold else traffic.warm_ms
        yield Call(
            function="shop",
            version=traffic.version,
            environment=f"{traffic.version}-{place}",
            beginning=traffic.beginning if is_cold else traffic.served,
            ended_ms=NOW_MS - DAYS * DAY_MS + step * (place // traffic.at_once + 1),
            duration_ms=took + place % 5,
            init_ms=traffic.init_ms + place % 7 if is_cold else None,
            billed_ms=took,
            memory_mb=traffic.memory_mb,
            max_memory_mb=traffic.used_mb,
        )


def facts_of(traffic: Traffic) -> ColdFacts:
    """Return what the calls say."""
    return cold_facts(calls_of(traffic), traffic.version, NOW_MS - DAYS * DAY_MS, NOW_MS)


HEALTHY = Function(
    name="shop",
    qualifier="live",
    place=Place(name="lambda:shop:live"),
    today=TODAY,
    runtime="nodejs24.x",
    image=False,
    architecture="arm64",
    memory_mb=512,
    timeout_s=10,
    storage_mb=512,
    vpc=False,
    efs=False,
    snap_start=False,
    published=True,
    handler="app.handler",
    hides_reports=False,
    layers=(),
    code_bytes=2_000_000,
    provisioned=0,
    concurrency=Concurrency(account=1_000, unreserved=1_000),
    events=(),
    cold=facts_of(Traffic()),
)


def but(**changes: Any) -> Function:
    """Return the healthy function with some facts changed."""
    return replace(HEALTHY, **changes)


ID_AT_IMPORT = AtImport(file="app.py", line=12, call="uuid.uuid4", kind=Kind.UNIQUE)
PACKAGE = Inspected(source="shop", bytes=3_000_000, files=12, is_python=True, modules=3)
FAULTY: dict[str, Function] = {
    "memory": but(cold=facts_of(Traffic(cold_ms=420.0))),
    "init-work": but(cold=facts_of(Traffic(init_ms=934.0)), before=facts_of(Traffic(version="6", init_ms=512.0))),
    "extensions": but(layers=(Layer(arn="arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension-ARM:65"),)),
    "snapstart": but(runtime="python3.13", cold=facts_of(Traffic(init_ms=934.0, cold=19)), package=PACKAGE),
    "log-level": but(hides_reports=True, cold=None),
    "init-near-10s": but(timeout_s=30, cold=facts_of(Traffic(init_ms=8_900.0, cold_ms=900.0, cold=21))),
    "timeout-below-init": but(timeout_s=3, cold=facts_of(Traffic(init_ms=3_400.0))),
    "pc-not-needed": but(provisioned=10, cold=facts_of(Traffic(cold=0, served=Beginning.PROVISIONED))),
    "latest-used-by-callers": but(unpublished=facts_of(Traffic(version="$LATEST", cold=6, warm=300))),
    "snapstart-uniqueness": but(
        runtime="python3.13",
        snap_start=True,
        cold=facts_of(Traffic(beginning=Beginning.RESTORED)),
        package=replace(PACKAGE, at_import=(ID_AT_IMPORT,)),
    ),
}
"""By the rule that must name the fault."""
CLEAN: dict[str, Function] = {
    "node": HEALTHY,
    "python with a package": but(runtime="python3.13", package=PACKAGE),
    "java with SnapStart": but(runtime="java21", snap_start=True, cold=facts_of(Traffic(beginning=Beginning.RESTORED))),
    "image": but(runtime="", image=True, code_bytes=None),
    "VPC": but(vpc=True),
    "provisioned and used": but(provisioned=4, cold=facts_of(Traffic(cold=0, at_once=4, served=Beginning.PROVISIONED))),
    "reserved with room": but(concurrency=Concurrency(reserved=40, account=1_000, unreserved=960)),
    "too few": but(cold=facts_of(Traffic(cold=4, init_ms=2_000.0, cold_ms=900.0))),
    "plenty of memory": but(memory_mb=3_008, cold=facts_of(Traffic(memory_mb=3_008))),
    "nothing called": but(cold=facts_of(Traffic(cold=0, warm=0)), unpublished=None),
}
