"""What a template's text says of a name: what it begins with, or which resource it refers to."""

from __future__ import annotations

from dataclasses import dataclass

from warmgate_ops.doctor.template.nodes import Value


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


def name_of(value: Value | None) -> Name:
    """Return what a value says of a name."""
    if value is None:
        return Name()
    found = value.text()
    if found is not None:
        return Name(start=_without_arn(found), is_whole=True)
    intrinsic = value.intrinsic()
    return _decided(*intrinsic) if intrinsic else Name()


def _decided(function: str, argument: Value) -> Name:
    if function == "Ref":
        return Name(refers_to=argument.text() or "")
    if function == "GetAtt":
        first = argument.entries()[0].text() if argument.entries() else argument.text()
        return Name(refers_to=(first or "").partition(".")[0])
    if function == "Sub":
        return _substituted(argument.text() or next((found.text() or "" for found in argument.entries()), ""))
    if function == "Join":
        parts = argument.entries()[1].entries() if len(argument.entries()) > 1 else ()
        return Name(start=_without_arn(parts[0].text() or "") if parts else "")
    return Name()


def _substituted(text: str) -> Name:
    start, dollar, rest = text.partition("${")
    if not dollar:
        return Name(start=_without_arn(text), is_whole=True)
    if "function:" in text:
        return _substituted(text.rpartition("function:")[2])
    only, _, after = rest.partition("}")
    if not start and after in {"", ".Arn"}:
        return Name(refers_to=only.partition(".")[0])
    return Name(start=start)


def _without_arn(text: str) -> str:
    return text.rpartition("function:")[2].partition(":")[0] if text.startswith("arn:") else text
