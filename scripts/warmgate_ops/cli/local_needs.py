"""What the local cloud needs of the machine: Linux, the packages of the extra, its tools; no account of the user's."""

from __future__ import annotations

import os
import platform

from warmgate.errors import SettingsError, WarmgateError
from warmgate_ops.cli.extras import need as need_packages
from warmgate_ops.cli.output import complain, say

MACHINES = {"x86_64", "amd64", "aarch64", "arm64"}
CONTAINER = 'docker run --rm -it -v "$PWD:/here" -w /here python:3.13 bash'


class MachineError(WarmgateError):
    """The local cloud cannot run on this machine."""


def need(*packages: str) -> None:
    """Raise what the machine lacks, before anything is started.

    Raises:
        MachineError: this is not Linux on x86_64 or arm64.
        ModuleNotFoundError: a package of the extra is not installed.
    """
    system, machine = platform.system(), platform.machine()
    if system != "Linux" or machine.lower() not in MACHINES:
        raise MachineError(
            f"`rehearse` and `cloud` need Linux on x86_64 or arm64, and this is {system} on {machine}: AWS's Lambda "
            "emulator is a Linux program. All other commands work here",
            hint=f"run `{CONTAINER}`, and in it install Warmgate and run `warmgate rehearse --install-tools`",
        )
    need_packages(*packages)


def forget_account() -> None:
    """Take the user's own profile and configuration out of the environment: a rehearsal asks no account."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        os.environ.pop(name, None)
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull


def install() -> None:
    """Install the tools of the local cloud, and say where each lies."""
    from warmgate_ops.rehearsal.cloud.installing import install_tools
    from warmgate_ops.rehearsal.packages import IN_CHECKOUT

    if IN_CHECKOUT and not os.environ.get("WARMGATE_TOOLS"):
        targets = "make build/env/ministack/.ready build/env/rie/.ready"
        raise SettingsError(
            "--install-tools: this is a checkout, which has its tools in build/env", hint=f"run: {targets}"
        )
    complain("installing the tools of the local cloud, as pinned, from your package index")
    for line in install_tools():
        say(line)
