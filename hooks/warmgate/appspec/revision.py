"""Recognises what wraps an AppSpec for CodeDeploy's API: a revision, or the input of create-deployment around it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from yaml.nodes import MappingNode, Node, ScalarNode

from warmgate.appspec.nodes import DOCUMENT, Keys, Reader

_TAKE_OUT: Final = "pass its content: jq -r .{path}.content FILE | warmgate appspec check -"
_FETCH: Final = "pass the file that {path} names: aws s3 cp s3://BUCKET/KEY - | warmgate appspec check -"
_HOLDERS: Final = MappingProxyType(
    {
        "appspeccontent": ("appSpecContent", _TAKE_OUT),
        "string": ("string", _TAKE_OUT),
        "s3location": ("s3Location", _FETCH),
        "githublocation": ("gitHubLocation", "pass the AppSpec file that {path} names"),
    }
)
"""By the key in lower case, as the API spells it, and what to do."""


def refuse_revision(reader: Reader, top: Keys) -> bool:
    """Refuse a revision in the place of an AppSpec; True where one was found and nothing else is worth reading."""
    if "resources" in top:
        return False
    outer = top.get("revision")
    inner = Reader(reader.source).keys(outer[1], "") if outer and isinstance(outer[1], MappingNode) else None
    found = _holder(top if inner is None else inner)
    if found is None:
        return False
    path = "" if inner is None else "revision."
    name, fix = found
    reader.refuse(
        next(key for key, _ in top.values()),
        DOCUMENT,
        f"a revision with {path}{name}",
        "the AppSpec alone",
        fix.format(path=path + name),
    )
    return True


def _holder(keys: Keys) -> tuple[str, str] | None:
    """Return what holds the AppSpec, and what to do about it; None where this is no revision."""
    written: tuple[Node, Node] | None = keys.get("revisiontype")
    kind = written[1].value if written and isinstance(written[1], ScalarNode) else ""
    for key, found in _HOLDERS.items():
        if key in keys and (written or isinstance(keys[key][1], MappingNode)):
            return found
    return next((found for key, found in _HOLDERS.items() if kind and key.startswith(str(kind).lower())), None)
