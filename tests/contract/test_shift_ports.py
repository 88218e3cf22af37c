"""What every implementation of the guard's ports promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from support.fakes.lambda_calls import packed
from support.stages import shift as shift_stages
from support.stages.shift import AliasMetricsStage, LogsStage, ShiftsStage
from warmgate.adapters.logs import CloudWatchLogs
from warmgate.adapters.metrics import CloudWatchMetrics
from warmgate.adapters.shifts import CodeDeployShifts
from warmgate.adapters.waiting import SystemClock
from warmgate.errors import DeploymentLookupError, LogLookupError, StopError
from warmgate.logs.calls import Logged, Window
from warmgate.model.calls import Start
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Target
from warmgate.model.log_stream import FunctionLog
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud


@pytest.fixture(params=["fake", "adapter"])
def shifts(request: pytest.FixtureRequest) -> ShiftsStage:
    """Give both implementations of Shifts."""
    fake = request.param == "fake"
    return shift_stages.fake_shifts() if fake else shift_stages.real_shifts(request.getfixturevalue("cloud"))


REAL_LOGS: dict[str, dict[str, Any]] = {
    "adapter": {},
    "adapter, JSON": {"log_format": "JSON"},
    "adapter, shared group": {"shared": True},
    "adapter, shared group, JSON": {"log_format": "JSON", "shared": True},
}


@pytest.fixture(params=["fake", *REAL_LOGS])
def logs(request: pytest.FixtureRequest) -> LogsStage:
    """Give both implementations of Logs, the adapter on each kind of log group."""
    if request.param == "fake":
        return shift_stages.fake_logs()
    return shift_stages.real_logs(request.getfixturevalue("cloud"), **REAL_LOGS[request.param])


@pytest.fixture(params=["fake", "adapter"])
def alias_metrics(request: pytest.FixtureRequest) -> AliasMetricsStage:
    """Give both implementations of AliasMetrics."""
    if request.param == "fake":
        return shift_stages.fake_alias_metrics()
    return shift_stages.real_alias_metrics(request.getfixturevalue("cloud"))


class TestShifts:
    """Describe and stop."""

    def test_a_deployment_is_described_by_its_id_alone(self, shifts: ShiftsStage) -> None:
        """The state-change event holds no more."""
        deployment_id = shifts.open()
        found = shifts.port.describe(deployment_id, shifts.deadline())
        assert found.deployment_id == deployment_id
        assert found.status == "InProgress"
        assert not found.ended

    def test_a_stop_works_once(self, shifts: ShiftsStage) -> None:
        """The second order finds the deployment ended."""
        deployment_id = shifts.open()
        assert shifts.port.stop(deployment_id, shifts.deadline()) is True
        assert shifts.port.stop(deployment_id, shifts.deadline()) is False
        assert shifts.port.describe(deployment_id, shifts.deadline()).ended

    def test_an_unknown_deployment_is_the_ports_error(self, shifts: ShiftsStage) -> None:
        """The guard ends on what it does not know."""
        with pytest.raises(DeploymentLookupError):
            shifts.port.describe("d-000000000", shifts.deadline())


class TestLogs:
    """Calls and cold starts."""

    def test_each_call_is_read_with_version_environment_and_end(self, logs: LogsStage) -> None:
        """Cold, warm, and failed; all in one environment."""
        found = logs.port.calls(logs.log, logs.window, logs.deadline()).calls
        assert tuple(call.record.request_id for call in found) == logs.request_ids
        assert [call.record.start for call in found] == [Start.COLD, Start.WARM, Start.WARM]
        assert [call.record.status for call in found] == ["success", "success", "error"]
        assert found[2].record.error_type == "KeyError"
        assert {call.version for call in found} == {logs.version}
        assert len({call.environment for call in found}) == 1

    def test_a_window_holds_what_was_reported_in_it(self, logs: LogsStage) -> None:
        """Before it there is nothing."""
        before = Window(logs.window.since_ms - 10_000, logs.window.since_ms - 5_000)
        assert logs.port.calls(logs.log, before, logs.deadline()).calls == ()

    def test_earlier_cold_starts_are_remembered(self, logs: LogsStage) -> None:
        """Newest first, no more than are wanted."""
        until_ms = logs.window.until_ms
        found = logs.port.cold_starts(logs.log, logs.version, 5, until_ms, logs.deadline())
        assert len(found) == 1
        assert 0 < found[0].init_ms < 60_000
        assert 0 < (found[0].duration_ms or 0) < 60_000
        assert not found[0].init_failed
        assert logs.port.cold_starts(logs.log, logs.version, 0, until_ms, logs.deadline()) == ()
        before_ms = logs.window.since_ms - 1000
        assert logs.port.cold_starts(logs.log, logs.version, 5, before_ms, logs.deadline()) == ()


@pytest.mark.parametrize("settings", REAL_LOGS.values(), ids=REAL_LOGS)
def test_a_query_sums_up_the_environments_of_one_function(cloud: LocalCloud, settings: dict[str, Any]) -> None:
    """Calls, cold starts and durations by environment, in text and JSON; a neighbour in the group is left out."""
    stage = shift_stages.real_logs(cloud, **settings)
    is_json = settings.get("log_format") == "JSON"
    (found,) = stage.port.summaries(stage.log, stage.window, stage.deadline(), json_format=is_json)

    assert (found.version, found.calls, found.cold_starts, found.unbegun) == (stage.version, 3, 1, 0)
    assert found.environment in {call.environment for call in stage.calls()}
    assert 0 < found.median_ms <= found.p95_ms


def test_environments_that_print_reports_are_marked(cloud: LocalCloud) -> None:
    """A query cannot tell printed lines from the platform's, but they have no beginning."""
    stage = shift_stages.real_logs(cloud, code=shift_stages.PRINTING)
    (found,) = stage.port.summaries(stage.log, stage.window, stage.deadline(), json_format=False)

    assert (found.calls, found.unbegun) == (6, 2)
    assert [call.record.request_id for call in stage.calls()] == list(stage.request_ids)


def test_a_log_group_that_is_not_there_yet_holds_no_calls(cloud: LocalCloud) -> None:
    """A function that has logged nothing has none."""
    clock = SystemClock()
    port = CloudWatchLogs(cloud.client, clock)
    log = FunctionLog("/aws/lambda/never-called", "never-called")
    assert port.calls(log, Window(0, 1e13), Deadline(clock.now_ms() + 5000)) == Logged()


def test_a_log_that_is_too_long_for_the_time_gives_its_earliest_calls(cloud: LocalCloud) -> None:
    """The deadline bounds a reading; what it left out is read by the next one."""
    stage = shift_stages.real_logs(cloud)
    page_events, cloud.conditions.log_page_events = cloud.conditions.log_page_events, 1
    try:
        found = stage.port.calls(stage.log, stage.window, Deadline(stage.clock.now_ms())).calls
        everything = stage.port.calls(stage.log, stage.window, stage.deadline()).calls
    finally:
        cloud.conditions.log_page_events = page_events

    assert len(found) < len(everything)
    assert found == everything[: len(found)]


def test_a_log_that_cannot_be_reached_is_the_ports_error(unreachable: Callable[[str], object]) -> None:
    """Within the deadline, with what to do."""
    clock = SystemClock()
    log, deadline = FunctionLog("/aws/lambda/f", "f"), Deadline(clock.now_ms() + 1500)
    with pytest.raises(LogLookupError, match="FilterLogEvents"):
        CloudWatchLogs(unreachable, clock).calls(log, Window(0, 1), deadline)


def test_a_stop_that_cannot_be_told_is_the_ports_error(unreachable: Callable[[str], object]) -> None:
    """Within the deadline, with what to do."""
    clock = SystemClock()
    with pytest.raises(StopError, match="StopDeployment"):
        CodeDeployShifts(unreachable("codedeploy"), clock).stop("d-1", Deadline(clock.now_ms() + 1500))


def test_counts_of_a_weighted_alias_are_read_by_version(cloud: LocalCloud) -> None:
    """Only calls through a weighted alias carry the version they ran in."""
    stage = shift_stages.real_logs(cloud)
    name = stage.log.function
    client = cloud.client("lambda")
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=stage.version)
    client.update_function_code(FunctionName=name, ZipFile=packed(shift_stages.RAISING + "# two\n"))
    client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 400})
    second = client.publish_version(FunctionName=name)["Version"]
    client.update_alias(FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {second: 0.5}})
    for place in range(30):
        client.invoke(FunctionName=name, Qualifier="live", Payload=b'{"how": "raise"}' if place % 3 == 0 else b"{}")
    cloud.flush_logs()
    port, target = CloudWatchMetrics(cloud.client), Target(name, "live")
    window = Window(stage.window.since_ms, stage.window.until_ms + 60_000)
    counts = [port.counts(target, version, window, Deadline(0)) for version in (stage.version, second)]
    assert sum(count.calls for count in counts if count) == 30
    assert sum(count.errors for count in counts if count) == 10
    assert port.counts(target, "99", window, Deadline(0)) is None


class TestAliasMetrics:
    """What an alias served, by the minute."""

    def test_an_alias_without_weights_is_counted_by_the_minute(self, alias_metrics: AliasMetricsStage) -> None:
        """Calls and errors of whole minutes inside the window, in the order of time."""
        found = alias_metrics.port.minutes(alias_metrics.target, alias_metrics.window, Deadline(0))

        assert sum(minute.calls for minute in found) == alias_metrics.calls
        assert sum(minute.errors for minute in found) == alias_metrics.errors
        assert all(minute.at_ms % 60_000 == 0 for minute in found)
        assert [minute.at_ms for minute in found] == sorted({minute.at_ms for minute in found})

    def test_where_nothing_was_served_nothing_is_counted(self, alias_metrics: AliasMetricsStage) -> None:
        """Before the first call."""
        since_ms = alias_metrics.window.since_ms
        before = Window(since_ms - 7_200_000, since_ms - 3_600_000)

        assert alias_metrics.port.minutes(alias_metrics.target, before, Deadline(0)) == ()
