"""What starts an environment: the family of its runtime, its sandbox, its variables. Made once for each package."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.launch import Launch, Places
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.registry import family_of
from warmgate_ops.rehearsal.cloud.lambda_runtime.sandbox import EMULATOR, LAYERS, TASK, Sandbox, isolates, sandbox_at
from warmgate_ops.rehearsal.cloud.lambda_runtime.variables import Package, variables_of

_COMPILING_S = 300.0
_WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"
_WRAPPED = (
    '[ -f "$0" ] || { echo "$0: does not exist"; exit 127; }; '
    '[ -x "$0" ] || { echo "$0: is not an executable"; exit 126; }; exec "$0" "$1" "$2"'
)


@dataclass(frozen=True, slots=True)
class Start:
    """How environments of a package are started."""

    emulator: str
    launch: Launch
    places: Places
    sandbox: Sandbox | None

    def variables(self, package: Package, stream: str, *, provisioned: bool) -> dict[str, str]:
        """Return the variables of one of them."""
        ahead = "provisioned-concurrency" if provisioned else ""
        kind = ahead or ("snap-start" if package.snapshot else "on-demand")
        own = {} if self.sandbox else {"TMPDIR": str(package.folder.parent)}
        return {**own, **variables_of(package, stream, self.places, self.launch.variables, kind)}


def start_of(
    package: Package,
    rie: Path,
    *,
    isolated: bool | None = None,
    offline: bool = False,
    more: Mapping[str, Path] | None = None,
) -> Start:
    """Return how to start a package; compiles it, as builds do: else each cold start would measure the compiler.

    Args:
        package: what is started.
        rie: AWS's Runtime Interface Emulator.
        isolated: whether in a sandbox; by default where this machine gives one.
        offline: whether a sandbox has no network but a loopback interface of its own.
        more: files and folders of this machine that a sandbox shows besides, by their paths in it.

    Raises:
        SettingsError: its runtime cannot run on this machine.
    """
    beside = package.folder.parent.parent
    layers = package.layers or _empty(beside / "no-layers")
    inside = isolates() if isolated is None else isolated
    places = Places() if inside else Places(task=str(package.folder), layers=str(layers), sandboxed=False)
    launch = family_of(package.runtime).launch(package.runtime, package.handler, places)
    if launch.compiles:
        for folder in (package.folder, layers):
            subprocess.run(
                [*launch.compiles, str(folder)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_COMPILING_S,
                check=False,
            )
    if not inside:
        return Start(str(rie), launch, places, None)
    shown = {str(path): path for path in launch.shown}
    mounted = {**shown, **launch.mounted, **(more or {}), TASK: package.folder, LAYERS: layers, EMULATOR: rie}
    sandbox = sandbox_at(beside / "sandboxes", mounted, package.tmp_mb, offline=offline)
    return Start(EMULATOR, launch, places, sandbox)


def wrapped(launch: Launch, variables: Mapping[str, str]) -> tuple[str, ...]:
    """Return the command of a managed runtime behind the wrapper that a function names, as AWS's bootstrap starts it.

    The emulator knows none, and takes its last argument for the handler; a wrapper gets the interpreter and its program
    alone, for it may put options between them. A custom runtime has no wrapper on AWS either (Lambda, wrapper scripts).
    """
    if launch.relay_variable or not variables.get(_WRAPPER):
        return launch.command
    return ("/bin/sh", "-c", _WRAPPED, variables[_WRAPPER], *launch.command)


def _empty(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
