"""What a template's text says of a name: what it begins with, or which resource it refers to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from warmgate_ops.doctor.template.nodes import Value

_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]*)\}")
_BEFORE_NAME = "function:"
_LONGEST = 500
"""Parts: a text that is put together from itself has no end."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A part of a text that the deployment decides."""

    refers_to: str = ""
    """Logical id of the resource or parameter it stands for; empty for any other."""


Part = str | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name as a template writes it."""

    start: str = ""
    """What it is known to begin with; the whole name where `is_whole`."""
    is_whole: bool = False
    refers_to: str = ""
    """Logical id of the resource or parameter whose name it is."""

    def begins_with(self, prefix: str) -> bool | None:
        """Return whether it begins so; None where the text does not say."""
        if self.start.startswith(prefix):
            return True
        cut_off = not self.is_whole and prefix.startswith(self.start)
        return None if cut_off else False


_HANDLERS = ("before_allow_traffic", "after_allow_traffic")
"""Modules of the hooks that Warmgate installs."""


def is_warmgates(handler: Value | None, name: Value | None) -> bool:
    """Return whether a hook is one of Warmgate's, by its handler or its name."""
    module = ((handler.text() if handler else None) or "").rpartition(".")[0].replace("/", ".").rpartition(".")[2]
    named = "".join(part for part in parts_of(name) if isinstance(part, str)) if name else ""
    return module in _HANDLERS or "warmgate" in named.lower()


def name_of(value: Value | None) -> Name:
    """Return what a value says of a function's name, which may stand in an ARN."""
    parts = _of_function(parts_of(value)) if value else (Unknown(),)
    first = parts[0] if parts else ""
    if isinstance(first, Unknown):
        others = parts[1:]
        is_it_alone = not others or str(others[0]).startswith(":")
        return Name(refers_to=first.refers_to if is_it_alone else "")
    name, colon, _ = first.partition(":")
    if first.startswith("arn:"):
        return Name()  # of what is not known, as far as it is written
    return Name(start=name, is_whole=bool(colon) or len(parts) == 1)


def parts_of(value: Value) -> tuple[Part, ...]:
    """Return the text that a value becomes, cut where the deployment decides; no two texts stand side by side."""
    joined: list[Part] = []
    for part in islice(_parts(value), _LONGEST):
        if joined and isinstance(part, str) and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return tuple(joined)


def references_of(value: Value | None) -> frozenset[str]:
    """Return the logical ids that a value's text is made of."""
    parts = parts_of(value) if value else ()
    return frozenset(part.refers_to for part in parts if isinstance(part, Unknown) and part.refers_to)


def attribute_of(value: Value) -> str:
    """Return the attribute that a GetAtt asks for; empty where a value is none."""
    function, argument = value.intrinsic() or ("", value)
    if function != "GetAtt":
        return ""
    entries = argument.entries()
    last = entries[-1].text() if entries else (argument.text() or "").partition(".")[2]
    return last or ""


def _of_function(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return the parts from the name in an ARN on; all where there is no ARN."""
    for place in range(len(parts) - 1, -1, -1):
        part = parts[place]
        if isinstance(part, str) and (part.startswith(_BEFORE_NAME) or f":{_BEFORE_NAME}" in part):
            name = part.rpartition(_BEFORE_NAME)[2]
            return (name, *parts[place + 1 :]) if name else parts[place + 1 :]
    return parts


def _parts(value: Value) -> Iterator[Part]:
    text = value.text()
    if text is not None:
        yield text
        return
    function, argument = value.intrinsic() or ("", value)
    if function == "Ref":
        yield _reference(argument.text() or "")
    elif function == "GetAtt":
        first = argument.entries()[0].text() if argument.entries() else argument.text()
        yield _reference((first or "").partition(".")[0])
    elif function == "Sub":
        yield from _substituted(argument)
    elif function == "Join":
        yield from _joined(argument.entries())
    else:
        yield Unknown()


def _reference(name: str) -> Unknown:
    return Unknown("" if name.startswith("AWS::") else name)


def _substituted(argument: Value) -> Iterator[Part]:
    text, own = (*argument.entries(), None, None)[:2] if argument.entries() else (argument, None)
    values: Mapping[str, Value] = dict(own.items()) if own else {}
    pattern, end = (text.text() if text else None) or "", 0
    for found in _PLACEHOLDER.finditer(pattern):
        yield pattern[end : found.start()]
        end, (literal, name) = found.end(), found.groups()
        if literal:
            yield f"${{{name}}}"
        elif name in values:
            yield from _parts(values[name])
        else:
            yield _reference(name.strip().partition(".")[0])
    yield pattern[end:]


def _joined(entries: tuple[Value, ...]) -> Iterator[Part]:
    between = entries[0].text() if len(entries) == 2 else None
    if between is None or not entries[1].entries():
        yield Unknown()
        return
    for place, entry in enumerate(entries[1].entries()):
        if place:
            yield between
        yield from _parts(entry)
