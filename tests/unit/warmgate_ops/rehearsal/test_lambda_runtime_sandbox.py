"""What an environment finds: AWS's folders and nothing of this machine, where the machine lets anybody have that."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from warmgate_ops.rehearsal.cloud.lambda_runtime import sandbox
from warmgate_ops.rehearsal.cloud.lambda_runtime.sandbox import LAYERS, TASK, isolates, sandbox_at

ALONE = pytest.mark.skipif(not isolates(), reason="this system gives nobody a namespace of mounts")


def inside(folder: Path, script: str, tmp_mb: int = 4, *, offline: bool = False) -> str:
    """Return what a shell script says in a sandbox with a file in its code folder."""
    task, layers = folder / "task", folder / "layers"
    for each in (task, layers):
        each.mkdir(exist_ok=True)
    (task / "app.py").write_text("code")
    made = sandbox_at(folder / "sandboxes", {TASK: task, LAYERS: layers}, tmp_mb, offline=offline)
    done = subprocess.run(
        ["/bin/sh", "-c", script], preexec_fn=made.enter, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout + done.stderr


@ALONE
@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("id -un; pwd; cat app.py", "sbx_user1051\n/var/task\ncode"),
        ("touch x 2>&1", "Read-only file system"),
        ("touch /opt/x 2>&1", "Read-only file system"),
        ("mount -o remount,bind,rw /var/task 2>&1; touch x 2>&1", "Read-only file system"),
        ("ls -A /tmp; touch /tmp/x && ls /tmp", "x\n"),
        ("ls /dev/shm 2>&1", "No such file"),
        ("ls -A /root /home 2>&1", "No such file"),
        ("echo gone > /dev/null && head -c 4 /dev/urandom | wc -c", "4"),
    ],
)
def test_an_environment_finds_what_lambda_shows(tmp_path: Path, script: str, said: str) -> None:
    """User, working folder, read-only code and layers, an empty /tmp, no shared memory, no home of anybody."""
    assert said in inside(tmp_path, script)


@ALONE
def test_tmp_is_empty_in_each_environment_and_full_at_its_size(tmp_path: Path) -> None:
    """What one leaves there the next does not find, and no more fits in than the function's setting."""
    assert inside(tmp_path, "ls -A /tmp; touch /tmp/mark") == ""
    assert inside(tmp_path, "ls -A /tmp") == ""
    assert "No space left" in inside(tmp_path, "head -c 3000000 /dev/zero > /tmp/x", tmp_mb=2)


@ALONE
def test_a_file_of_this_machine_is_not_seen(tmp_path: Path) -> None:
    """The folder that the sandbox was made in is not there."""
    (tmp_path / "secret").write_text("of this machine")

    assert "of this machine" not in inside(tmp_path, f"cat {tmp_path}/secret 2>&1")


@pytest.mark.skipif(not isolates(offline=True), reason="this system gives nobody a namespace without a network")
def test_one_without_a_network_has_a_loopback_interface_of_its_own(tmp_path: Path) -> None:
    """It is up, and it is the only one."""
    listed = "cut -d: -f1 /proc/net/dev | tail -n +3"

    assert inside(tmp_path, f"{listed}; cat /sys/class/net/lo/flags 2>/dev/null; true", offline=True).split() == ["lo"]
    assert inside(tmp_path, "cat /proc/net/fib_trie | grep -c 127.0.0.1", offline=True).strip() != "0"


@pytest.mark.parametrize(("isolated", "told"), [(True, 0), (False, 2)])
def test_what_is_not_isolated_is_told(monkeypatch: pytest.MonkeyPatch, isolated: bool, told: int) -> None:
    """Where the kernel gives nobody a namespace, the rehearsal says so."""
    monkeypatch.setattr(sandbox, "isolates", lambda: isolated)

    lines = sandbox.unlike_lambda()

    assert len(lines) == told
    assert "NOT ISOLATED" in "".join(lines[:1]) or isolated
