"""Reads a CloudFormation template and resolves its intrinsic functions where parameters and resources are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "123456789012",
}
_PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9:.]+)\}")
NOTHING = object()
"""What `AWS::NoValue` leaves behind: the key or the item that holds it is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the names of a template stand for: parameters by name, resources as `Name` or `Name.Attribute`."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: str) -> Any:
        """Return what a name stands for; raises KeyError."""
        if name == "AWS::NoValue":
            return NOTHING
        for known in (self.parameters, self.resources, _PSEUDO):
            if name in known:
                return known[name]
        raise KeyError(f"{name}: neither a known parameter nor a known resource")


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags."""


def _tagged(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _tagged)


def read_template(path: Path) -> dict[str, Any]:
    """Return the template of a file with every short tag in its long form."""
    return parse_template(path.read_text(encoding="utf-8"))


def parse_template(text: str) -> dict[str, Any]:
    """Return a template, YAML or JSON, with every short tag in its long form."""
    found: dict[str, Any] = yaml.load(text, _Loader)
    return found


def defaults_of(template: Mapping[str, Any]) -> dict[str, str]:
    """Return the parameters' defaults."""
    return {name: str(body.get("Default", "")) for name, body in template.get("Parameters", {}).items()}


def resolve(value: Any, template: Mapping[str, Any], names: Names) -> Any:
    """Return a value without intrinsic functions; raises KeyError for a name that nobody gave."""
    if isinstance(value, list):
        items = (resolve(item, template, names) for item in value)
        return [item for item in items if item is not NOTHING]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        key, inside = next(iter(value.items()))
        if key in _INTRINSIC:
            return _INTRINSIC[key](inside, template, names)
    entries = {key: resolve(inside, template, names) for key, inside in value.items()}
    return {key: inside for key, inside in entries.items() if inside is not NOTHING}


def _ref(inside: Any, template: Mapping[str, Any], names: Names) -> Any:
    found, parameter = names.of(inside), template.get("Parameters", {}).get(inside, {})
    return found.split(",") if parameter.get("Type") == "CommaDelimitedList" else found


def _attribute(inside: Any, _template: Mapping[str, Any], names: Names) -> Any:
    return names.of(inside if isinstance(inside, str) else ".".join(inside))


def _substituted(inside: str | list[Any], template: Mapping[str, Any], names: Names) -> str:
    text, own = (inside, {}) if isinstance(inside, str) else (inside[0], resolve(inside[1], template, names))
    return _PLACEHOLDER.sub(lambda found: str(own.get(found[1]) or names.of(found[1])), text).replace("${!", "${")


def _joined(inside: Any, template: Mapping[str, Any], names: Names) -> str:
    return str(inside[0]).join(map(str, resolve(inside[1], template, names)))


def _chosen(inside: Any, template: Mapping[str, Any], names: Names) -> Any:
    return resolve(inside[1] if _holds(inside[0], template, names) else inside[2], template, names)


def _holds(condition: str, template: Mapping[str, Any], names: Names) -> bool:
    return bool(resolve(template["Conditions"][condition], template, names))


_INTRINSIC: Mapping[str, Callable[[Any, Mapping[str, Any], Names], Any]] = {
    "Ref": _ref,
    "Fn::GetAtt": _attribute,
    "Fn::Sub": _substituted,
    "Fn::Join": _joined,
    "Fn::If": _chosen,
    "Fn::Split": lambda inside, template, names: str(resolve(inside[1], template, names)).split(inside[0]),
    "Fn::Select": lambda inside, template, names: resolve(inside[1], template, names)[int(inside[0])],
    "Fn::Equals": lambda inside, template, names: len({*map(str, resolve(inside, template, names))}) == 1,
    "Fn::Not": lambda inside, template, names: not resolve(inside[0], template, names),
    "Fn::Or": lambda inside, template, names: any(resolve(inside, template, names)),
    "Condition": _holds,
}
