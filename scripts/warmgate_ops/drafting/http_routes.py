"""Routes of HTTP triggers: the path to call of one, and the order in which they are worth calling."""

from __future__ import annotations

import re

from warmgate.policy.values import EventKind
from warmgate_ops.drafting.known import Trigger

_PARAMETER = re.compile(r"\{([^}+]*)(\+?)\}")
_ANY = {"", "ANY", "X-AMAZON-APIGATEWAY-ANY-METHOD", "*"}
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def route(kind: EventKind, method: str, path: str, says: str) -> Trigger:
    """Return the trigger of a route; any method is GET, and `$default` the root."""
    word = method.upper()
    method = "GET" if word in _ANY or word not in _METHODS else word
    path = path if path.startswith("/") else "/"
    fields = {"method": method, "path": _PARAMETER.sub(lambda found: "index" if found[2] else "1", path)}
    if "{" in path:
        fields["route"] = path
    return Trigger(kind=kind, fields=fields, says=f"{says}: {word if word in _METHODS else 'any method'} {path}")


def worth_calling(routes: list[Trigger]) -> list[Trigger]:
    """Return the routes in order: GET before what may write, paths without parameters first."""
    return sorted(routes, key=lambda each: (each.fields["method"] != "GET", "route" in each.fields))
