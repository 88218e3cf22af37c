"""Properties of CodeDeploy's resource types become requests of its API, which name the same things in small letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_SWITCHES = frozenset({"Enabled", "IgnorePollAlarmFailure"})
_NUMBERS = frozenset({"CanaryInterval", "CanaryPercentage", "LinearInterval", "LinearPercentage"})


class UnsupportedError(ValueError):
    """A template wants what the local cloud does not do."""


def request(kind: str, properties: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """Return the request that creates a resource; raises UnsupportedError for a property that is not known here."""
    unknown = sorted(set(properties) - set(known))
    if unknown:
        raise UnsupportedError(
            f"{kind}: found {', '.join(unknown)}, expected only {', '.join(sorted(known))}:"
            " the local cloud deploys Lambda functions alone; leave it out to rehearse"
        )
    return {_small(name): _value(name, value) for name, value in properties.items()}


def _value(name: str, value: Any) -> Any:
    if name == "Tags":
        return value
    if isinstance(value, Mapping):
        return {_small(inner): _value(inner, found) for inner, found in value.items()}
    if isinstance(value, list):
        return [_value("", found) for found in value]
    # A parameter of a template is text, whatever it stands for.
    if name in _SWITCHES and isinstance(value, str):
        return value.lower() == "true"
    if name in _NUMBERS and isinstance(value, str) and value.isdigit():
        return int(value)
    return value


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]
