"""Environments come and go for reasons that the cloud's journal tells: idle, age, failure, change, scale-out, ahead."""

from __future__ import annotations

import time

import pytest

from support.fakes.lambda_calls import Install, call, overlapping, provision, publish
from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.lambda_runtime.environments import Ended, EnvironmentRecord, Made
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(120)]

QUIET = "def handler(event, context): return event"
SLOW = "import time\nprint('imported')\ndef handler(event, context): time.sleep(event.get('s', 0)); return event"
HUNGRY = "def handler(event, context):\n    if event.get('eat'): bytearray(600 * 2**20)\n    return event"


def of(cloud: LocalCloud, function: str) -> list[EnvironmentRecord]:
    """Return the environments of a function."""
    return [each for each in cloud.environments if each.function == function]


def ended(cloud: LocalCloud, function: str, wanted: int) -> list[EnvironmentRecord]:
    """Return its environments once so many have ended."""
    limit = time.monotonic() + 10.0
    while time.monotonic() < limit and sum(each.ended_ms is not None for each in of(cloud, function)) < wanted:
        time.sleep(0.02)
    return of(cloud, function)


def test_an_environment_ends_after_its_idle_time(
    local_cloud: LocalCloud, install: Install, conditions: Conditions
) -> None:
    """Calls within it are warm, the first one after it is cold and known as such; nobody has to call for the end."""
    function = install(QUIET)
    conditions.idle_s = 0.6
    colds = [call(local_cloud, function).report.init_ms is not None for _ in range(3)]
    (first,) = ended(local_cloud, function, 1)
    again = call(local_cloud, function).report.init_ms

    assert colds == [True, False, False]
    assert (first.reason, first.calls, first.ended_why) == (Made.FIRST, 3, Ended.IDLE)
    assert first.ended_ms is not None
    assert 600 <= first.ended_ms - first.started_ms < 4000
    assert again is not None
    assert of(local_cloud, function)[1].reason is Made.AFTER_IDLE
    assert of(local_cloud, function)[1].init_ms == pytest.approx(again, abs=0.01)


def test_an_environment_ends_at_its_age(local_cloud: LocalCloud, install: Install, conditions: Conditions) -> None:
    """However busy it was, and after the call under way."""
    function = install(SLOW)
    call(local_cloud, function)
    conditions.life_s = 0.1
    slept = call(local_cloud, function, {"s": 0.3}) if of(local_cloud, function)[0].ended_ms is None else None
    found = ended(local_cloud, function, 1)
    conditions.life_s = None
    call(local_cloud, function)

    assert found[0].ended_why is Ended.LIFE
    assert slept is None or slept.error is None
    assert of(local_cloud, function)[-1].reason is Made.AFTER_LIFE


def test_overlapping_calls_are_a_scale_out(local_cloud: LocalCloud, install: Install) -> None:
    """One is the first, the others are there because it was busy."""
    function = install(SLOW)
    overlapping(local_cloud, function, [{"s": 0.5}] * 3, 3)

    assert [each.reason for each in of(local_cloud, function)] == [Made.FIRST, Made.SCALE_OUT, Made.SCALE_OUT]


def test_what_replaces_a_failed_or_changed_environment_says_so(local_cloud: LocalCloud, install: Install) -> None:
    """One that took more memory than it has is missing; those of $LATEST are replaced once an update is over."""
    function, client = install(HUNGRY), local_cloud.client("lambda")
    assert call(local_cloud, function, {"eat": True}).error
    call(local_cloud, function)
    client.update_function_configuration(FunctionName=function, Environment={"Variables": {"A": "1"}})
    assert call(local_cloud, function).report.init_ms is None
    client.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig={"Delay": 0.05})
    call(local_cloud, function)

    found = of(local_cloud, function)
    assert [each.reason for each in found] == [Made.FIRST, Made.AFTER_FAILURE, Made.AFTER_CHANGE]
    assert [each.ended_why for each in found] == [Ended.FAILURE, Ended.CHANGED, None]


def test_provisioned_ones_stay_and_are_withdrawn(
    local_cloud: LocalCloud, install: Install, conditions: Conditions
) -> None:
    """No idle time ends them; what ended them is that nobody asks for them any more."""
    function = install(QUIET)
    version = publish(local_cloud, function)
    provision(local_cloud, function, version, 1)
    conditions.idle_s = 0.1
    time.sleep(0.5)
    before = of(local_cloud, function)
    local_cloud.client("lambda").delete_provisioned_concurrency_config(FunctionName=function, Qualifier=version)

    assert [(each.reason, each.init_type, each.ended_why) for each in before] == [
        (Made.PROVISIONED, "provisioned-concurrency", None)
    ]
    assert of(local_cloud, function)[0].ended_why is Ended.WITHDRAWN


def test_an_environment_made_ahead_starts_long_before_its_first_call(local_cloud: LocalCloud, install: Install) -> None:
    """INIT_START stands in the log at once, START with the call, whose REPORT has the Init Duration of long ago."""
    function = install(SLOW)
    local_cloud.initialise_ahead(function)
    made_ms = time.time() * 1000
    time.sleep(1.2)
    called = call(local_cloud, function)
    later = call(local_cloud, function)
    local_cloud.flush_logs()
    events = local_cloud.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    (record,) = of(local_cloud, function)

    assert (record.reason, record.init_type, record.calls) == (Made.PROACTIVE, "on-demand", 2)
    assert called.report.init_ms == pytest.approx(record.init_ms, abs=0.01)
    assert later.report.init_ms is None
    assert "INIT_START" not in called.tail
    lines = [(each["message"].split()[0], each["timestamp"]) for each in events]
    assert [word for word, _ in lines[:3]] == ["INIT_START", "imported", "START"]
    assert lines[0][1] <= made_ms
    assert lines[2][1] - lines[0][1] >= 1200
    assert len({each["logStreamName"] for each in events}) == 1
