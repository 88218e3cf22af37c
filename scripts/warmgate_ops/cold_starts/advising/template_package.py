"""The code of a template's function, where it stands in the template or lies beside it."""

from __future__ import annotations

from pathlib import Path

from warmgate_ops.cold_starts.advising.function import Function
from warmgate_ops.cold_starts.advising.package.archive import Archive, PackageError, archive_of, folder_of, source_of
from warmgate_ops.cold_starts.advising.package.contents import Inspected, inspected
from warmgate_ops.cold_starts.advising.template import inline_code, local_code
from warmgate_ops.doctor.facts import Denied, Fact, Missing


def inspected_beside(function: Function, template: Path) -> Fact[Inspected]:
    """Return what a function's source, folder or zip holds; None where the template names none of them."""
    if function.image or not function.handler:
        return None
    try:
        found = _archive(function, template)
    except (PackageError, OSError) as error:
        return Denied(place=function.name, reason=f"package: {error}")
    return inspected(found, function.handler) if isinstance(found, Archive) else found


def _archive(function: Function, template: Path) -> Archive | Missing | None:
    inline, code = inline_code(function), local_code(function)
    if inline is not None:
        ending = "py" if (function.runtime or "").startswith("python") else "js"
        return source_of(inline, f"index.{ending}")
    if code is None:
        return None
    place = template.parent / code
    if place.is_dir():
        return folder_of(place)
    return archive_of(place.read_bytes(), str(place)) if place.is_file() else Missing(place=str(place))
