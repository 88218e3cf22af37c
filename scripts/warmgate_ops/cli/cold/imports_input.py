"""What `warmgate cold imports` is asked for: packages on this machine, or versions that Lambda keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from warmgate.adapters.home import region_of
from warmgate.errors import SettingsError
from warmgate_ops.cli.documents import text_of
from warmgate_ops.cli.function_option import function_in
from warmgate_ops.cli.paths import input_place

if TYPE_CHECKING:
    from warmgate_ops.cold_starts.importing.code import Code, Source

HANDLER = "app.handler"
MEMORY_MB, TIMEOUT_S = 1769, 60
Clients = Callable[[str], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was given on the command line."""

    package: Path | None
    old: str
    new: str
    function: str
    handler: str
    runtime: str
    layers: tuple[Path, ...]
    env: tuple[str, ...]
    event: Path | None
    memory_mb: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version's code, and what its configuration says; empty or 0 where it says nothing."""

    source: Source
    handler: str = ""
    runtime: str = ""
    memory_mb: int = 0
    timeout_s: int = 0
    architecture: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The versions, the old one first, and what holds for each of them."""

    versions: tuple[Version, ...]
    given: Given
    variables: dict[str, str]
    event: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """A version that can be run, and what a reader must know of it."""

    code: Code
    notes: tuple[str, ...]


def asked_for(given: Given, clients: Callable[[], Clients]) -> Asked:
    """Return what is compared; downloads it where a function is named.

    Args:
        given: the options.
        clients: gives the account's clients, where they are needed.

    Raises:
        BadParameter: options that do not fit together.
        SettingsError: a variable or the event is none.
        FunctionLookupError: a version cannot be read.
    """
    from warmgate_ops.rehearsal.own.variables import variables_given

    variables = variables_given(given.env)
    event = None if given.event is None else _event(given.event)
    if given.function:
        if given.package or not given.new:
            raise typer.BadParameter("--function names its versions by --old and --new, and takes no package")
        asked = clients()
        name = function_in(given.function, asked)
        versions = tuple(_deployed(asked, name, each) for each in (given.old, given.new) if each)
    elif given.package:
        if given.old or given.new:
            raise typer.BadParameter(
                "found a package and --old or --new, expected one package, or both of --old and --new"
            )
        versions = (_local(given.package, given.layers),)
    else:
        if not (given.old and given.new):
            raise typer.BadParameter("expected a package, or both of --old and --new")
        versions = tuple(_local(input_place(each), given.layers) for each in (given.old, given.new))
    return Asked(versions=versions, given=given, variables=variables, event=event)


def unpacked_version(version: Version, asked: Asked, work: Path) -> Unpacked:
    """Return a version unpacked below a folder; raises SettingsError where it cannot run on this machine."""
    from warmgate_ops.cold_starts.importing.code import Settings, unpacked
    from warmgate_ops.cold_starts.importing.measuring import not_apart
    from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.registry import why_not_here
    from warmgate_ops.rehearsal.cloud.lambda_runtime.sandbox import unlike_lambda
    from warmgate_ops.rehearsal.own.architecture import other_architecture

    given = asked.given
    settings = Settings(
        handler=given.handler or version.handler or HANDLER,
        runtime=given.runtime or version.runtime,
        memory_mb=given.memory_mb or version.memory_mb or MEMORY_MB,
        timeout_s=version.timeout_s or TIMEOUT_S,
        region=version.region,
        variables=asked.variables,
    )
    code = unpacked(version.source, settings, work)
    if missing := why_not_here(code.runtime):
        raise SettingsError(f"{code.label}: {missing.why}", hint=missing.hint)
    return Unpacked(code=code, notes=(*other_architecture(version.architecture), *unlike_lambda(), *not_apart()))


def _local(place: Path, layers: tuple[Path, ...]) -> Version:
    from warmgate_ops.cold_starts.importing.code import Source

    return Version(source=Source(label=str(place), code=(place,), layers=layers))


def _deployed(clients: Clients, function: str, qualifier: str) -> Version:
    from warmgate_ops.cold_starts.importing.code import Source
    from warmgate_ops.cold_starts.reading.deployed_code import deployed_code

    found = deployed_code(clients, function, qualifier)
    return Version(
        source=Source(label=f"{function}:{qualifier}", code=(found.code,), layers=found.layers),
        handler=found.handler,
        runtime=found.runtime,
        memory_mb=found.memory_mb,
        timeout_s=found.timeout_s,
        architecture=found.architecture,
        region=region_of(clients("lambda")),
    )


def _event(path: Path) -> bytes:
    text = text_of(str(path))
    try:
        json.loads(text)
    except ValueError as error:
        raise SettingsError(f"--event {path}: found what is no JSON ({error})", hint="name a JSON file") from error
    return text.encode()
