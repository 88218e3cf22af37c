"""Where the parts of the local cloud lie on disk: MiniStack and AWS's Runtime Interface Emulator."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from warmgate.errors import SettingsError
from warmgate_ops.rehearsal.packages import IN_CHECKOUT, TOP

_RIE = "samcli/local/rapid/aws-lambda-rie-{}"


def tools_folder() -> Path:
    """Return the folder of the tools: WARMGATE_TOOLS, else the checkout's build/env, else one in the user's cache."""
    chosen = os.environ.get("WARMGATE_TOOLS")
    if chosen:
        return Path(chosen)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return TOP / "build" / "env" if IN_CHECKOUT else cache / "warmgate" / "tools"


def ministack_command() -> Path:
    """Return MiniStack's command; raises SettingsError."""
    folder = tools_folder() / "ministack"
    install = (
        f"python3 -m venv {folder} && {folder}/bin/pip install --no-deps --require-hashes -r {lock_file('ministack')}"
    )
    return _existing(folder / "bin" / "ministack", install)


def rie_command() -> Path:
    """Return the Runtime Interface Emulator of this machine's architecture; raises SettingsError."""
    machine = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
    folder = tools_folder() / "rie"
    path = folder / _RIE.format(machine)
    install = (
        f"python3 -m pip install --no-deps --require-hashes --target {folder} -r {lock_file('sam')} && chmod +x {path}"
    )
    return _existing(path, install)


def lock_file(name: str) -> Path:
    """Return where the lock of a tool lies."""
    return TOP / "requirements" / f"{name}.txt"


def _existing(path: Path, install: str) -> Path:
    if not path.exists():
        hint = f"make build/env/{path.relative_to(tools_folder()).parts[0]}/.ready" if IN_CHECKOUT else install
        raise SettingsError(f"{path}: not found, expected a tool of the local cloud", hint=f"run: {hint}")
    return path
