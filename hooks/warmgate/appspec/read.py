"""Reads the AppSpec of a Lambda deployment: YAML or JSON text -> function, alias, both versions, hooks.

Keys are read in any case, as the field writes them. What CodeDeploy would refuse, or would only refuse halfway through
a deployment, is refused here with its line, all faults at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from warmgate.appspec.nodes import (
    ALIKE,
    RENDER,
    Keys,
    Reader,
    described,
    is_empty,
    joined,
    pairs_of,
    placeholder_of,
    root_of,
    shortened,
)
from warmgate.appspec.revision import refuse_revision
from warmgate.documents.place import nearest
from warmgate.errors import AppSpecError
from warmgate.model.deployment import LifecycleEvent, Target
from warmgate.model.function_name import FunctionName, read_function_name

_TYPE: Final = "AWS::Lambda::Function"
_EC2_KEYS: Final = ("os", "files", "permissions", "file_exists_behavior")
_EVENTS = MappingProxyType({event.value.lower(): event for event in LifecycleEvent})
_UNSCRIPTED: Final = ("start", "allowtraffic", "end")
_ELSEWHERE: Final = (
    *("applicationstop", "downloadbundle", "beforeinstall", "install", "afterinstall", "applicationstart"),
    *("validateservice", "beforeblocktraffic", "blocktraffic", "afterblocktraffic"),
    *("allowtesttraffic", "afterallowtesttraffic"),
)
_VERSION = re.compile(r"0+(\.0+)?")
_NUMBER = re.compile(r"[1-9][0-9]{0,19}")
_ALIAS = re.compile(r"(?![0-9]+$)[A-Za-z0-9_-]{1,128}")
_NAMES: Final = "use up to 64 letters, digits, hyphens and underscores, or a whole ARN"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSpec:
    """What a Lambda AppSpec says; CurrentVersion is the baseline, TargetVersion the candidate."""

    version: str = "0.0"
    target: Target
    baseline: str
    candidate: str
    hooks: Mapping[LifecycleEvent, str] = field(default_factory=dict)
    """Lifecycle event -> name or ARN of the function that CodeDeploy calls."""
    named: str = field(default="", compare=False)
    """The target's function as it is written, name or ARN."""


def parse_appspec(text: str, source: str) -> AppSpec:
    """Return what an AppSpec says.

    Args:
        text: YAML or JSON.
        source: Where the text came from, for messages.

    Raises:
        AppSpecError: with every fault of the document.
    """
    reader = Reader(source)
    appspec = _read(reader, root_of(text, source))
    if reader.faults or appspec is None:
        raise AppSpecError(*sorted(reader.faults, key=lambda fault: fault.line or 0))
    return appspec


def _read(reader: Reader, root: MappingNode) -> AppSpec | None:
    top = reader.keys(root, "")
    if refuse_revision(reader, top) or _is_foreign(reader, top):
        return None
    version = reader.valued(top, "version", root, "", "0.0")
    if version and not _VERSION.fullmatch(version[1]):
        reader.refuse(version[0], "version", described(version[0]), "0.0", "0.0 is the only version there is")
    fix = "write `Resources:` and below it `- NAME:` with Type and Properties"
    resources = reader.required(top, "Resources", root, "", fix)
    functions = _functions(reader, resources) if resources else []
    found = [_function(reader, name, body) for name, body in functions]
    hooks = _hooks(reader, top)
    if len(functions) > 1:
        expected, fix = "exactly one function", "write one AppSpec and one deployment for each function"
        reader.refuse(functions[1][1], "Resources", f"{len(functions)} functions", expected, fix)
    if not version or not found or found[0] is None:
        return None
    return replace(found[0], version=version[1], hooks=hooks)


def _is_foreign(reader: Reader, top: Keys) -> bool:
    """Refuse an AppSpec of another platform; True where nothing else in it is worth reading."""
    expected, fix = "the AppSpec of a Lambda deployment", "deploy it in a deployment group of its own platform"
    for key in _EC2_KEYS:
        if key in top:
            found = f"'{key}', which belongs to an EC2/on-premises AppSpec"
            reader.refuse(top[key][0], key, found, expected, f"remove it, or {fix}")
    ecs = [node for node in _types(top) if isinstance(node, ScalarNode) and node.value.startswith("AWS::ECS::")]
    for node in ecs:
        reader.refuse(node, "Resources.Type", f"{described(node)}: an ECS AppSpec", expected, fix)
    return bool(ecs) or (bool(reader.faults) and "resources" not in top and any(key in top for key in _EC2_KEYS))


def _types(top: Keys) -> Iterator[Node]:
    """Yield every Type below Resources, however the resources are nested."""
    level = [top["resources"][1]] if "resources" in top else []
    for _ in range(3):
        below: list[Node] = []
        for node in level[:100]:
            below += node.value if isinstance(node, SequenceNode) else []
            for key, value in pairs_of(node):
                below.append(value)
                if isinstance(key, ScalarNode) and key.value.lower() == "type":
                    yield value
        level = below


def _functions(reader: Reader, node: Node) -> list[tuple[str, Node]]:
    """Return the name and the body of each resource."""
    expected, fix = "a list of one function", "put `- ` before the function's key"
    if not isinstance(node, SequenceNode) or not node.value:
        found = "an empty list" if isinstance(node, SequenceNode) else placeholder_of(node) or described(node)
        fix = fix if isinstance(node, MappingNode) else "write `- NAME:` with Type and Properties below Resources"
        reader.refuse(node, "Resources", found, expected, fix)
    functions: list[tuple[str, Node]] = []
    for place, item in enumerate(node.value if isinstance(node, SequenceNode) else [node]):
        if isinstance(item, MappingNode) and item.value:
            functions += _entries(reader, item, f"Resources[{place}]")
        elif isinstance(node, SequenceNode):
            found = "an empty mapping" if isinstance(item, MappingNode) else placeholder_of(item) or described(item)
            reader.refuse(item, f"Resources[{place}]", found, "a function", "write `- NAME:` with a colon")
    return functions


def _entries(reader: Reader, item: MappingNode, path: str) -> list[tuple[str, Node]]:
    keys = reader.keys(item, path)
    if not keys.keys() & {"type", "properties"}:
        for key, _ in keys.values():
            if placeholder_of(key):
                reader.refuse(key, path, f"the placeholder {placeholder_of(key)}", "a name for the resource", RENDER)
        return [(str(key.value), value) for key, value in keys.values()]
    names = [str(key.value) for name, (key, _) in keys.items() if name not in {"type", "properties"}]
    found = f"Type and Properties beside '{shortened(names[0])}'" if names else "Type and Properties without a name"
    fix = (
        "indent Type and Properties two spaces further than the name" if names else "write `- NAME:` above, and indent"
    )
    reader.refuse(item, path, found, "one name with Type and Properties below it", fix)
    return [(names[0] if names else "?", item)]


def _function(reader: Reader, name: str, body: Node) -> AppSpec | None:
    path = joined("Resources", name)
    if not isinstance(body, MappingNode):
        found, fix = (
            placeholder_of(body) or described(body),
            "write Type and Properties below the name, indented further",
        )
        reader.refuse(body, path, found, "Type and Properties", fix)
        return None
    keys = reader.keys(body, path)
    kind = reader.valued(keys, "Type", body, path, _TYPE)
    if kind and kind[1] != _TYPE:
        reader.refuse(kind[0], f"{path}.Type", described(kind[0]), _TYPE, f"write `Type: {_TYPE}`")
    beside = [str(keys[key][0].value) for key in ("name", "alias", "currentversion", "targetversion") if key in keys]
    fix = (
        f"indent {', '.join(beside)} below `Properties:`"
        if beside
        else "write `Properties:` with Name, Alias and both versions"
    )
    properties = reader.required(keys, "Properties", body, path, fix)
    return _properties(reader, properties, f"{path}.Properties") if properties else None


def _properties(reader: Reader, node: Node, path: str) -> AppSpec | None:
    if not isinstance(node, MappingNode) or not node.value:
        found = "an empty mapping" if isinstance(node, MappingNode) else placeholder_of(node) or described(node)
        fix = (
            "remove the dashes" if isinstance(node, SequenceNode) else "indent them two spaces further than Properties"
        )
        reader.refuse(node, path, found, "a mapping of Name, Alias, CurrentVersion and TargetVersion", fix)
        return None
    keys = reader.keys(node, path)
    written, function = _name(reader, keys, node, path)
    alias = _alias(reader, keys, node, path)
    baseline = _number(reader, keys, "CurrentVersion", node, path, function)
    candidate = _number(reader, keys, "TargetVersion", node, path, function)
    if baseline and baseline == candidate:
        expected, fix = "another version than CurrentVersion", "publish a new version and name it here"
        reader.refuse(
            keys["targetversion"][1], f"{path}.TargetVersion", f"{candidate}, as CurrentVersion", expected, fix
        )
    if not function or not alias or not baseline or not candidate:
        return None
    return AppSpec(target=Target(function.name, alias), baseline=baseline, candidate=candidate, named=written)


def _name(reader: Reader, keys: Keys, parent: Node, path: str) -> tuple[str, FunctionName | None]:
    """Return the function as it is written, and what that names."""
    expected = "the name or ARN of a function"
    valued = reader.valued(keys, "Name", parent, path, expected)
    if valued is None:
        return "", None
    node, name = valued
    found = read_function_name(name)
    if not found:
        reader.refuse(node, f"{path}.Name", described(node), expected, _NAMES)
    elif found.qualifier:
        fix = f"remove ':{found.qualifier}': alias and versions have keys of their own"
        reader.refuse(node, f"{path}.Name", described(node), "a function without a qualifier", fix)
    return name, found


def _alias(reader: Reader, keys: Keys, parent: Node, path: str) -> str | None:
    expected = "the name of an alias"
    valued = reader.valued(keys, "Alias", parent, path, expected)
    if valued is None:
        return None
    node, alias = valued
    if not _ALIAS.fullmatch(alias):
        fix = "use the alias alone, of letters, digits, hyphens and underscores"
        if alias.isdigit():
            fix = "name an alias: a bare number is a version, and traffic is shifted by moving an alias"
        elif alias == "$LATEST":
            fix = "name an alias: $LATEST cannot be shifted"
        reader.refuse(node, f"{path}.Alias", described(node), expected, fix)
    return alias


def _number(
    reader: Reader, keys: Keys, name: str, parent: Node, path: str, function: FunctionName | None
) -> str | None:
    expected = "the number of a published version"
    valued = reader.valued(keys, name, parent, path, expected)
    if valued is None or _NUMBER.fullmatch(valued[1]):
        return valued and valued[1]
    node, number = valued
    found, fix = described(node), f"write a whole number from 1 on, as `{name}: 7`"
    version = read_function_name(number)
    if number == "$LATEST":
        fix = "publish a version and write its number: an alias shifts between published versions only"
    elif version and version.qualifier:
        other = "" if function is None else _other(version, function)
        if function is None or other:
            fix = f"write the number of a version of {function.name if function else 'the function that Name names'}"
        elif _NUMBER.fullmatch(version.qualifier):
            fix = f"write {version.qualifier}, the number alone"
        found += f", which is of {other} and not of {shortened(function.name)}" if function and other else ""
    reader.refuse(node, f"{path}.{name}", found, expected, fix)
    return None


def _other(version: FunctionName, function: FunctionName) -> str:
    """Return whose version an ARN names, if not the function's own; empty for its own."""
    place = version.elsewhere(function.region, function.account)
    told = shortened(version.name) + (f" in {place}" if place else "")
    return told if place or version.name != function.name else ""


def _hooks(reader: Reader, top: Keys) -> dict[LifecycleEvent, str]:
    hooks: dict[LifecycleEvent, str] = {}
    near = nearest("hooks", top, ALIKE)
    if near and near != "resources":
        key = top[near][0]
        reader.refuse(key, near, f"the key '{shortened(str(key.value))}'", "Hooks", "write `Hooks:`")
    node = top["hooks"][1] if "hooks" in top else None
    if node is None or (is_empty(node) and not placeholder_of(node)):
        return hooks
    expected = "a list of `- EVENT: FUNCTION`"
    if not isinstance(node, SequenceNode):
        fix = (
            "put `- ` before each event" if isinstance(node, MappingNode) else "write `- BeforeAllowTraffic: FUNCTION`"
        )
        reader.refuse(node, "Hooks", placeholder_of(node) or described(node), expected, fix)
    for place, item in enumerate(node.value if isinstance(node, SequenceNode) else [node]):
        path = f"Hooks[{place}]" if isinstance(node, SequenceNode) else "Hooks"
        if isinstance(item, MappingNode):
            for key, value in reader.keys(item, path).values():
                _hook(reader, key, value, path, hooks)
        elif isinstance(node, SequenceNode):
            found = placeholder_of(item) or described(item)
            reader.refuse(item, path, found, "a mapping of an event to a function", "write `- EVENT: FUNCTION`")
    return hooks


def _hook(reader: Reader, key: Node, value: Node, path: str, hooks: dict[LifecycleEvent, str]) -> None:
    path = joined(path, key.value)
    event = _EVENTS.get(str(key.value).strip().lower())
    if event is None:
        reader.refuse(key, path, described(key), " or ".join(LifecycleEvent), _event_fix(str(key.value)))
        return
    if event in hooks:
        expected, fix = "each event once", "call both from one function: CodeDeploy calls one hook an event"
        reader.refuse(key, path, f"{event} again", expected, fix)
    expected, fix = "the name or ARN of a function", f"write `- {event}: FUNCTION`, or remove the line"
    function = reader.text(value, path, expected, fix)
    if function and not read_function_name(function):
        reader.refuse(value, path, described(value), expected, _NAMES)
    elif function:
        hooks.setdefault(event, function)


def _event_fix(name: str) -> str:
    """Say why an event cannot be hooked, or which one was meant."""
    name = name.strip().lower()
    if name in _UNSCRIPTED:
        return "remove it: CodeDeploy keeps this event for itself"
    if name in _ELSEWHERE:
        return "remove it: this event belongs to EC2 or ECS deployments"
    near = nearest(name, _EVENTS, ALIKE)
    return f"write {_EVENTS[near]}" if near else "remove it, or write one of the two"
