"""Where the parts of the local cloud lie on disk: MiniStack and AWS's Runtime Interface Emulator."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from pathlib import Path

from warmgate.errors import SettingsError
from warmgate_ops.rehearsal.packages import IN_CHECKOUT, TOP

RAPID = Path("samcli", "local", "rapid")
"""Where the emulators lie in the wheel of aws-sam-cli."""
LOCK_OF = {"ministack": "ministack", "rie": "sam"}
"""The lock of each tool, by its folder."""
READY = ".ready"
"""The file that is written when a tool is whole: empty by make, else the mark of what was installed."""


def tools_folder() -> Path:
    """Return the folder of the tools: WARMGATE_TOOLS, else the checkout's build/env, else one in the user's cache."""
    chosen = os.environ.get("WARMGATE_TOOLS")
    if chosen:
        return Path(chosen)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return TOP / "build" / "env" if IN_CHECKOUT else cache / "warmgate" / "tools"


def ministack_command() -> Path:
    """Return MiniStack's command; raises SettingsError."""
    return _existing("ministack", Path("bin", "ministack"))


def rie_command() -> Path:
    """Return the Runtime Interface Emulator of this machine's architecture; raises SettingsError."""
    machine = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
    return _existing("rie", RAPID / f"aws-lambda-rie-{machine}")


def lock_file(name: str) -> Path:
    """Return where the lock of a tool lies."""
    return TOP / "requirements" / f"{name}.txt"


def mark_of(tool: str) -> str:
    """Return what identifies an installed tool: its lock, and the Python that it was installed with."""
    lock = lock_file(LOCK_OF[tool]).read_text()
    return hashlib.sha256("{}.{}\n{}".format(*sys.version_info[:2], lock).encode()).hexdigest()


def _existing(tool: str, inside: Path) -> Path:
    folder = tools_folder() / tool
    hint = f"run: make build/env/{tool}/.ready" if IN_CHECKOUT else "run: warmgate rehearse --install-tools"
    if not (folder / inside).exists():
        raise SettingsError(f"{folder / inside}: not found, expected a tool of the local cloud", hint=hint)
    ready = folder / READY
    if not IN_CHECKOUT and ready.is_file() and ready.read_text() not in {"", mark_of(tool)}:
        raise SettingsError(f"{folder}: of another release of Warmgate, or of another Python", hint=hint)
    return folder / inside
