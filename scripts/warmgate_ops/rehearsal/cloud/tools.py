"""Where the parts of the local cloud lie on disk: MiniStack and AWS's Runtime Interface Emulator."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from warmgate.errors import SettingsError

_RIE = "samcli/local/rapid/aws-lambda-rie-{}"


def tools_folder() -> Path:
    """Return the folder of the tool environments: WARMGATE_TOOLS, else the checkout's build/env."""
    chosen = os.environ.get("WARMGATE_TOOLS")
    return Path(chosen) if chosen else Path(__file__).resolve().parents[4] / "build" / "env"


def ministack_command() -> Path:
    """Return MiniStack's command; raises SettingsError."""
    return _existing(tools_folder() / "ministack" / "bin" / "ministack", "build/env/ministack/.ready")


def rie_command() -> Path:
    """Return the Runtime Interface Emulator of this machine's architecture; raises SettingsError."""
    machine = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
    return _existing(tools_folder() / "rie" / _RIE.format(machine), "build/env/rie/.ready")


def _existing(path: Path, target: str) -> Path:
    if not path.exists():
        raise SettingsError(f"{path}: not found, expected a tool of the local cloud", hint=f"run: make {target}")
    return path
