"""Nothing is left of a run: not after Ctrl-C at any step, and after SIGKILL not once `--clean` ran."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.fakes.clone_lab import CloneLab, FakeClones
from unit.warmgate_ops.cold_starts.clones.test_sweep import ID, asked
from warmgate.model.deadline import Deadline
from warmgate_ops.cold_starts.clones.asked import Counts
from warmgate_ops.cold_starts.clones.cleaning import clean
from warmgate_ops.cold_starts.clones.naming import clone_name, group_of, marked, tags_of
from warmgate_ops.cold_starts.clones.ports import CloneError, CloneSpec
from warmgate_ops.cold_starts.clones.records import Records, dead_runs
from warmgate_ops.cold_starts.clones.running import carry_out
from warmgate_ops.cold_starts.clones.sweep import prepare_sweep
from warmgate_ops.cold_starts.sweeping.variants import Axes

ROOT = Path(__file__).parents[5]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SMALL = asked(axes=Axes(memory_mb=(256, 512)), counts=Counts(cold=6, warm=6, burst=2))
OPERATIONS = ("create_group", "create", "reserve", "configure", "delete", "delete_group")
MOMENTS = [f"{when} {operation}" for operation in OPERATIONS for when in ("before", "after")]
KILLED = ("after create_group", "before create", "after create", "after configure", "after delete")
DIES = """
import os, signal, sys
from pathlib import Path
from support.fakes.clone_lab import CloneLab
from unit.warmgate_ops.cold_starts.clones.test_cleaning import KILLED, SMALL, ID
from warmgate_ops.cold_starts.clones.running import carry_out
from warmgate_ops.cold_starts.clones.sweep import prepare_sweep
for moment in KILLED:
    child = os.fork()
    if child:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        continue
    folder = Path(sys.argv[1], moment)
    folder.mkdir()
    lab = CloneLab(state=folder / "account.json")
    world = lab.world(folder / "records")
    lab.clones.step = lambda step: os.kill(os.getpid(), signal.SIGKILL) if step == moment else None
    carry_out(prepare_sweep(SMALL, world, ID), world, print)
"""
"""A process for each moment, which ends in it."""


@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c_at_any_step_leaves_nothing(tmp_path: Path, moment: str) -> None:
    """Whatever was asked for is deleted, the record too, and Ctrl-C gets out."""
    lab = CloneLab()
    world = lab.world(tmp_path)
    prepared = prepare_sweep(SMALL, world, ID)
    seen: list[str] = []

    def interrupt(step: str) -> None:
        seen.append(step)
        if step == moment and seen.count(step) == 1:
            os.kill(os.getpid(), signal.SIGINT)

    lab.clones.step = interrupt
    with pytest.raises(KeyboardInterrupt):
        carry_out(prepared, world, lambda _: None)

    assert (lab.clones.functions, lab.clones.groups) == ({}, {})
    assert list(tmp_path.iterdir()) == []


def test_sigterm_is_as_ctrl_c(tmp_path: Path) -> None:
    """A pipeline that ends a job gets nothing left behind either."""
    lab = CloneLab()
    world = lab.world(tmp_path)
    prepared = prepare_sweep(SMALL, world, ID)
    lab.clones.step = lambda step: os.kill(os.getpid(), signal.SIGTERM) if step == "after reserve" else None

    with pytest.raises(KeyboardInterrupt):
        carry_out(prepared, world, lambda _: None)

    assert lab.clones.functions == {}


@pytest.mark.slow
def test_what_sigkill_leaves_clean_deletes(tmp_path: Path) -> None:
    """A process that dies at a moment leaves a record that is free; `--clean` deletes what that run made, and it."""
    path = os.pathsep.join(str(ROOT / folder) for folder in ("hooks", "scripts", "tests"))
    line = [sys.executable, "-c", DIES, str(tmp_path)]
    subprocess.run(line, env={**os.environ, "PYTHONPATH": path}, timeout=60, check=True)

    for folder in (tmp_path / moment for moment in KILLED):
        account = FakeClones(folder / "account.json")
        assert account.functions or account.groups, folder
        assert dead_runs(folder / "records") == (ID,)

        clean(account, folder / "records", NOW)

        assert (account.functions, account.groups) == ({}, {})
        assert dead_runs(folder / "records") == ()


def account_with(*ids: str, expires: datetime) -> FakeClones:
    """Return an account with the clone of each run."""
    found = FakeClones()
    for run in ids:
        name, tags = clone_name("checkout-api", run, 1), tags_of(run, expires)
        found.create_group(group_of(name), tags)
        found.create(CloneSpec(name=name, settings={"Tags": tags, "MemorySize": 128}), Deadline(1e9))
    return found


def test_a_run_that_is_alive_keeps_its_clones(tmp_path: Path) -> None:
    """Its record is locked and its tags are young: it is left, and named with its end."""
    account = account_with(ID, expires=NOW + timedelta(hours=1))
    Records(tmp_path, ID).add("held")
    held = Records(tmp_path, ID)
    held.add("warmgate-sweep-checkout-api-" + ID)

    found = clean(account, tmp_path, NOW)

    assert found.deleted == ()
    assert {each.sweep_id for each in found.left} == {ID}
    assert len(account.functions) == 1


def test_another_machines_clones_go_when_they_expire(tmp_path: Path) -> None:
    """No record is here: the tag decides, and a run that is named goes at once."""
    account = account_with("aaaaaaaa", "bbbbbbbb", expires=NOW + timedelta(hours=1))

    assert clean(account, tmp_path, NOW).deleted == ()
    assert {name[-8:] for name in clean(account, tmp_path, NOW, sweep_id="aaaaaaaa").deleted} == {"aaaaaaaa"}
    assert len(clean(account, tmp_path, NOW + timedelta(hours=2)).deleted) == 2
    assert (account.functions, account.groups) == ({}, {})


def test_what_has_no_tag_or_another_name_is_no_clone() -> None:
    """Name and tag must both say so; the tag of an expiry that cannot be read counts as over."""
    tags = {"warmgate:sweep": ID, "warmgate:expires": "soon"}

    assert marked("checkout-api", tags) is None
    assert marked("warmgate-sweep-checkout-api", {}) is None
    assert marked("/aws/lambda/checkout-api", tags) is None
    found = marked("warmgate-sweep-checkout-api-0a1b2c3d", tags)
    assert found is not None
    assert found.expired(NOW)


def test_what_cannot_be_deleted_is_said_and_kept_in_mind(tmp_path: Path) -> None:
    """A fault stands in the result, and the record stays for the next time."""
    account = account_with(ID, expires=NOW)
    record = Records(tmp_path, ID)
    record.add("x")
    record.close()

    def fail(step: str) -> None:
        if step == "before delete":
            raise CloneError("denied")

    account.step = fail
    found = clean(account, tmp_path, NOW)

    assert found.faults == ("denied",)
    assert dead_runs(tmp_path) == (ID,)


def test_names_are_no_longer_than_lambda_allows() -> None:
    """A function's name is cut, the run's id never."""
    name = clone_name("f" * 64, ID, 3)

    assert len(name) == 64
    assert name.endswith(f"-{ID}-3")
