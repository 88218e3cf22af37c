"""The environment variables that Lambda sets for a function (Lambda, environment variables)."""

from __future__ import annotations

import os
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

from warmgate.model.log_stream import FunctionLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What an environment runs: unpacked code and the function's settings."""

    function: str
    version: str
    folder: Path
    handler: str
    memory_mb: int
    timeout_s: int
    log: FunctionLog
    log_format: str
    variables: dict[str, str] = field(default_factory=dict)


def variables_of(package: Package, stream: str, *, provisioned: bool) -> dict[str, str]:
    """Return the variables of an environment; a function may set those before its own, and none behind them."""
    folder = package.folder
    runtime = sysconfig.get_paths()["purelib"]
    libraries = ["/lib64", "/usr/lib64", runtime, f"{runtime}/lib", str(folder), f"{folder}/lib", "/opt/lib"]
    return {
        "TZ": ":UTC",
        "LD_LIBRARY_PATH": ":".join(libraries),
        **package.variables,
        "AWS_LAMBDA_FUNCTION_NAME": package.function,
        "AWS_LAMBDA_FUNCTION_VERSION": package.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(package.memory_mb),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(package.timeout_s),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "provisioned-concurrency" if provisioned else "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": package.log.group,
        "AWS_LAMBDA_LOG_FORMAT": package.log_format,
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "LAMBDA_TASK_ROOT": str(folder),
        # Where Lambda has the runtime, /var/runtime there.
        "LAMBDA_RUNTIME_DIR": runtime,
        "PYTHONPATH": str(folder),
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.environ.get("HOME", "/tmp"),  # noqa: S108
    }
