"""The packages that Lambda's Python has of its own, one environment a version: awslambdaric, boto3, what they need.

That of the version that runs Warmgate is copied from what is installed beside it, so that a release meets the client it
was tested with; another version's is installed from its lock, once, when somebody asks for it.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from warmgate.errors import SettingsError
from warmgate_ops.rehearsal.cloud.tools import lock_file, tools_folder
from warmgate_ops.rehearsal.packages import files_of, installed

ROOTS = ("awslambdaric", "boto3")
_PATIENCE_S = 300.0
_MAKING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python of this machine: its version, 3.12 for example, and its program."""

    version: str
    program: Path


def environment_of(python: Interpreter) -> Path:
    """Return the environment of a Python, made where there is none yet; raises SettingsError."""
    with _MAKING:
        own = python.version == "{}.{}".format(*sys.version_info[:2])
        place = tools_folder() / "runtimes" / f"python{python.version}"
        mark = hashlib.sha256(f"{python.program}\n{_wanted(own=own)}".encode()).hexdigest()
        ready = place / ".ready"
        if not ready.is_file() or ready.read_text() != mark:
            _make(python, place, mark, own=own)
        return place


def _wanted(*, own: bool) -> str:
    """Return what an environment is made from; another one is made once that has changed."""
    if not own:
        return lock_file("python-runtimes").read_text()
    return "\n".join(sorted(f"{each.metadata['Name']}=={each.version}" for each in installed(ROOTS)))


def _make(python: Interpreter, place: Path, mark: str, *, own: bool) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        more = ("--without-pip",) if own else ()
        _run(python, [str(python.program), "-m", "venv", *more, str(building)])
        packages = building / "lib" / f"python{python.version}" / "site-packages"
        if own:
            _copy(packages)
        else:
            _install(python, building)
        _run(python, [str(building / "bin" / "python"), "-m", "compileall", "-q", str(packages)])
        building.chmod(0o755)
        (building / ".ready").write_text(mark)
        # Another rehearsal may have been quicker; one that runs keeps the files it has open.
        shutil.rmtree(place, ignore_errors=True)
        building.rename(place)
    except OSError as error:
        raise SettingsError(f"{place}: {error}", hint="set WARMGATE_TOOLS to a folder that can be written") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _install(python: Interpreter, building: Path) -> None:
    program = str(building / "bin" / "python")
    locked = "-m pip install -q --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r"
    _run(python, [program, *locked.split(), str(lock_file("python-runtimes"))])
    _run(python, [program, "-m", "pip", "uninstall", "-q", "-y", "--disable-pip-version-check", "pip", "setuptools"])


def _run(python: Interpreter, command: list[str]) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False, stdin=subprocess.DEVNULL
        )
        why = "" if done.returncode == 0 else (done.stderr or done.stdout).strip()[-500:]
    except (OSError, subprocess.TimeoutExpired) as error:
        why = str(error)
    if why:
        hint = f"see that {python.program} has venv and that your package index answers, then run it again"
        raise SettingsError(f"python{python.version}: its environment was not made: {why}", hint=hint)


def _copy(packages: Path) -> None:
    """Copy what is installed here file by file."""
    for each in installed(ROOTS):
        for name, path in files_of(each):
            (packages / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, packages / name)
