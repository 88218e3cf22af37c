"""The environment variables that Lambda sets for a function (Lambda, environment variables)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from warmgate.model.log_stream import FunctionLog
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.launch import OVERTIME_S, Places


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
    runtime: str
    """Identifier, python3.12 for example; empty for a container image."""
    layers: Path | None = None
    """Where the layers are unpacked, one over the other."""
    tmp_mb: int = 512
    snapshot: bool = False
    """Whether its environments are restored from a snapshot, as SnapStart does."""
    variables: dict[str, str] = field(default_factory=dict)


def variables_of(
    package: Package, stream: str, places: Places, runtime: Mapping[str, str], kind: str
) -> dict[str, str]:
    """Return the variables of an environment; a function may set those before its own, and none behind them.

    Args:
        package: what the environment runs.
        stream: its log stream.
        places: where its code is seen.
        runtime: what the family of its runtime sets.
        kind: how it is initialised: on-demand, provisioned-concurrency or snap-start.
    """
    reserved = {name: text for name, text in runtime.items() if name.startswith(("AWS_", "LAMBDA_"))}
    return {
        "TZ": ":UTC",
        **runtime,
        **package.variables,
        **reserved,
        "_HANDLER": package.handler,
        "AWS_LAMBDA_FUNCTION_NAME": package.function,
        "AWS_LAMBDA_FUNCTION_VERSION": package.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(package.memory_mb),
        # For the emulator alone, which counts init in: the limits of init and call are kept from outside.
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(package.timeout_s + OVERTIME_S),
        "AWS_LAMBDA_INITIALIZATION_TYPE": kind,
        "AWS_LAMBDA_LOG_GROUP_NAME": package.log.group,
        "AWS_LAMBDA_LOG_FORMAT": package.log_format,
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "LAMBDA_TASK_ROOT": places.task,
    }
