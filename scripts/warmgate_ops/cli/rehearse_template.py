"""Reads the function that `rehearse --template` names: code, handler, runtime, memory, timeout, variables, layers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from warmgate.errors import DocumentError, Fault
from warmgate_ops.doctor.template.names import parts_of
from warmgate_ops.doctor.template.nodes import Value, root_of
from warmgate_ops.doctor.template.reading import FUNCTIONS, Written

_LAYERS = {"AWS::Serverless::LayerVersion": "ContentUri", "AWS::Lambda::LayerVersion": "Content"}
_NAMES = ("FunctionName", "TableName", "BucketName", "QueueName", "TopicName", "Name")
_ATTRIBUTE = re.compile(r"\$\{[^}!]*\.")
MOST_MB, MOST_S = 10240, 900


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFunction:
    """What a template says of a function; empty or 0 where it says nothing."""

    name: str
    code: str
    """Where its code lies, as a path from the template's folder."""
    handler: str = ""
    runtime: str = ""
    memory_mb: int = 128
    timeout_s: int = 3
    variables: dict[str, str] = field(default_factory=dict)
    layers: tuple[str, ...] = ()
    """Paths from the template's folder."""
    architecture: str = ""


def function_in(path: Path, resource: str, given: frozenset[str], *, ignore_layers: bool) -> OwnFunction:
    """Return what a template says of a function.

    Args:
        path: the template.
        resource: its logical id; may be empty where there is one function only.
        given: names of variables whose values are given elsewhere.
        ignore_layers: whether layers are given elsewhere.

    Raises:
        DocumentError: it says too little, each thing that the deployment decides as a fault of its own.
    """
    from warmgate_ops.cli.logs import decoded

    root = root_of(decoded(path.read_bytes()), str(path))
    return _Reader(root, str(path)).read(resource, given, ignore_layers=ignore_layers)


class _Reader:
    """One template, and what is wrong with it for a rehearsal."""

    def __init__(self, root: Value, source: str) -> None:
        self._root = root
        self._source = source
        self._faults: list[Fault] = []
        resources = root.get("Resources")
        self._resources = dict(resources.items()) if resources else {}

    def read(self, resource: str, given: frozenset[str], *, ignore_layers: bool) -> OwnFunction:
        name = self._chosen(resource)
        body = self._resources[name]
        written = Written(body, self._root)
        if (kind := self._text(written.at("PackageType"), "PackageType")) == "Image":
            self._fault(body, name, f"PackageType: {kind}", "a function of code: no container image is rehearsed")
        variables, layers = dict(self._variables(body, given)), () if ignore_layers else tuple(self._layers(written))
        found = OwnFunction(
            name=self._text(written.at("FunctionName"), "FunctionName", needed=False) or name,
            code=self._code(written, name),
            handler=self._text(written.at("Handler"), "Handler"),
            runtime=self._text(written.at("Runtime"), "Runtime"),
            memory_mb=self._number(written.at("MemorySize"), "MemorySize", 128, MOST_MB),
            timeout_s=self._number(written.at("Timeout"), "Timeout", 3, MOST_S),
            variables=variables,
            layers=layers,
            architecture=self._architecture(written),
        )
        if self._faults:
            raise DocumentError(*self._faults)
        return found

    def _chosen(self, resource: str) -> str:
        functions = [name for name, body in self._resources.items() if body.kind in FUNCTIONS]
        if resource in functions or (not resource and len(functions) == 1):
            return resource or functions[0]
        found = f"no function {resource}" if resource else f"{len(functions)} functions"
        raise DocumentError(
            Fault(
                source=self._source,
                line=None,
                path="Resources",
                found=found,
                expected=f"--resource with one of {', '.join(functions)}" if functions else "a function",
                fix="name one with --resource" if functions else "name the template that has it",
            )
        )

    def _code(self, written: Written, name: str) -> str:
        key = "CodeUri" if written.kind == FUNCTIONS[0] else "Code"
        value = written.at(key)
        text = self._resolved(value) if value else ("." if key == "CodeUri" else None)
        if not text or text.startswith("s3://"):
            self._fault(value or written.body, f"{name}.{key}", text or "no local path", "a folder of code")
        return text or ""

    def _architecture(self, written: Written) -> str:
        listed = written.at("Architectures")
        entries = listed.entries() if listed else ()
        return (self._text(entries[0], "Architectures") if entries else "") or "x86_64"  # Lambda's own default

    def _variables(self, body: Value, given: frozenset[str]) -> Iterator[tuple[str, str]]:
        """Yield the variables of SAM's Globals and then the function's own, which replace them."""
        path = ("Environment", "Variables")
        common = self._root.at("Globals", "Function", *path) if body.kind == FUNCTIONS[0] else None
        own = body.at("Properties", *path)
        found = {key: value for place in (common, own) if place for key, value in place.items()}
        for key, value in found.items():
            text = self._resolved(value)
            if text is not None:
                yield key, text
            elif key not in given:
                fix = f"pass --env {key}=VALUE"
                self._fault(value, f"Environment.Variables.{key}", "what the deployment decides", "a value", fix)

    def _layers(self, written: Written) -> Iterator[str]:
        listed = written.at("Layers")
        for entry in listed.entries() if listed else ():
            function, argument = entry.intrinsic() or ("", entry)
            layer = self._resources.get(argument.text() or "") if function == "Ref" else None
            content = layer.at("Properties", _LAYERS[layer.kind]) if layer and layer.kind in _LAYERS else None
            text = self._resolved(content) if content else None
            if text and not text.startswith("s3://"):
                yield text
            else:
                self._fault(entry, "Layers", "a layer of an account", "one of this template", "pass --layer FOLDER")

    def _resolved(self, value: Value) -> str | None:
        """Return a text with defaults for parameters and names for resources; None where the deployment decides."""
        function, argument = value.intrinsic() or ("", value)
        pattern = argument.entries()[0] if function == "Sub" and argument.entries() else argument
        if function == "GetAtt" or (function == "Sub" and _ATTRIBUTE.search(pattern.text() or "")):
            return None
        parts = [part if isinstance(part, str) else self._stands_for(part.refers_to) for part in parts_of(value)]
        return None if None in parts else "".join(part or "" for part in parts)

    def _stands_for(self, logical_id: str) -> str | None:
        default = self._root.at("Parameters", logical_id, "Default") if logical_id else None
        if default is not None:
            return default.text()
        body = self._resources.get(logical_id)
        if body is None:
            return None
        named = next((found for key in _NAMES if (found := body.at("Properties", key))), None)
        # AWS makes a name of the logical id; that of a bucket has no capital letters.
        own = logical_id.lower() if body.kind == "AWS::S3::Bucket" else logical_id
        return (named.text() if named else None) or own

    def _text(self, value: Value | None, path: str, *, needed: bool = True) -> str:
        text = self._resolved(value) if value else ""
        if text is None and needed and value is not None:
            self._fault(value, path, "what the deployment decides", "a text")
        return text or ""

    def _number(self, value: Value | None, path: str, default: int, most: int) -> int:
        text = self._text(value, path)
        if text.isdecimal() and 0 < int(text) <= most:
            return int(text)
        if text and value is not None:
            self._fault(value, path, text, f"a number up to {most}")
        return default

    def _fault(
        self, value: Value, path: str, found: str, expected: str, fix: str = "pass the option of the same name"
    ) -> None:
        self._faults.append(
            Fault(source=self._source, line=value.line, path=path, found=found, expected=expected, fix=fix)
        )
