"""Turns the text of an AppSpec into YAML nodes that know their lines, and reads nodes with every fault gathered.

It knows YAML, JSON and the marks that templates leave behind, and nothing of what CodeDeploy makes of an AppSpec.
"""

from __future__ import annotations

import json
import re
from types import MappingProxyType
from typing import Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from warmgate.documents.place import nearest
from warmgate.errors import AppSpecError, Fault
from warmgate.visible import one_line

DOCUMENT: Final = "(document)"
RENDER: Final = "render the template before CodeDeploy gets it: nothing fills in placeholders later"
# CodeDeploy takes far less; composing nodes takes seconds a megabyte.
_LONGEST: Final = 256 * 1024
ALIKE: Final = 0.75
"""Likeness of a key to one that is missing: what else stands there is no misspelling of it."""
_DEEPEST_MERGE: Final = 4
_PLACEHOLDER = re.compile(
    r"\{\{[^}]*\}?\}?|[$#%]\{[^}]*\}?|[$%]\([^)]*\)|<[^<>]+>|%[A-Za-z_][\w.]*%|\$(?!LATEST\b)[A-Za-z_]\w*|@[A-Za-z_]\w*@"
    r"|^__\w+__$|\{[A-Za-z_][\w.]*\}"
)
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp"))
Keys = dict[str, tuple[Node, Node]]
"""Key and value of each entry of a mapping, by the key in lower case."""
_EXAMPLES: Final = MappingProxyType(
    {"version": "0.0", "Type": "AWS::Lambda::Function", "Name": "FUNCTION", "Alias": "live"}
    | {"CurrentVersion": "1", "TargetVersion": "2"}
)
_NULL: Final = "tag:yaml.org,2002:null"


def root_of(text: str, source: str) -> MappingNode:
    """Return the one mapping that a text holds; raises AppSpecError where it holds anything else."""
    text = text.removeprefix("\ufeff")
    if len(text) > _LONGEST:
        raise AppSpecError(
            _fault(source, None, f"{len(text)} characters", f"at most {_LONGEST}", "pass the AppSpec alone")
        )
    try:
        root = _composed(text)
    except json.JSONDecodeError as error:
        raise AppSpecError(
            _unreadable(source, text, error.lineno, f"broken JSON ({error.msg})", "fix the JSON")
        ) from error
    except yaml.YAMLError as error:
        raise AppSpecError(_broken(error, text, source)) from error
    except (ValueError, OverflowError, RecursionError) as error:
        found = f"text that cannot be read ({error})"
        raise AppSpecError(
            _fault(source, None, found, "YAML or JSON", "write plain YAML without exotic escapes")
        ) from error
    if root is None or is_empty(root):
        raise AppSpecError(
            _fault(source, 1, "an empty document", "an AppSpec", "pass the file that CodeDeploy deploys")
        )
    if not isinstance(root, MappingNode):
        found, fix = described(root), "begin with `version: 0.0` and `Resources:` at the left margin"
        raise AppSpecError(_fault(source, line_of(root), found, "a mapping with version and Resources", fix))
    return root


def line_of(node: Node) -> int:
    """Return the line a node begins on, counted from 1."""
    return int(node.start_mark.line) + 1


def is_empty(node: Node) -> bool:
    """Say whether a node holds nothing: null, an empty text."""
    return isinstance(node, ScalarNode) and (node.tag == _NULL or not node.value.strip())


def placeholder_of(node: Node) -> str | None:
    """Return what a template left in a node unrendered, None where the node is plain."""
    if node.tag.startswith("!"):
        return f"{node.tag} {node.value}" if isinstance(node, ScalarNode) else node.tag
    if isinstance(node, ScalarNode):
        found = _PLACEHOLDER.search(node.value[:1000])
        return found[0] if found else None
    if isinstance(node, MappingNode):
        for key, _ in node.value:
            if isinstance(key, MappingNode):
                return _line_text(node)
            if isinstance(key, ScalarNode) and (key.value == "Ref" or key.value.startswith("Fn::")):
                return f"the intrinsic {key.value}"
    return None


def described(node: Node) -> str:
    """Say what a node holds, short enough for a message."""
    if isinstance(node, MappingNode):
        return "a mapping"
    if isinstance(node, SequenceNode):
        return "a list"
    if is_empty(node):
        return "nothing"
    tag = "" if node.tag in _PLAIN_TAGS else f"{node.tag} "
    return f"{tag}'{shortened(str(node.value))}'"


def shortened(text: str) -> str:
    """Return a text on one line, cut to 80 characters."""
    text = one_line(text)
    return text if len(text) <= 80 else f"{text[:77]}..."


def pairs_of(node: Node, depth: int = 0) -> list[tuple[Node, Node]]:
    """Return the keys and values of a mapping, with what it merges (`<<`) behind its own."""
    if not isinstance(node, MappingNode) or depth > _DEEPEST_MERGE:
        return []
    own = [(key, value) for key, value in node.value if not _merges(key)]
    known = {str(key.value) for key, _ in own}
    for key, value in node.value:
        if _merges(key):
            for part in value.value[:20] if isinstance(value, SequenceNode) else [value]:
                added = [pair for pair in pairs_of(part, depth + 1) if str(pair[0].value) not in known]
                known |= {str(pair[0].value) for pair in added}
                own += added
    return own


def _merges(key: Node) -> bool:
    return bool(key.tag == "tag:yaml.org,2002:merge")


def _line_text(node: Node) -> str:
    snippet = node.start_mark.get_snippet(indent=0, max_length=160) or ""
    return shortened(snippet.partition("\n")[0])


def _composed(text: str) -> Node | None:
    if not text.lstrip().startswith("{"):
        return yaml.compose(text, yaml.SafeLoader)
    try:
        value = json.loads(text)
    except json.JSONDecodeError as broken:
        try:
            return yaml.compose(text, yaml.SafeLoader)  # flow style: single quotes, comments
        except yaml.YAMLError as error:
            raise broken from error  # it was meant to be JSON
    try:
        # In valid JSON every tab is white space between tokens; YAML does not allow it there.
        return yaml.compose(text.replace("\t", " "), yaml.SafeLoader)
    except yaml.YAMLError:
        return yaml.compose(json.dumps(value), yaml.SafeLoader)


def _broken(error: yaml.YAMLError, text: str, source: str) -> Fault:
    if not isinstance(error, yaml.MarkedYAMLError):
        return _fault(source, None, shortened(str(error)), "printable text", "save the file as UTF-8 text")
    mark = error.problem_mark or error.context_mark
    line = int(mark.line) + 1 if mark else 1
    if "single document" in (error.context or ""):
        return _fault(source, line, "a second YAML document", "one document", "remove the `---` and what follows it")
    if "\\t" in (error.problem or ""):
        return _unreadable(source, text, line, "a tab in YAML", "indent with spaces")
    if "anchor" in (error.problem or "") or "alias" in (error.problem or ""):
        return _unreadable(source, text, line, str(error.problem), "define each anchor once, before its alias")
    found = f"broken YAML ({shortened(error.problem or error.context or '')})"
    return _unreadable(source, text, line, found, "fix the YAML: look for a missing colon, quote or indent")


def _unreadable(source: str, text: str, line: int, found: str, fix: str) -> Fault:
    """Return the fault of broken text, with the template as the likely cause where the line looks like one."""
    lines = text.splitlines()
    at_fault = lines[line - 1] if 0 < line <= len(lines) else ""
    rendered = _PLACEHOLDER.search(at_fault[:1000])
    if rendered:
        found, fix = f"{found} at the placeholder {shortened(rendered[0])}", RENDER
    return _fault(source, line, found, "YAML or JSON", fix)


def _fault(source: str, line: int | None, found: str, expected: str, fix: str) -> Fault:
    return Fault(source=source, line=line, path=DOCUMENT, found=found, expected=expected, fix=fix)


class Reader:
    """Reads nodes and gathers the faults found on the way."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.faults: list[Fault] = []

    def refuse(self, node: Node, path: str, found: str, expected: str, fix: str) -> None:
        """Add a fault at the line of a node."""
        fault = Fault(source=self.source, line=line_of(node), path=path, found=found, expected=expected, fix=fix)
        self.faults.append(fault)

    def keys(self, node: Node, path: str) -> Keys:
        """Return key and value of each entry of a mapping by its key in lower case."""
        known: Keys = {}
        for key, value in pairs_of(node):
            if not isinstance(key, ScalarNode):
                found = placeholder_of(node) or f"{described(key)} as a key"
                self.refuse(key, path or DOCUMENT, found, "a plain key", RENDER)
                continue
            name = key.value.strip().lower()
            if name in known:
                found = f"the key '{shortened(key.value)}' again, after line {line_of(known[name][0])}"
                self.refuse(key, joined(path, key.value), found, "each key once, in any case", "remove one of the two")
            known.setdefault(name, (key, value))
        return known

    def text(self, node: Node, path: str, expected: str, fix: str) -> str | None:
        """Return the text of a scalar; None, with a fault, for anything else."""
        placeholder = placeholder_of(node)
        if placeholder:
            self.refuse(node, path, f"the placeholder {shortened(placeholder)}", expected, RENDER)
        elif isinstance(node, ScalarNode) and not is_empty(node):
            return str(node.value).strip()
        else:
            self.refuse(node, path, described(node), expected, fix)
        return None

    def required(self, keys: Keys, name: str, parent: Node, path: str, fix: str) -> Node | None:
        """Return the value of a key that must be there; None, with a fault, where it is not."""
        if name.lower() in keys:
            return keys[name.lower()][1]
        near = nearest(name.lower(), keys, ALIKE)
        found = f"no {name} but '{keys[near][0].value}'" if near else f"no {name}"
        self.refuse(keys[near][0] if near else parent, joined(path, name), found, name, fix)
        return None

    def valued(self, keys: Keys, name: str, parent: Node, path: str, expected: str) -> tuple[Node, str] | None:
        """Return node and text of a key that must be there and must hold a text."""
        fix = f"write `{name}: {_EXAMPLES[name]}`"
        node = self.required(keys, name, parent, path, fix)
        text = self.text(node, joined(path, name), expected, fix) if node else None
        return (node, text) if node and text else None


def joined(path: str, key: object) -> str:
    """Return the path of a key below a path."""
    return f"{path}.{shortened(str(key))}" if path else shortened(str(key))
