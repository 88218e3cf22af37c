"""What a value of a template comes to whatever the deployment decides, and whether a parameter's default decided it."""

from __future__ import annotations

from dataclasses import dataclass

from warmgate_ops.doctor.template.names import parts_of
from warmgate_ops.doctor.template.nodes import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A value's text; None where the text alone does not tell it."""

    text: str | None = None
    is_written: bool = False
    """Whether the property stands there at all; one that is AWS::NoValue in every branch does not."""
    by_default: str = ""
    """The parameter whose default it is: a deployment may override it."""


def settled(root: Value, value: Value | None) -> Settled:
    """Return what a value comes to: of an If only what both branches say alike, of a list its one entry."""
    choices = list(value.choices()) if value else []
    if not choices:
        return Settled(is_written=False)
    found = {_one(root, choice) for choice in choices}
    texts = {text for text, _ in found}
    function, _ = (value.intrinsic() if value else None) or ("", None)
    some_none = function == "If" and len(choices) == 1
    if len(texts) != 1 or None in texts or some_none:
        return Settled(is_written=True)
    return Settled(text=next(iter(texts)), is_written=True, by_default=next((name for _, name in found if name), ""))


def _one(root: Value, value: Value) -> tuple[str | None, str]:
    entries = value.entries()
    if len(entries) == 1:
        value = entries[0]
    function, argument = value.intrinsic() or ("", value)
    if function == "Ref":
        name = argument.text() or ""
        default = root.at("Parameters", name, "Default")
        return (default.text() if default else None), name
    if function == "FindInMap":
        return _mapped(root, argument)
    text = value.text()
    if text is None and function in {"Sub", "Join"}:
        parts = parts_of(value)
        text = parts[0] if len(parts) == 1 and isinstance(parts[0], str) else None
    return text, ""


def _mapped(root: Value, argument: Value) -> tuple[str | None, str]:
    """Return what a map holds at keys that parameters' defaults choose, where all are known."""
    keys, chosen = [], ""
    for each in argument.entries():
        text, name = _one(root, each)
        if text is None:
            return None, ""
        keys.append(text)
        chosen = chosen or name
    found = root.at("Mappings", *keys) if len(keys) == 3 else None
    return (found.text() if found else None), chosen
