"""Environments that are initialised ahead of their calls: provisioned concurrency, and snapshots."""

from __future__ import annotations

import math

import pytest
from botocore.exceptions import ClientError

from support.fakes.hook_prober import probed, prober
from support.fakes.lambda_calls import Install, call, overlapping, provision, publish
from warmgate.model.calls import Start
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(120)]

WHO = "def handler(event, context): return event"
SNAPSHOT = """
import os, time
from snapshot_restore_py import register_after_restore
print("imported")
state = ["fresh"]
@register_after_restore
def restored():
    time.sleep(0.02)
    print("hook")
    state[0] = "restored"
def handler(event, context): return [os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], state[0]]
"""
KIND = """
import os, time
def handler(event, context):
    time.sleep(0.5)
    return os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]
"""


def test_provisioned_environments_are_initialised_before_they_serve(local_cloud: LocalCloud, install: Install) -> None:
    """Status goes from IN_PROGRESS to READY; the first call prints that init, though nothing started for it."""
    client, function = local_cloud.client("lambda"), install(WHO)
    version = publish(local_cloud, function)

    begun, ready = provision(local_cloud, function, version, 2)
    before = _report_lines(local_cloud, function)
    called = call(local_cloud, function, qualifier=version)
    seen = probed(prober(local_cloud, function, version, provisioned=True), 1, 0.0)

    assert called.report.init_ms is not None
    assert f"INIT_REPORT Init Duration: {called.report.init_ms:.2f} ms" in {line.partition("\t")[0] for line in before}
    assert called.report.billed_ms == math.ceil(called.report.duration_ms)
    assert [(sample.start, sample.init_ms) for sample in seen] == [(Start.PROVISIONED, None)]
    assert [name for name, _, _ in local_cloud.init_reports if name == function] == []
    assert (begun["Status"], begun["AllocatedProvisionedConcurrentExecutions"]) == ("IN_PROGRESS", 0)
    assert ready["AvailableProvisionedConcurrentExecutions"] == 2
    assert [line.split()[0] for line in before] == ["INIT_REPORT"] * 2
    assert "INIT_START" not in called.tail
    client.delete_provisioned_concurrency_config(FunctionName=function, Qualifier=version)
    with pytest.raises(client.exceptions.ProvisionedConcurrencyConfigNotFoundException):
        client.get_provisioned_concurrency_config(FunctionName=function, Qualifier=version)


def _report_lines(cloud: LocalCloud, function: str) -> list[str]:
    cloud.flush_logs()
    found = cloud.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    return [event["message"] for event in found if "REPORT" in event["message"]]


def _refused(cloud: LocalCloud, function: str, qualifier: str, count: int) -> str:
    with pytest.raises(ClientError) as refused:
        cloud.client("lambda").put_provisioned_concurrency_config(
            FunctionName=function, Qualifier=qualifier, ProvisionedConcurrentExecutions=count
        )
    return str(refused.value.response["Error"]["Code"])


def test_provisioned_concurrency_is_refused_as_aws_refuses_it(local_cloud: LocalCloud, install: Install) -> None:
    """More than the account or the reservation has; alias and version at once, whichever comes first."""
    client, function = local_cloud.client("lambda"), install(WHO)
    version = publish(local_cloud, function)
    client.create_alias(FunctionName=function, Name="live", FunctionVersion=version)

    limit = client.get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    assert limit == 1000
    assert _refused(local_cloud, function, version, 1001) == "InvalidParameterValueException"
    assert _refused(local_cloud, function, version, 901) == "InvalidParameterValueException"
    client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=2)
    assert _refused(local_cloud, function, version, 3) == "InvalidParameterValueException"
    for first, second in (("live", version), (version, "live")):
        client.put_provisioned_concurrency_config(
            FunctionName=function, Qualifier=first, ProvisionedConcurrentExecutions=1
        )
        assert _refused(local_cloud, function, second, 1) == "ResourceConflictException"
        client.delete_provisioned_concurrency_config(FunctionName=function, Qualifier=first)


def test_a_reservation_that_is_all_provisioned_throttles_every_other_version(
    local_cloud: LocalCloud, install: Install
) -> None:
    """$LATEST gets 429, the provisioned version is served."""
    client, function = local_cloud.client("lambda"), install(WHO)
    version = publish(local_cloud, function)
    client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=1)
    provision(local_cloud, function, version, 1)

    assert call(local_cloud, function, qualifier=version).error is None
    with pytest.raises(client.exceptions.TooManyRequestsException):
        call(local_cloud, function)


def test_snap_start_restores_what_was_initialised_before(local_cloud: LocalCloud, install: Install) -> None:
    """Each environment is restored, not initialised: its kind, its lines, and what a hook's probe sees say so."""
    function = install(SNAPSHOT, Runtime="python3.13", SnapStart={"ApplyOn": "PublishedVersions"})
    version = publish(local_cloud, function)

    called = call(local_cloud, function, qualifier=version)
    local_cloud.retire(function)
    seen = probed(prober(local_cloud, function, version), 1, 0.0)

    assert called.payload == ["snap-start", "restored"]
    words = [line.split()[0] for line in called.tail.splitlines()]
    assert words == ["RESTORE_START", "hook", "RESTORE_REPORT", "START", "END", "REPORT"]
    assert called.report.init_ms is None
    assert [(sample.start, sample.init_ms) for sample in seen] == [(Start.RESTORED, None)]
    assert seen[0].restore_ms is not None
    assert seen[0].restore_ms >= 20
    assert call(local_cloud, function).payload == ["on-demand", "fresh"]


def test_provisioned_concurrency_of_a_broken_version_fails(local_cloud: LocalCloud, install: Install) -> None:
    """What cannot be initialised is not allocated, and the reason says why."""
    function = install("import nothere\ndef handler(event, context): return 1")
    version = publish(local_cloud, function)

    _, found = provision(local_cloud, function, version, 1, status="FAILED")

    assert found["AvailableProvisionedConcurrentExecutions"] == 0
    assert found["StatusReason"] == "FUNCTION_ERROR_INIT_FAILURE"


def test_a_large_provisioned_concurrency_is_answered_whole_and_made_as_calls_need_it(
    local_cloud: LocalCloud, install: Install
) -> None:
    """300 are allocated, ten are processes; what calls need beyond those is initialised apart from the calls."""
    function = install(KIND)
    version = publish(local_cloud, function)

    _, ready = provision(local_cloud, function, version, 300)
    made = len(_report_lines(local_cloud, function))
    called = overlapping(local_cloud, function, [{}] * 12, 12, version)

    assert (ready["AllocatedProvisionedConcurrentExecutions"], made) == (300, 10)
    assert {each.payload for each in called} == {"provisioned-concurrency"}
    assert all("INIT_START" not in each.tail for each in called)
    assert local_cloud.init_reports == [each for each in local_cloud.init_reports if each[0] != function]
