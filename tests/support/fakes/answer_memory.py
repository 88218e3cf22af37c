"""A process of its own that makes 40 overlapping calls and prints its peak memory in MB and how the calls ended."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import botocore.session

from support.fakes.lambda_stub import CREDENTIALS
from warmgate.adapters.invoker import LambdaInvoker
from warmgate.adapters.sdk import invoke_config
from warmgate.adapters.waiting import SystemClock, ThreadOverlap
from warmgate.model.calls import Arm, Phase
from warmgate.model.deadline import Deadline
from warmgate.planning import Call, Round
from warmgate.policy.values import Expect, Probe
from warmgate.probing.rounds import ArmVersion, Prober


def main(url: str, expression: str) -> None:
    """Call, judge the answers by an expression, print."""
    client = botocore.session.Session().create_client(
        "lambda", config=invoke_config(100), endpoint_url=url, region_name="us-east-1", **CREDENTIALS
    )
    clock = SystemClock()
    version = ArmVersion(function="big", version="7", timeout_s=10)
    prober = Prober(LambdaInvoker(client, clock), ThreadOverlap(), {Arm.CANDIDATE: version})
    probe = Probe(name="big", expect=Expect(jmespath=expression or None))
    result = prober.run(Round(Phase.PREWARM, 1, (Call(Arm.CANDIDATE, probe),) * 40), Deadline(clock.now_ms() + 120_000))
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert peak is not None
    print(int(peak[1]) // 1024, *sorted({sample.outcome.value for sample in result.samples}), len(result.samples))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
