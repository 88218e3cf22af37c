"""The hook's own prober on the local cloud: the same classes and client settings that are deployed."""

from __future__ import annotations

import botocore.session

from warmgate.adapters.invoker import LambdaInvoker
from warmgate.adapters.sdk import invoke_config
from warmgate.adapters.waiting import SystemClock, ThreadOverlap
from warmgate.model.calls import Arm, Phase, Sample
from warmgate.model.deadline import Deadline
from warmgate.planning import Call, Round
from warmgate.policy.values import Probe
from warmgate.probing.rounds import ArmVersion, Prober
from warmgate_ops.rehearsal.cloud.local_cloud import CREDENTIALS, LocalCloud


def prober(cloud: LocalCloud, function: str, version: str, *, provisioned: bool = False) -> Prober:
    """Return the hook's own prober on the hook's own client."""
    client = botocore.session.Session().create_client(
        "lambda",
        config=invoke_config(100),
        endpoint_url=cloud.endpoint_url,
        region_name=cloud.region,
        **CREDENTIALS,
    )
    versions = {Arm.CANDIDATE: ArmVersion(function=function, version=version, timeout_s=10, provisioned=provisioned)}
    return Prober(LambdaInvoker(client, SystemClock()), ThreadOverlap(), versions)


def probed(hook: Prober, concurrency: int, sleep_s: float) -> tuple[Sample, ...]:
    """Return the samples of overlapping calls of a function that waits as long as its event says."""
    call_ = Call(Arm.CANDIDATE, Probe(name=f"for {sleep_s} s", payload={"sleep_s": sleep_s}))
    planned = Round(Phase.MEASURED, 1, (call_,) * concurrency)
    result = hook.run(planned, Deadline(SystemClock().now_ms() + 60_000))
    assert result.complete
    return result.samples
