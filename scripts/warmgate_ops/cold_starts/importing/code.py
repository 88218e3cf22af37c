"""The code of one version, unpacked where it can be run: from folders, a zip, or what Lambda keeps."""

from __future__ import annotations

import io
import platform
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from warmgate.errors import SettingsError
from warmgate_ops.rehearsal.cloud.lambda_runtime.packages import unpack
from warmgate_ops.rehearsal.own.naming import is_javascript
from warmgate_ops.rehearsal.stage import RUNTIME

NODE = "nodejs20.x"
MOST_MB = 250
"""Code and layers, unzipped (Lambda quotas, deployment package size)."""
HERE = {"amd64": "x86_64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine().lower())
_MACHINES = {62: "x86_64", 183: "arm64"}
_LEFT_OUT = shutil.ignore_patterns("__pycache__", ".git", ".DS_Store")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How Lambda would run it."""

    handler: str
    runtime: str = ""
    """Its identifier; empty for the one that the handler's file is written for."""
    memory_mb: int = 1769
    timeout_s: int = 60
    region: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where code comes from: folders and zips, a later one over the earlier ones, or the bytes of a zip."""

    label: str
    """How it is named to the reader."""
    code: Sequence[Path | bytes]
    layers: Sequence[Path | bytes] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Unpacked code with its settings."""

    label: str
    folder: Path
    layers: Path | None
    settings: Settings
    function: str = "imports"

    @property
    def handler(self) -> str:
        """Return the handler as the function names it."""
        return self.settings.handler

    @property
    def runtime(self) -> str:
        """Return the runtime's identifier."""
        return self.settings.runtime

    @property
    def memory_mb(self) -> int:
        """Return the memory that it may take."""
        return self.settings.memory_mb

    @property
    def timeout_s(self) -> int:
        """Return how long a call may take."""
        return self.settings.timeout_s

    @property
    def region(self) -> str:
        """Return the region that it is told."""
        return self.settings.region

    @property
    def variables(self) -> Mapping[str, str]:
        """Return the variables that were given for it."""
        return self.settings.variables

    @property
    def is_node(self) -> bool:
        """Return whether it runs on Node.js."""
        return self.runtime.startswith("nodejs")

    @property
    def is_es_module(self) -> bool:
        """Return whether the handler's file is an ES module, as far as its name and a package.json beside it say."""
        file = self.folder / self.handler.rpartition(".")[0]
        if not file.with_name(f"{file.name}.js").is_file():
            return file.with_name(f"{file.name}.mjs").is_file()
        described = file.with_name("package.json")
        return described.is_file() and '"module"' in described.read_text("utf-8", "replace")

    def hint(self, why: str) -> str:
        """Return what to do about an import that failed."""
        foreign = next(foreign_files((self.folder, *((self.layers,) if self.layers else ()))), None)
        if foreign is not None:
            name, machine = foreign
            return f"{name} is built for {machine} and this machine is {HERE}: build the package for {HERE}"
        if "ndpoint" in why or "onnect" in why or "resolve" in why:
            return "code that is imported here has no network: move what connects into a function"
        if "KeyError" in why or "redentials" in why:
            return "variables come from --env alone, and there are no credentials: pass --env KEY=VALUE"
        return "see that the package runs with this runtime: pass --runtime, --handler, --layer or --env"


def unpacked(source: Source, settings: Settings, work: Path) -> Code:
    """Return code unpacked below a folder of its own; raises SettingsError for what Lambda would not take."""
    folder, layers = work / "package" / "task", work / "package" / "opt"
    for place, parts in ((folder, source.code), (layers, source.layers)):
        place.mkdir(parents=True)
        for part in parts:
            _put(part, place, source.label)
    if not settings.runtime:
        settings = replace(settings, runtime=NODE if is_javascript(folder, settings.handler) else RUNTIME)
    return Code(label=source.label, folder=folder, layers=layers if source.layers else None, settings=settings)


def _put(part: Path | bytes, place: Path, label: str) -> None:
    if isinstance(part, Path) and part.is_dir():
        shutil.copytree(part, place, ignore=_LEFT_OUT, dirs_exist_ok=True, symlinks=True)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(part) if isinstance(part, bytes) else part) as packed:
            _admit(packed.infolist(), label)
            unpack(packed, place)
    except zipfile.BadZipFile as error:
        raise SettingsError(
            f"{label}: found what is no zip archive ({error}), expected a folder or a deployment package",
            hint="name the folder or the zip that Lambda is given",
        ) from error


def _admit(members: Iterable[zipfile.ZipInfo], label: str) -> None:
    size_mb = sum(each.file_size for each in members) / 1024 / 1024
    if size_mb > MOST_MB:
        raise SettingsError(
            f"{label}: found {size_mb:.0f} MB unzipped, expected at most {MOST_MB} MB, which is what Lambda takes",
            hint="leave out what the function does not import",
        )


def foreign_files(folders: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Yield native libraries for another processor than this machine's, with the processor's name."""
    for folder in folders:
        for path in sorted(each for end in ("*.so", "*.so.*", "*.node") for each in folder.rglob(end)):
            machine = machine_of(path.open("rb").read(20)) if path.is_file() else ""
            if machine and machine != HERE:
                yield path.relative_to(folder).as_posix(), machine


def machine_of(head: bytes) -> str:
    """Return the processor that an ELF file is for, by its first 20 bytes; empty for what is none or is unknown."""
    if len(head) < 20 or head[:4] != b"\x7fELF":
        return ""
    return _MACHINES.get(int.from_bytes(head[18:20], "little" if head[5] == 1 else "big"), "")
