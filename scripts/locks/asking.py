"""Asks pip what releases require and which wheels a machine takes, be its Python installed here or not."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from locks.files import Pin
from locks.releases import Release, without_other_extras
from locks.targets import Target


class AskingError(Exception):
    """pip could not tell."""


def ask(target: Target, pins: Sequence[Pin], extras: Mapping[str, frozenset[str]]) -> dict[str, Release]:
    """Return the releases of pins with the wheel that a machine takes."""
    found = {canonicalize_name(item["metadata"]["name"]): item for item in _report(target, pins)["install"]}
    releases = {pin.release: _release(found[pin.name], pin, extras.get(pin.name, frozenset())) for pin in pins}
    for name, release in releases.items():
        if not any(map(target.takes, release.wheels)):
            raise AskingError(f"{name}: pip chose {', '.join(release.wheels)}, expected a wheel for {target}")
    return releases


def _release(item: dict[str, Any], pin: Pin, extras: frozenset[str]) -> Release:
    hashed = item["download_info"]["archive_info"]["hashes"]["sha256"]
    if hashed not in pin.hashes:
        raise AskingError(f"{pin.release}: pip found a wheel with the hash {hashed}, expected one of its lock's hashes")
    return Release(
        requires=without_other_extras(item["metadata"].get("requires_dist", []), extras),
        requires_python=item["metadata"].get("requires_python", ""),
        extras=extras,
        wheels=frozenset({item["download_info"]["url"].rpartition("/")[2]}),
    )


def _report(target: Target, pins: Sequence[Pin]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        asked, answer = Path(folder, "asked.txt"), Path(folder, "answer.json")
        # Without markers and hashes: pip evaluates markers for the Python that it runs with.
        asked.write_text("\n".join(pin.release for pin in pins))
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps"]
        command += ["--only-binary", ":all:", "--implementation", "cp", "--python-version", target.version]
        command += [text for tag in target.platform.tags for text in ("--platform", tag)]
        command += ["--target", folder, "--report", str(answer), "-r", str(asked)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AskingError(f"{target}: {done.stderr.strip()}")
        report: dict[str, Any] = json.loads(answer.read_text())
        return report
