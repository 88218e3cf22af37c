"""`warmgate release --all` before it asks an account: what is refused, what is resumed, and what Ctrl-C does."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from unit.warmgate_ops.fleet.test_report import some_progress
from unit.warmgate_ops.fleet.test_run import begun, fleet_of
from warmgate.errors import SettingsError
from warmgate.model.fleet import Entry, State
from warmgate_ops.cli.main import app
from warmgate_ops.cli.release_fleet import Asked, _interrupts, _progress_in
from warmgate_ops.fleet.folder import Folder

FLEET = "fleet: a\nalias: live\napplication: b\ndeployment_group: c\nwaves: [[{function: d, version: 2}]]\n"
PLAN = fleet_of(5, 2)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a fleet, with credentials of nobody."""
    for name, value in {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "eu-central-1"}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "a.yaml").write_text(FLEET)
    (tmp_path / "bad.yaml").write_text(FLEET.replace("version: 2", "version: $LATEST").replace("fleet: a", "flet: a"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--all a.yaml --function d", "--function: found beside --all, expected one of them - write it in a.yaml"),
        ("--all a.yaml --detach", "--detach: found beside --all"),
        ("--all a.yaml --before own", "--before: found beside --all"),
        ("--function d --alias live --to 2 --check", "--check: found without --all, expected with it"),
        ("--function d --alias live", "--to: found nothing, expected a name - pass --function, --alias and --to, or"),
        ("--all a.yaml --fleet-id 'a b'", "--fleet-id: found a b, expected at most 40 letters, digits, _ and -"),
        ("--all bad.yaml", "bad.yaml:1 flet: found an unknown key"),
        ("--all bad.yaml", "waves[0][0].version: found $LATEST, expected the number of a published version"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_asked(folder: Path, line: str, said: str) -> None:
    """Exit code 2, and no folder is made."""
    import shlex

    done = CliRunner().invoke(app, ["release", *shlex.split(line)])

    assert done.exit_code == 2, done.output
    assert said in " ".join(done.output.split("\n"))
    assert sorted(path.name for path in folder.iterdir()) == ["a.yaml", "bad.yaml"]


def asked(folder: Path, **more: object) -> Asked:
    """Return what a command line says."""
    plain = {"file": Path("a.yaml"), "folder": folder, "fleet_id": "", "on_refusal": None, "new": False}
    return Asked(**{**plain, "timeout_s": None, **more})  # type: ignore[arg-type]


def test_progress_is_resumed_where_it_is_of_the_same_releases(tmp_path: Path) -> None:
    """Another file, another ID or an unknown end is an error that names the way out."""
    folder = Folder(tmp_path)
    assert _progress_in(folder, PLAN, asked(tmp_path)).entries == {}
    assert _progress_in(folder, PLAN, asked(tmp_path, fleet_id="build-1")).fleet_id == "build-1"
    folder.write(some_progress())
    assert _progress_in(folder, PLAN, asked(tmp_path)) == some_progress()
    with pytest.raises(SettingsError, match="found the progress of fleet f-1 with other releases"):
        _progress_in(folder, fleet_of(4, 2), asked(tmp_path))
    with pytest.raises(SettingsError, match="--fleet-id: found f-2, expected f-1"):
        _progress_in(folder, PLAN, asked(tmp_path, fleet_id="f-2"))


def test_a_new_fleet_begins_where_the_last_one_is_over(tmp_path: Path) -> None:
    """Its progress is kept; one that is not over is not put away."""
    folder = Folder(tmp_path)
    folder.write(replace(some_progress(), plan=begun(PLAN).plan))
    fresh = _progress_in(folder, PLAN, asked(tmp_path, new=True))
    assert fresh.entries == {}
    assert (tmp_path / "progress-f-1.json").exists()

    folder.write(begun(PLAN).with_entry(PLAN.releases[0], Entry(state=State.RUNNING, deployment_id="d-1")))
    with pytest.raises(SettingsError, match="fleet f-1 is not over"):
        _progress_in(folder, PLAN, asked(tmp_path, new=True))


def test_the_first_ctrl_c_asks_for_an_end_and_the_second_one_leaves() -> None:
    """Afterwards Ctrl-C is what it was."""
    before, said = signal.getsignal(signal.SIGINT), list[str]()
    with _interrupts(said.append) as stopping:
        assert not stopping()
        os.kill(os.getpid(), signal.SIGINT)
        assert stopping()
        assert said == ["nothing new begins; what runs is followed to its end; press Ctrl-C again to leave at once"]
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
