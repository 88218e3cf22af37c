"""YAML or JSON template text becomes nodes that know their line; tags such as !Ref stay what they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from warmgate.errors import DocumentError, Fault

_LONGEST = 2 * 1024 * 1024
_NULL = "tag:yaml.org,2002:null"
_MERGE = "tag:yaml.org,2002:merge"
_BOOL = "tag:yaml.org,2002:bool"
_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_NO_VALUE = "AWS::NoValue"
_LONG_FORMS = frozenset({"Ref", "Condition"})


@dataclass(frozen=True, slots=True)
class Value:
    """A node of a template."""

    node: Node
    key_line: int | None = None

    @property
    def line(self) -> int:
        """Return the line of its key, of its own beginning where it has none, counted from 1."""
        return self.key_line or int(self.node.start_mark.line) + 1

    def get(self, key: str) -> Value | None:
        """Return the value of a key, of the first choice that has it; None where this has no such key."""
        found = (value for choice in self.choices() for name, value in choice.items() if name == key)
        return next((value for value in found if any(value.choices())), None)

    def at(self, *path: str) -> Value | None:
        """Return what stands at a path of keys."""
        found: Value | None = self
        for key in path:
            found = found.get(key) if found else None
        return found

    def choices(self) -> Iterator[Value]:
        """Yield what this may be: both branches of an If, nothing for AWS::NoValue and null, else itself."""
        function, argument = self.intrinsic() or ("", self)
        if function == "If" and len(argument.entries()) == 3:
            for branch in argument.entries()[1:]:
                yield from Value(branch.node, self.key_line).choices()
        elif not (function == "Ref" and argument.text() == _NO_VALUE) and self.node.tag != _NULL:
            yield self

    def items(self) -> Iterator[tuple[str, Value]]:
        """Yield keys and values of a mapping, those of its merge keys that it does not write itself too."""
        if isinstance(self.node, MappingNode):
            for key, value in _pairs(self.node, ()):
                yield key.value, Value(value, int(key.start_mark.line) + 1)

    def entries(self) -> tuple[Value, ...]:
        """Return the entries of a list."""
        return tuple(Value(node) for node in self.node.value) if isinstance(self.node, SequenceNode) else ()

    def text(self) -> str | None:
        """Return a plain scalar; None where a template function decides, or where it is no scalar."""
        plain = isinstance(self.node, ScalarNode) and not self.node.tag.startswith("!") and self.node.tag != _NULL
        return self.node.value if plain else None

    def flag(self) -> bool | None:
        """Return a boolean of YAML 1.1, as CloudFormation reads it; None where this is none, or something decides."""
        word = (self.text() or "").lower()
        return _FLAGS.get(word) if self.node.tag == _BOOL or word in {"true", "false"} else None

    def intrinsic(self) -> tuple[str, Value] | None:
        """Return name and argument of a template function, `!Ref X` and `{Ref: X}` alike."""
        if self.node.tag.startswith("!"):
            return self.node.tag.removeprefix("!"), Value(_untagged(self.node))
        pairs = list(self.items())
        if len(pairs) == 1 and (pairs[0][0] in _LONG_FORMS or pairs[0][0].startswith("Fn::")):
            return pairs[0][0].removeprefix("Fn::"), pairs[0][1]
        return None

    @property
    def kind(self) -> str:
        """Return the type of a resource."""
        found = self.get("Type")
        return (found.text() if found else None) or ""

    def is_filled(self) -> bool:
        """Return whether a list or mapping has entries, or something decides about them."""
        return bool(self.entries()) or self.intrinsic() is not None or any(self.items())


def root_of(text: str, source: str) -> Value:
    """Return the mapping that a template's text holds; raises DocumentError."""
    if len(text) > _LONGEST:
        raise DocumentError(_fault(source, None, f"{len(text)} characters", f"at most {_LONGEST}"))
    try:
        root = yaml.compose(text.removeprefix("\ufeff").replace("\t", "  "), Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        raise DocumentError(
            _fault(source, mark.line + 1 if mark else None, f"broken YAML ({problem})", "YAML or JSON")
        ) from error
    except (RecursionError, ValueError) as error:
        raise DocumentError(_fault(source, None, f"text that cannot be read ({error})", "YAML or JSON")) from error
    resources = Value(root).get("Resources") if isinstance(root, MappingNode) else None
    if root is None or resources is None or not isinstance(resources.node, MappingNode):
        raise DocumentError(_fault(source, 1, "no Resources", "a SAM or CloudFormation template"))
    return Value(root)


def _pairs(mapping: MappingNode, inside: tuple[Node, ...]) -> Iterator[tuple[ScalarNode, Node]]:
    """Yield the pairs of a mapping, its own first: SAM and the CLI resolve YAML's merge keys before they deploy."""
    own = [(key, value) for key, value in mapping.value if isinstance(key, ScalarNode)]
    yield from (pair for pair in own if pair[0].tag != _MERGE)
    known = {key.value for key, _ in own}
    for merged in (value for key, value in own if key.tag == _MERGE):
        for each in merged.value if isinstance(merged, SequenceNode) else [merged]:
            if isinstance(each, MappingNode) and each is not mapping and each not in inside:
                for key, value in _pairs(each, (*inside, mapping)):
                    if key.value not in known:
                        known.add(key.value)
                        yield key, value


def _untagged(node: Node) -> Node:
    kinds = {ScalarNode: "str", SequenceNode: "seq", MappingNode: "map"}
    return type(node)(f"tag:yaml.org,2002:{kinds[type(node)]}", node.value, node.start_mark, node.end_mark)


def _fault(source: str, line: int | None, found: str, expected: str) -> Fault:
    fix = "name the template that is deployed"
    return Fault(source=source, line=line, path="(template)", found=found, expected=expected, fix=fix)
