"""A cloud with long calls under way, and a look at the processes that it has."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from support.fakes.lambda_calls import packed
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.stage import RUNTIME

BUSY = """
import time
def handler(event, context):
    end = time.monotonic() + event.get("for_s", 0)
    while time.monotonic() < end:
        time.sleep(0.01)
"""


def install_busy(cloud: LocalCloud) -> None:
    """Create a function that is busy for as long as its event says."""
    client = cloud.client("lambda")
    client.create_function(
        FunctionName="busy",
        Runtime=RUNTIME,
        Role="arn:aws:iam::123456789012:role/tests",
        Handler="app.handler",
        Code={"ZipFile": packed(BUSY)},
        Timeout=60,
    )
    client.get_waiter("function_active_v2").wait(FunctionName="busy", WaiterConfig={"Delay": 0.05})


def call_busy(cloud: LocalCloud) -> None:
    """Make a call of 50 seconds."""
    with suppress(ClientError, BotoCoreError):
        cloud.client("lambda").invoke(FunctionName="busy", Payload=b'{"for_s": 50}')


def processes_below(folder: Path) -> list[str]:
    """Return the command lines of the processes that work in a folder, or in a sandbox that has been made below it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            works = entry.joinpath("cwd").readlink().is_relative_to(folder)
            if works or f"/{folder.parent.name}/{folder.name}/sandboxes/" in entry.joinpath("mountinfo").read_text():
                found.append(entry.joinpath("cmdline").read_text().replace("\0", " "))
    return found


def none_left(folder: Path) -> bool:
    """Return whether every process of a folder is gone within three seconds."""
    limit = time.monotonic() + 3.0
    while processes_below(folder):
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


def until_busy(cloud: LocalCloud, count: int) -> None:
    """Wait until so many environments stand."""
    limit = time.monotonic() + 10.0
    while (
        sum("bootstrap.py" in line and "aws-lambda-rie" not in line for line in processes_below(cloud.work_dir)) < count
    ):
        assert time.monotonic() < limit
        time.sleep(0.02)
