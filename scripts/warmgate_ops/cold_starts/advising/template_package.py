"""The code of a template's function, where it lies beside the template."""

from __future__ import annotations

from pathlib import Path

from warmgate_ops.cold_starts.advising.function import Function
from warmgate_ops.cold_starts.advising.package.archive import PackageError, archive_of, folder_of, source_of
from warmgate_ops.cold_starts.advising.package.contents import Inspected, inspected
from warmgate_ops.cold_starts.advising.template import inline_code, local_code
from warmgate_ops.doctor.facts import Denied, Fact, Missing


def inspected_beside(function: Function, template: Path) -> Fact[Inspected]:
    """Return what a function's folder or zip holds; None where the template names none beside itself."""
    if function.image or not function.handler:
        return None
    inline = inline_code(function)
    if inline is not None:
        return inspected(source_of(inline, f"index.{_ending(function)}"), function.handler)
    code = local_code(function)
    if code is None:
        return None
    place = template.parent / code
    try:
        if place.is_dir():
            return inspected(folder_of(place), function.handler)
        if place.is_file():
            return inspected(archive_of(place.read_bytes(), str(place)), function.handler)
    except (PackageError, OSError) as error:
        return Denied(place=function.name, reason=f"package: {error}")
    return Missing(place=str(place))


def _ending(function: Function) -> str:
    return "py" if (function.runtime or "").startswith("python") else "js"
