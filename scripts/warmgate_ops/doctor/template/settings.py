"""Settings of functions that AWS refuses together, or that do nothing as they are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from warmgate_ops.doctor.template.names import references_of
from warmgate_ops.doctor.template.nodes import Value
from warmgate_ops.doctor.template.resources import Setting

if TYPE_CHECKING:
    from warmgate_ops.doctor.template.reading import Written

_SNAPSHOT = "SnapStart"
_REFUSED = (
    (_SNAPSHOT, "ProvisionedConcurrencyConfig", "provisioned concurrency"),
    (_SNAPSHOT, "FileSystemConfigs", "a file system"),
    (_SNAPSHOT, "TenancyConfig", "tenant isolation"),
    ("TenancyConfig", "ProvisionedConcurrencyConfig", "provisioned concurrency"),
)
_MOST_STORAGE_MB = 512


def settings_of(resources: Iterable[tuple[str, Value]], written: Iterable[tuple[str, Written]]) -> Iterator[Setting]:
    """Yield what AWS refuses or ignores in the functions of a template."""
    published = {
        name
        for _, body in resources
        if body.kind == "AWS::Lambda::Version"
        for name in references_of(body.at("Properties", "FunctionName"))
    }
    for name, function in written:
        if function.kind in ("AWS::Serverless::Function", "AWS::Lambda::Function"):
            yield from _refused(name, function)
            if _has_snapshot(function) and name not in published and function.at("AutoPublishAlias") is None:
                yield Setting(logical_id=name, line=_line(function, _SNAPSHOT), is_refused=False, message=_INERT)


_INERT = "SnapStart takes snapshots of published versions, and the template publishes none of this function"


def _refused(name: str, function: Written) -> Iterator[Setting]:
    for first, second, words in _REFUSED:
        if _is_on(function, first) and function.at(second) is not None:
            message = f"{first} and {words} are refused together"
            yield Setting(logical_id=name, line=_line(function, first), is_refused=True, message=message)
    size = function.at("EphemeralStorage", "Size")
    text = (size.text() if size else None) or ""
    if _has_snapshot(function) and text.isdigit() and int(text) > _MOST_STORAGE_MB:
        message = f"SnapStart and {text} MB of ephemeral storage are refused together, 512 MB are the most"
        yield Setting(logical_id=name, line=_line(function, _SNAPSHOT), is_refused=True, message=message)
    package = function.at("PackageType")
    if _has_snapshot(function) and package is not None and package.text() == "Image":
        message = "SnapStart and a container image are refused together"
        yield Setting(logical_id=name, line=_line(function, _SNAPSHOT), is_refused=True, message=message)


def _is_on(function: Written, key: str) -> bool:
    return _has_snapshot(function) if key == _SNAPSHOT else function.at(key) is not None


def _has_snapshot(function: Written) -> bool:
    applied = function.at(_SNAPSHOT, "ApplyOn")
    return applied is not None and applied.text() == "PublishedVersions"


def _line(function: Written, key: str) -> int:
    found = function.at(key)
    return found.line if found else function.body.line
