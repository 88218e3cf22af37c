"""The folder of a fleet: what is written is read back, one run at a time holds it, and what is no progress is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from unit.warmgate_ops.fleet.test_report import some_progress
from warmgate.errors import SettingsError
from warmgate_ops.fleet.folder import PROGRESS, Folder


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """Every entry with its state; nothing lies beside the file."""
    folder = Folder(tmp_path)
    assert folder.read() is None
    folder.write(some_progress())
    folder.write(some_progress("another"))

    assert folder.read() == some_progress("another")
    assert [path.name for path in tmp_path.iterdir()] == [PROGRESS]
    folder.put_away(some_progress())
    assert folder.read() is None
    assert (tmp_path / "progress-f-1.json").exists()


def test_a_write_that_dies_before_its_end_leaves_what_there_was(tmp_path: Path) -> None:
    """Half a file beside the progress is not the progress."""
    folder = Folder(tmp_path)
    folder.write(some_progress())
    (tmp_path / f".{PROGRESS}.new").write_text('{"schema_version": 1, "fle')

    assert folder.read() == some_progress()
    folder.write(replace(some_progress(), fleet_id="f-2"))
    assert (folder.read() or some_progress()).fleet_id == "f-2"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '{"schema_version": 2}', '{"schema_version": 1, "releases": {"a": {"state": "x"}}}'],
)
def test_what_is_no_progress_is_named(tmp_path: Path, text: str) -> None:
    """The error names the file and the way out."""
    (tmp_path / PROGRESS).write_text(text)
    with pytest.raises(SettingsError, match=r"progress\.json: found no progress of a fleet.*--fleet-id"):
        Folder(tmp_path).read()


def test_one_run_at_a_time_holds_a_folder(tmp_path: Path) -> None:
    """The second one is told; what the first held is free after it."""
    first, second = Folder(tmp_path / "new"), Folder(tmp_path / "new")
    busy = pytest.raises(SettingsError, match="another run of this fleet is at work")
    with first.held(), busy, second.held():
        pass
    with second.held():
        pass
