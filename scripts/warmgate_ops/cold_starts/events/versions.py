"""A function's versions and aliases as Lambda lists them: when each was published, and what differs between two."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from warmgate_ops.cold_starts.causes.happened import Event, Happening
from warmgate_ops.cold_starts.events.asking import Clients


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version."""

    name: str
    made_ms: float
    """When it was last modified: of a published one, when it was published. Milliseconds since the epoch."""
    settings: Mapping[str, Any]
    """As Lambda lists them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """All versions of a function, and where its aliases stand."""

    arn: str
    """The function's, without a qualifier."""
    versions: tuple[Version, ...]
    aliases: Mapping[str, str]

    def publishes(self) -> tuple[Event, ...]:
        """Return the publishes of versions."""
        published = (each for each in self.versions if each.name.isdigit())
        return tuple(Event(kind=Happening.PUBLISH, at_ms=each.made_ms, version=each.name) for each in published)

    def difference(self, before: str, after: str) -> str:
        """Return what differs between two versions in words; empty where one is not known or they are the same one."""
        known = {each.name: each.settings for each in self.versions}
        if before == after or not {before, after} <= known.keys():
            return ""
        old, new = known[before], known[after]
        words = [f"{name} {'same' if read(old) == read(new) else 'differs'}" for name, read in _ALWAYS]
        words += [f"{name} {read(old)} -> {read(new)}" for name, read in _NUMBERS if read(old) != read(new)]
        return ", ".join(words)


def _layers(settings: Mapping[str, Any]) -> Sequence[str]:
    return [str(layer.get("Arn")) for layer in settings.get("Layers") or []]


_ALWAYS: tuple[tuple[str, Callable[[Mapping[str, Any]], object]], ...] = (
    ("CodeSha256", lambda settings: settings.get("CodeSha256")),
    ("layers", _layers),
    ("environment variables", lambda settings: (settings.get("Environment") or {}).get("Variables")),
    ("runtime", lambda settings: settings.get("Runtime")),
    ("runtime version", lambda settings: (settings.get("RuntimeVersionConfig") or {}).get("RuntimeVersionArn")),
)
_NUMBERS: tuple[tuple[str, Callable[[Mapping[str, Any]], object]], ...] = (
    ("memory", lambda settings: f"{settings.get('MemorySize')} MB"),
    ("time-out", lambda settings: f"{settings.get('Timeout')} s"),
    ("architecture", lambda settings: ", ".join(settings.get("Architectures") or [])),
)


def versions_of(clients: Clients, function: str) -> Versions:
    """Return a function's versions and aliases."""
    client = clients("lambda")
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=function)
    listed = [each for page in pages for each in page.get("Versions", [])]
    pages = client.get_paginator("list_aliases").paginate(FunctionName=function)
    aliases = {each["Name"]: each["FunctionVersion"] for page in pages for each in page.get("Aliases", [])}
    arn = str(listed[0]["FunctionArn"]).rsplit(":", 1)[0] if listed else ""
    return Versions(arn=arn, versions=tuple(map(_version, listed)), aliases=aliases)


def _version(settings: Mapping[str, Any]) -> Version:
    made = datetime.fromisoformat(str(settings["LastModified"]))
    return Version(name=str(settings["Version"]), made_ms=made.timestamp() * 1000, settings=settings)
