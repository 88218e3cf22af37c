"""Node.js: a loop of our own over Lambda's runtime API, run by a Node.js of this machine."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from warmgate.errors import SettingsError
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.launch import Launch, NotHere, Places

RUNTIMES = ("nodejs24.x", "nodejs22.x", "nodejs20.x")
"""What Lambda offers for new functions, newest first."""
_LOOP = Path(__file__).with_name("runtime.mjs")
_SEEN_LOOP, _RUNTIME_DIR = "/var/rapid/runtime.mjs", "/var/runtime"
_PATIENCE_S = 20.0


class Node:
    """The Node.js runtimes that Lambda offers for new functions."""

    def serves(self, runtime: str) -> bool:
        """Return whether an identifier is one of these."""
        return runtime in RUNTIMES

    def why_not_here(self, runtime: str) -> NotHere | None:
        """Say which Node.js is missing, and which was found instead."""
        version = _major(runtime)
        if node(version) is not None:
            return None
        others = ", ".join(f"Node.js {each}" for each in sorted({major for _, major in _found()})) or "none"
        return NotHere(
            f"{runtime}: found {others} on PATH and in the folders of nvm, fnm, asdf, mise and volta, "
            f"expected Node.js {version}",
            f"install it, for example by `nvm install {version}`, or pass --runtime with one that is here",
        )

    def launch(self, runtime: str, handler: str, places: Places) -> Launch:
        """Return how to start the loop with a handler."""
        version = _major(runtime)
        program, missing = node(version), self.why_not_here(runtime)
        if program is None or missing is not None:
            raise SettingsError(missing.why if missing else runtime, hint=missing.hint if missing else "")
        loop = _SEEN_LOOP if places.sandboxed else str(_LOOP)
        task, layers = places.task, places.layers
        modules = [f"{layers}/nodejs/node{version}/node_modules", f"{layers}/nodejs/node_modules"]
        libraries = ["/lib64", "/usr/lib64", _RUNTIME_DIR, f"{_RUNTIME_DIR}/lib", task, f"{task}/lib", f"{layers}/lib"]
        return Launch(
            command=(str(program), loop, handler),
            variables={
                "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}",
                "LAMBDA_RUNTIME_DIR": _RUNTIME_DIR,
                "LANG": "en_US.UTF-8",
                "LD_LIBRARY_PATH": ":".join(libraries),
                "NODE_PATH": ":".join([*modules, f"{_RUNTIME_DIR}/node_modules", _RUNTIME_DIR, task]),
                "PATH": f"{program.parent}:/usr/local/bin:/usr/bin/:/bin:{layers}/bin",
            },
            shown=(program.parents[1],) if program.parents[1] not in {Path("/usr"), Path("/")} else (),
            mounted={_SEEN_LOOP: _LOOP},
        )


def node(version: str) -> Path | None:
    """Return the program of an installed Node.js, `22` for example; None where none of that version runs."""
    return next((program for program, major in _found() if major == version), None)


def _major(runtime: str) -> str:
    return runtime.removeprefix("nodejs").partition(".")[0]


@lru_cache(maxsize=1)
def _found() -> tuple[tuple[Path, str], ...]:
    """Return each Node.js that runs, with its major version: a shim may exist that runs nothing."""
    tried = ((program, _version(program)) for program in _candidates() if os.access(program, os.X_OK))
    return tuple((program.resolve(), version) for program, version in tried if version)


def _candidates() -> Iterator[Path]:
    for folder in os.get_exec_path():
        yield Path(folder, "node")
    home, named = Path.home(), os.environ.get
    data = Path(named("XDG_DATA_HOME") or home / ".local" / "share")
    for place, pattern in (
        (Path(named("NVM_DIR") or home / ".nvm"), "versions/node/v*/bin/node"),
        (Path(named("FNM_DIR") or data / "fnm"), "node-versions/v*/installation/bin/node"),
        (Path(named("ASDF_DATA_DIR") or home / ".asdf"), "installs/nodejs/*/bin/node"),
        (Path(named("MISE_DATA_DIR") or data / "mise"), "installs/node/*/bin/node"),
        (Path(named("VOLTA_HOME") or home / ".volta"), "tools/image/node/*/bin/node"),
    ):
        yield from sorted(place.glob(pattern), reverse=True)


def _version(program: Path) -> str:
    try:
        done = subprocess.run(
            [str(program), "--version"],
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    said = re.match(r"v(\d+)\.", done.stdout)
    return said[1] if said and done.returncode == 0 else ""
