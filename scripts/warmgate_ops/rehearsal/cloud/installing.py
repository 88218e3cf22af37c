"""Installs the parts of the local cloud, as their locks pin them, by pip as the user has configured it."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warmgate.errors import SettingsError, WarmgateError
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.interpreters import interpreter
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.python_environment import Interpreter, environment_of
from warmgate_ops.rehearsal.cloud.tools import LOCK_OF, RAPID, READY, lock_file, mark_of, tools_folder

_PATIENCE_S = 600.0


class InstallError(WarmgateError):
    """A tool could not be installed."""


def install_tools() -> Iterator[str]:
    """Install what is missing or of another release, and yield a line for each tool.

    Raises:
        InstallError: pip or venv failed.
        SettingsError: the folder cannot be written.
    """
    folder = tools_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            for tool, install in (("ministack", _ministack), ("rie", _rie)):
                if _is_ready(folder / tool, tool):
                    yield f"{folder / tool}: there already"
                    continue
                install(folder)
                (folder / tool / READY).write_text(mark_of(tool))
                yield f"{folder / tool}: installed"
        yield f"{_runtime()}: ready"
    except OSError as error:
        raise SettingsError(f"{folder}: {error}", hint="set WARMGATE_TOOLS to a folder that can be written") from error


def _is_ready(place: Path, tool: str) -> bool:
    ready = place / READY
    return ready.is_file() and ready.read_text() in {"", mark_of(tool)}


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process installs into the folder."""
    with (folder / ".installing").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _ministack(folder: Path) -> None:
    place = folder / "ministack"
    shutil.rmtree(place, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(place)])
    _pip(folder, "ministack")


def _rie(folder: Path) -> None:
    """Unpack the wheel of aws-sam-cli by MiniStack's pip, and keep its emulators alone."""
    place = folder / "rie"
    with tempfile.TemporaryDirectory(prefix=".rie-", dir=folder) as building:
        _pip(folder, "rie", "--no-compile", "--target", building)
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(Path(building, RAPID), place / RAPID)
    for each in (place / RAPID).glob("aws-lambda-rie-*"):
        each.chmod(0o755)


def _pip(folder: Path, tool: str, *more: str) -> None:
    # Where another installer than pip was used, Warmgate's environment may have no pip: MiniStack's has one.
    locked = "-m pip install -q --disable-pip-version-check --no-deps --only-binary :all: --require-hashes"
    program = folder / "ministack" / "bin" / "python"
    _run([str(program), *locked.split(), *more, "-r", str(lock_file(LOCK_OF[tool]))])


def _runtime() -> Path:
    version = "{}.{}".format(*sys.version_info[:2])
    return environment_of(Interpreter(version, interpreter(version) or Path(sys.executable)))


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False, stdin=subprocess.DEVNULL
        )
        why = "" if done.returncode == 0 else (done.stderr or done.stdout).strip()[-500:]
    except subprocess.TimeoutExpired:
        why = f"no end after {_PATIENCE_S:.0f} s"
    if why:
        hint = f"see that {sys.executable} has venv and that your package index answers, then run it again"
        raise InstallError(f"{' '.join(command[1:4])}: {why}", hint=hint)
