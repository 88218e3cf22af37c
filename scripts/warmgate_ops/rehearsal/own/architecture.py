"""Whether a function asks for another processor than this machine has: it is measured on this one."""

from __future__ import annotations

import platform

_LAMBDA_NAMES = {"aarch64": "arm64", "amd64": "x86_64"}


def other_architecture(asked: str, machine: str = "") -> tuple[str, ...]:
    """Return a line that says where a function is measured, none where it asks for nothing else."""
    here = (machine or platform.machine()).lower()
    here = _LAMBDA_NAMES.get(here, here)
    if not asked or asked == here:
        return ()
    return (f"the function asks for {asked} and is measured on this machine's {here}: its figures are not {asked}'s",)
