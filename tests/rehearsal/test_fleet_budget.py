"""The hooks of a fleet share the account's concurrency: together they never make more calls than there is room for."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.fleet_stage import command, environment_of, fleet_file, install_fleet
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.stage import BUCKET, HOOK, TABLE, install_hook

pytestmark = pytest.mark.local_cloud
COUNT, ENVIRONMENTS = 5, 2
IN_USE = 60
"""Of 100 concurrent calls: half as much again is left to production, and of the 10 that remain probes take half."""
ROOM, EACH = 5, 2


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
    """Five hooks want ten calls at once; there is room for five, which more than one of them use together."""
    installed = install_fleet(cloud, tmp_path / "functions", COUNT + 1, set(), environments=ENVIRONMENTS, hold_s=0.5)
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
    # Hooks that start one after the other on a busy machine would never meet.
    cloud.initialise_ahead(HOOK, count=COUNT)
    file = fleet_file(tmp_path / "shop.yaml", shared, COUNT, at_once=COUNT)

    with peaks_of(cloud, [one.function for one in shared]) as peaks:
        done = subprocess.run(
            command("release", "--all", str(file)),
            env=environment_of(cloud),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert done.returncode == 0, done.stderr
    assert EACH < max(peaks) <= ROOM


@contextmanager
def peaks_of(cloud: LocalCloud, functions: list[str]) -> Iterator[list[int]]:
    """Give what will hold, at the end, how many calls were in flight whenever that was looked at."""
    seen, over = [0], threading.Event()

    def look() -> None:
        while not over.wait(0.01):
            seen.append(cloud.in_flight(functions))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield seen
    finally:
        over.set()
        looking.join()
