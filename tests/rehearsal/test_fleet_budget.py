"""The hooks of a fleet share the account's concurrency: together they never make more calls than there is room for."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

import pytest

from support.fleet_stage import command, environment_of, fleet_file, install_fleet
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.stage import BUCKET, HOOK, TABLE, Installed, install_hook

pytestmark = pytest.mark.local_cloud
COUNT, ENVIRONMENTS = 5, 4
IN_USE = 60
"""Of 100 concurrent calls: half as much again is left to production, and of the 10 that remain probes take half."""
ROOM, EACH = 5, 2
CALL = re.compile(r"overlap ([\d.]+) ([\d.]+)")


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[LocalCloud]:
    """Give a cloud whose account has little concurrency left, and a hook that knows of other hooks."""
    with LocalCloud.start(tmp_path / "cloud") as found:
        install_hook(found)
        found.client("dynamodb").create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        client = found.client("lambda")
        variables = {"WARMGATE_REPORT_BUCKET": BUCKET, "WARMGATE_TABLE": TABLE}
        client.update_function_configuration(FunctionName=HOOK, Environment={"Variables": variables})
        yield found


def test_hooks_at_once_stay_within_the_room_for_probes(cloud: LocalCloud, tmp_path: Path) -> None:
    """Five hooks want twenty calls at once; there is room for five, which more than one of them use together."""
    installed = install_fleet(cloud, tmp_path / "functions", COUNT + 1, set(), environments=ENVIRONMENTS, hold_s=1.0)
    client = cloud.client("lambda")
    # What one function reserves is not the account's: 100 are always left.
    left = client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    client.put_function_concurrency(FunctionName=installed[0].function, ReservedConcurrentExecutions=left - 100)
    cloud.client("cloudwatch").put_metric_data(
        Namespace="AWS/Lambda",
        MetricData=[
            {"MetricName": "UnreservedConcurrentExecutions", "Timestamp": datetime.now(UTC), "Value": float(IN_USE)}
        ],
    )
    shared = installed[1:]
    file = fleet_file(tmp_path / "shop.yaml", shared, COUNT, at_once=COUNT)

    done = subprocess.run(
        command("release", "--all", str(file)),
        env=environment_of(cloud),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    calls = [call for one in shared for call in calls_of(cloud, one)]
    assert len(calls) >= 2 * len(shared)
    assert EACH < peak_of(calls) <= ROOM


def calls_of(cloud: LocalCloud, one: Installed) -> list[tuple[float, float]]:
    """Return when the calls of a function began and ended, as it wrote itself."""
    cloud.flush_logs()
    found = cloud.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{one.function}")["events"]
    spans = [CALL.search(event["message"]) for event in found]
    return [(float(span[1]), float(span[2])) for span in spans if span]


def peak_of(calls: list[tuple[float, float]]) -> int:
    """Return how many calls ran at once at most."""
    steps = sorted([(began, 1) for began, _ in calls] + [(ended, -1) for _, ended in calls])
    return max(accumulate(step for _, step in steps))
