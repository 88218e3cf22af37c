"""The text of a template: where a function's properties stand, and how one of them is changed."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from yaml.nodes import MappingNode, ScalarNode

from warmgate.errors import DocumentError
from warmgate_ops.doctor.findings import Place
from warmgate_ops.doctor.template.nodes import Value, root_of

SERVERLESS = "AWS::Serverless::Function"


@dataclass(frozen=True, slots=True)
class TemplateText:
    """A function of a template."""

    source: str
    text: str
    body: Value
    """The resource."""
    root: Value
    logical_id: str

    @property
    def is_sam(self) -> bool:
        """Whether SAM expands it."""
        return self.body.kind == SERVERLESS

    def place_of(self, place: Place, *properties: str) -> Place:
        """Return the line of the first of these properties that is written, in SAM's Globals too."""
        for name in properties:
            found = self.body.at("Properties", name)
            if found is None and self.is_sam:
                found = self.root.at("Globals", "Function", name)
            if found is not None:
                return replace(place, line=found.line)
        return place

    def changed(self, wanted: Mapping[str, str]) -> str:
        """Return the diff that sets properties, else the lines to write; each value is YAML of one line."""
        edited = self._edited(wanted)
        if edited is not None and self._says(edited, wanted):
            return _diff(self.text, edited, self.source)
        return property_lines(wanted)

    def _edited(self, wanted: Mapping[str, str]) -> str | None:
        """Return the text with the properties set; None where its form does not allow to do that by lines."""
        properties = self.body.at("Properties")
        node = properties.node if properties else None
        if not isinstance(node, MappingNode) or node.flow_style or not node.value:
            return None
        lines = self.text.splitlines(keepends=True)
        first = node.value[0][0].start_mark
        indent = " " * first.column
        own = {key.value: (key, value) for key, value in node.value if isinstance(key, ScalarNode)}
        added = []
        for name, value in wanted.items():
            if name not in own:
                added.append(f"{indent}{name}: {value}\n")
                continue
            key, held = own[name]
            one_line = held.end_mark.line == key.start_mark.line
            if not isinstance(held, ScalarNode) or not one_line or held.tag.startswith("!"):
                return None
            place = held.start_mark.line
            line = lines[place]
            lines[place] = line[: held.start_mark.column] + value + line[held.end_mark.column :]
        lines[first.line : first.line] = added
        return "".join(lines)

    def _says(self, edited: str, wanted: Mapping[str, str]) -> bool:
        """Return whether an edited text is read as it was meant: the text around it has many forms."""
        try:
            body = root_of(edited, self.source).at("Resources", self.logical_id)
        except DocumentError:
            return False
        expected = root_of(f"Resources: {{a: {{{', '.join(f'{k}: {v}' for k, v in wanted.items())}}}}}", "-")
        found = {name: body.at("Properties", name) if body else None for name in wanted}
        return all(_same(found[name], expected.at("Resources", "a", name)) for name in wanted)


def property_lines(wanted: Mapping[str, str]) -> str:
    """Return properties as lines of a SAM or CloudFormation template."""
    return "\n".join(["Properties:", *(f"  {name}: {value}" for name, value in wanted.items())])


def _same(one: Value | None, other: Value | None) -> bool:
    if one is None or other is None:
        return False
    if one.text() is not None or other.text() is not None:
        return one.text() == other.text()
    pairs, others = dict(one.items()), dict(other.items())
    return pairs.keys() == others.keys() and all(_same(pairs[key], others[key]) for key in pairs)


def _diff(old: str, new: str, source: str) -> str:
    lines: Sequence[str] = list(
        difflib.unified_diff(old.splitlines(), new.splitlines(), source, source, n=1, lineterm="")
    )
    return "\n".join(lines)
