"""The local cloud comes and goes without a trace, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.fakes.busy_cloud import call_busy, install_busy, none_left, processes_below, until_busy
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.cloud.tools import tools_folder

pytestmark = [
    pytest.mark.local_cloud,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]
ROOT = Path(__file__).parents[2]
CALLS = min(2, os.cpu_count() or 1)
"""Cold starts are admitted no faster than there are cores; one more call than these waits to be admitted."""
PARENT = """
import signal, sys, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
from pathlib import Path
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from support.fakes.busy_cloud import call_busy, install_busy, until_busy
print("begun", flush=True)
with LocalCloud.start(Path(sys.argv[1])) as cloud:
    install_busy(cloud)
    for _ in range(int(sys.argv[2])):
        threading.Thread(target=call_busy, args=(cloud,), daemon=True).start()
    until_busy(cloud, int(sys.argv[2]))
    print("ready", flush=True)
    time.sleep(60)
"""


def test_two_clouds_stand_side_by_side(local_cloud: LocalCloud, tmp_path: Path) -> None:
    """A second cloud is up in seconds and knows nothing of the first one's functions."""
    began = time.monotonic()
    with LocalCloud.start(tmp_path) as second:
        took_s = time.monotonic() - began
        assert second.endpoint_url != local_cloud.endpoint_url
        assert second.client("lambda").list_functions()["Functions"] == []

    assert took_s < 5.0


def test_a_cloud_that_is_closed_leaves_nothing(tmp_path: Path) -> None:
    """Processes, threads and the port are gone, and the block ends soon although calls are under way."""
    threads = set(threading.enumerate())
    with LocalCloud.start(tmp_path) as cloud:
        install_busy(cloud)
        callers = [threading.Thread(target=call_busy, args=(cloud,)) for _ in range(CALLS + 1)]
        for caller in callers:
            caller.start()
        until_busy(cloud, CALLS)
        ending = time.monotonic()

    assert time.monotonic() - ending < 5.0
    for caller in callers:
        caller.join(timeout=2.0)
    assert processes_below(tmp_path) == []
    assert set(threading.enumerate()) <= threads


def test_a_cloud_ends_soon_while_it_initialises_environments(tmp_path: Path) -> None:
    """Thirty that are asked for, some of them up, and none is left five seconds later."""
    with LocalCloud.start(tmp_path) as cloud:
        install_busy(cloud)
        client = cloud.client("lambda")
        version = client.publish_version(FunctionName="busy")["Version"]
        client.put_provisioned_concurrency_config(
            FunctionName="busy", Qualifier=version, ProvisionedConcurrentExecutions=30
        )
        until_busy(cloud, 2)
        ending = time.monotonic()

    assert time.monotonic() - ending < 5.0
    assert processes_below(tmp_path) == []


def test_an_error_in_the_block_ends_the_cloud_and_gets_out(tmp_path: Path) -> None:
    """What went wrong is told, and nothing is left."""
    with pytest.raises(ZeroDivisionError), LocalCloud.start(tmp_path):
        raise ZeroDivisionError

    assert processes_below(tmp_path) == []


@contextmanager
def parent(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Give another process that starts a cloud and makes two long calls."""
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(folder), str(CALLS)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / each) for each in ("hooks", "scripts", "tests"))},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def said(process: subprocess.Popen[str]) -> str:
    """Return the next line of a process."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_an_ended_parent_leaves_no_processes(tmp_path: Path, how: signal.Signals) -> None:
    """However the rehearsal is ended, busy runtimes end with it."""
    with parent(tmp_path) as process:
        assert [said(process), said(process)] == ["begun", "ready"]
        assert len(processes_below(tmp_path)) == 1 + 2 * CALLS

        process.send_signal(how)
        process.wait(timeout=10.0)

        assert none_left(tmp_path)


@pytest.mark.parametrize("after_s", [0.05, 0.4, 0.8])
def test_an_interrupted_start_leaves_no_processes(tmp_path: Path, after_s: float) -> None:
    """Control-C while the parts come up ends those that are up."""
    with parent(tmp_path) as process:
        assert said(process) == "begun"
        time.sleep(after_s)

        process.send_signal(signal.SIGINT)
        process.wait(timeout=10.0)

        assert none_left(tmp_path)


def test_a_part_that_does_not_start_ends_the_others(tmp_path: Path) -> None:
    """MiniStack that exits at once is named with its log; nothing is left."""
    tools, work = tmp_path / "tools", tmp_path / "work"
    (tools / "ministack" / "bin").mkdir(parents=True)
    command = tools / "ministack" / "bin" / "ministack"
    command.write_text("#!/bin/sh\nexit 3\n")
    command.chmod(0o755)
    (tools / "rie").symlink_to(tools_folder() / "rie")
    script = "import sys; from pathlib import Path; from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud\n"
    script += "with LocalCloud.start(Path(sys.argv[1])): pass"

    done = subprocess.run(
        [sys.executable, "-c", script, str(work)],
        env={**os.environ, "WARMGATE_TOOLS": str(tools), "PYTHONPATH": f"{ROOT / 'hooks'}:{ROOT / 'scripts'}"},
        capture_output=True,
        text=True,
        timeout=15,
        check=False,
    )

    assert done.returncode == 1
    assert f"SettingsError: {command}: ended with exit code 3" in done.stderr
    assert str(work / "ministack.log") in done.stderr
    assert processes_below(work) == []
