"""What a rehearsal leaves behind: its report, the logs of what went wrong, and after Ctrl-C nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from warmgate.errors import SettingsError, WarmgateError
from warmgate_ops.cli.endings import ending_of
from warmgate_ops.cli.rehearse_run import _cleared, _folder
from warmgate_ops.rehearsal.stage import RehearsalError


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder for temporary ones."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("error", "raised", "left"),
    [
        (KeyboardInterrupt(), RehearsalError, 0),
        (SettingsError("--env: found x"), SettingsError, 0),
        (RehearsalError("it did not end"), RehearsalError, 1),
    ],
    ids=["Ctrl-C", "usage", "fault"],
)
def test_a_folder_stays_for_its_logs_alone(
    temporary: Path, error: BaseException, raised: type[WarmgateError], left: int
) -> None:
    """Ctrl-C and wrong usage leave none; what could not be found out leaves the logs."""
    with pytest.raises(raised):
        _ended_by(error)

    assert len(list(temporary.iterdir())) == left


def _ended_by(error: BaseException) -> None:
    with _folder() as work:
        (work / "cloud.log").write_text("started\n")
        raise error


def test_ctrl_c_says_what_happened_and_exits_3() -> None:
    """In one line."""
    with pytest.raises(RehearsalError) as told, _folder():
        raise KeyboardInterrupt

    ending = ending_of(told.value)
    assert ending.code == 3
    assert ending.line == "interrupted: the rehearsal was stopped before its end; its processes and its folder are gone"


def test_the_report_is_all_that_stays(temporary: Path) -> None:
    """Copies of code and logs of the cloud go; a report elsewhere leaves no folder at all."""
    for name in ("inside", "outside"):
        (temporary / name / "code" / "v1").mkdir(parents=True)
        (temporary / name / "cloud.log").write_text("started\n")
    (temporary / "inside" / "report").mkdir()
    _cleared(temporary / "inside", temporary / "inside" / "report")
    _cleared(temporary / "outside", temporary / "elsewhere")

    assert [path.name for path in (temporary / "inside").iterdir()] == ["report"]
    assert not (temporary / "outside").exists()
