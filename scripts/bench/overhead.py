"""What an invocation costs the caller: CPU, rate and memory, against a bare boto3 loop on the same stub."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.stub import stub_endpoint

CONCURRENCY = 20
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "123456789012", "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": "us-east-1"}


def measure_overhead(rounds: int = 3) -> list[tuple[str, str, str]]:
    """Return rows (what, measured, goal); ours and the bare loop take turns, the best of each counts."""
    with stub_endpoint() as url:
        runs = [(_child("warmgate", 4000, url), _child("bare", 4000, url)) for _ in range(rounds)]
        ours = min((run for run, _ in runs), key=lambda run: run["cpu_ms"])
        bare = min((run for _, run in runs), key=lambda run: run["cpu_ms"])
        small, large = _child("warmgate", 1000, url), _child("warmgate", 10_000, url)
    grown = large["peak_mb"] - small["peak_mb"]
    return [
        (
            "CPU per invocation",
            f"{ours['cpu_ms']:.2f} ms, {ours['cpu_ms'] / bare['cpu_ms']:.2f}x of a bare boto3 loop",
            "<= 1.1 ms",
        ),
        (
            "invocations per second",
            f"{ours['rate']:.0f}/s, {ours['rate'] / bare['rate']:.2f}x of a bare boto3 loop",
            ">= 800/s",
        ),
        ("peak memory, 10,000 against 1,000 invocations", f"{grown:+.1f} MB ({large['peak_mb']:.0f} MB)", "<= 10 MB"),
    ]


def _child(kind: str, calls: int, url: str) -> dict[str, float]:
    """Run one measurement in a fresh process, so that neither memory nor caches are shared."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.overhead", kind, str(calls), url],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={**os.environ, **CREDENTIALS},
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _warmgate(url: str) -> Any:
    from warmgate.adapters.invoker import LambdaInvoker
    from warmgate.adapters.sdk import Clients
    from warmgate.adapters.waiting import SystemClock, ThreadOverlap
    from warmgate.model.calls import Arm, Phase, Sample
    from warmgate.model.deadline import Deadline
    from warmgate.planning import Call, Round
    from warmgate.policy.values import Probe
    from warmgate.probing.rounds import ArmVersion, Prober

    clock = SystemClock()
    invoker = LambdaInvoker(Clients(url).invoking(CONCURRENCY), clock)
    version = ArmVersion(function="f", version="2", timeout_s=10)
    prober = Prober(invoker, ThreadOverlap(), {Arm.CANDIDATE: version})
    planned = Round(Phase.MEASURED, 1, (Call(Arm.CANDIDATE, Probe(name="p")),) * CONCURRENCY)

    def run(count: int) -> None:
        samples: tuple[Sample, ...] = ()
        for number in range(1, count // CONCURRENCY + 1):
            samples += prober.run(replace(planned, number=number), Deadline(clock.now_ms() + 60_000)).samples

    return run


def _bare(url: str) -> Any:
    import boto3
    from botocore.config import Config

    client = boto3.client("lambda", endpoint_url=url, config=Config(max_pool_connections=CONCURRENCY))
    pool = ThreadPoolExecutor(CONCURRENCY)

    def call(_index: int) -> bytes:
        answer = client.invoke(FunctionName="f", Qualifier="2", LogType="Tail", Payload=b"{}", ClientContext="e30=")
        body: bytes = answer["Payload"].read()
        return body

    return lambda count: list(pool.map(call, range(count)))


def _main(kind: str, calls: int, url: str) -> None:
    run = {"warmgate": _warmgate, "bare": _bare}[kind](url)
    run(200)
    cpu, wall = time.process_time(), time.perf_counter()
    run(calls)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak_mb = _peak_mb()
    print(json.dumps({"cpu_ms": cpu / calls * 1000, "rate": calls / wall, "peak_mb": peak_mb}), flush=True)
    os._exit(0)


def _peak_mb() -> float:
    """Return this process's own peak; ru_maxrss would still hold the parent's from before exec on Linux."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
