"""Functions of an account and where they log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from warmgate.model.log_stream import OWN_GROUPS, FunctionLog

HIDING = frozenset({"WARN"})
"""System log levels that leave out platform.report; it is written at INFO (Lambda, log level filtering)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggingFunction:
    """A function, and how it logs."""

    name: str
    log_group: str
    is_json: bool = False
    system_level: str = "INFO"

    @property
    def log(self) -> FunctionLog:
        """Its part of the log group."""
        return FunctionLog(self.log_group, self.name)

    @property
    def hides_reports(self) -> bool:
        """Whether its log tells no reports."""
        return self.is_json and self.system_level in HIDING


def function_of(configuration: Mapping[str, Any]) -> LoggingFunction:
    """Return a function by its configuration."""
    logging = configuration.get("LoggingConfig") or {}
    name = str(configuration["FunctionName"])
    return LoggingFunction(
        name=name,
        log_group=str(logging.get("LogGroup") or OWN_GROUPS + name),
        is_json=logging.get("LogFormat") == "JSON",
        system_level=str(logging.get("SystemLogLevel") or "INFO"),
    )


def functions_in(
    clients: Callable[[str], Any], match: Sequence[str], tags: Mapping[str, str]
) -> Iterator[LoggingFunction]:
    """Yield the functions of an account and region; raises what the SDK raises.

    Args:
        clients: gives the client of a service.
        match: patterns of names, one of which must fit; none lets every name through.
        tags: all of which a function must have.
    """
    client = clients("lambda")
    for page in client.get_paginator("list_functions").paginate():
        for configuration in page.get("Functions", []):
            if match and not any(fnmatchcase(configuration["FunctionName"], pattern) for pattern in match):
                continue
            if tags:
                found = client.list_tags(Resource=configuration["FunctionArn"]).get("Tags") or {}
                if any(found.get(key) != value for key, value in tags.items()):
                    continue
            yield function_of(configuration)


def one_function(clients: Callable[[str], Any], name: str, qualifier: str) -> tuple[LoggingFunction, str]:
    """Return a function, and the version that an alias names now; raises what the SDK raises."""
    client = clients("lambda")
    asked = {"FunctionName": name, **({"Qualifier": qualifier} if qualifier else {})}
    function = function_of(client.get_function_configuration(**asked))
    if not qualifier or qualifier.isdecimal() or qualifier == "$LATEST":
        return function, qualifier
    return function, str(client.get_alias(FunctionName=name, Name=qualifier)["FunctionVersion"])
