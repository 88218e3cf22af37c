"""Settings of functions that AWS refuses together, or that do nothing as they are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING

from warmgate_ops.doctor.template.names import parts_of, references_of
from warmgate_ops.doctor.template.nodes import Value
from warmgate_ops.doctor.template.resources import Setting

if TYPE_CHECKING:
    from warmgate_ops.doctor.template.reading import Written

_SNAPSHOT, _PROVISIONED, _URL = "SnapStart", "ProvisionedConcurrencyConfig", "FunctionUrlConfig"
_TENANCY, _PUBLISHED = "TenancyConfig", "AutoPublishAlias"
_REFUSED = (
    (_SNAPSHOT, _PROVISIONED, "provisioned concurrency"),
    (_SNAPSHOT, _TENANCY, "tenant isolation"),
    (_TENANCY, _PROVISIONED, "provisioned concurrency"),
    (_TENANCY, _URL, "a function URL"),
)
_MOST_STORAGE_MB = 512
_OTHER_FILES = "s3files"
"""In ARN and type of Amazon S3 Files: AWS says of Amazon EFS alone that SnapStart excludes it."""


def settings_of(resources: Sequence[tuple[str, Value]], written: Iterable[tuple[str, Written]]) -> Iterator[Setting]:
    """Yield what AWS refuses or ignores in the functions of a template."""
    elsewhere = frozenset(_set_elsewhere(resources))
    kinds = {name: body.kind for name, body in resources}
    for name, function in written:
        if function.kind in ("AWS::Serverless::Function", "AWS::Lambda::Function"):
            keys = (_PROVISIONED, _TENANCY, _URL, _PUBLISHED)
            has = {key for key in keys if function.at(key) is not None or (name, key) in elsewhere}
            has |= {_SNAPSHOT} if _has_snapshot(function) else set()
            for message in _refused(function, has, kinds):
                key = _SNAPSHOT if _SNAPSHOT in has and not message.startswith(_TENANCY) else _TENANCY
                yield Setting(logical_id=name, line=_line(function, key), is_refused=True, message=message)
            if _SNAPSHOT in has and _PUBLISHED not in has:
                yield Setting(logical_id=name, line=_line(function, _SNAPSHOT), is_refused=False, message=_INERT)


_INERT = "SnapStart takes snapshots of published versions, and the template publishes none of this function"


def _set_elsewhere(resources: Iterable[tuple[str, Value]]) -> Iterator[tuple[str, str]]:
    """Yield functions, by logical id, and what resources of their own set of them: SAM has it at the function."""
    for _, body in resources:
        keys = []
        if body.kind == "AWS::Lambda::Version":
            keys.append(_PUBLISHED)
        if body.kind in ("AWS::Lambda::Version", "AWS::Lambda::Alias") and body.at("Properties", _PROVISIONED):
            keys.append(_PROVISIONED)
        if body.kind == "AWS::Lambda::Url":
            keys.append(_URL)
        for named in (body.at("Properties", "FunctionName"), body.at("Properties", "TargetFunctionArn")):
            yield from ((name, key) for name in references_of(named) for key in keys)


def _refused(function: Written, has: Set[str], kinds: Mapping[str, str]) -> Iterator[str]:
    for first, second, words in _REFUSED:
        if first in has and second in has:
            yield f"{first} and {words} are refused together"
    if _SNAPSHOT not in has:
        return
    size = function.at("EphemeralStorage", "Size")
    text = (size.text() if size else None) or ""
    if text.isdigit() and int(text) > _MOST_STORAGE_MB:
        yield f"SnapStart and {text} MB of ephemeral storage are refused together, 512 MB are the most"
    if mounts_efs(function.at("FileSystemConfigs"), kinds):
        yield "SnapStart and an Amazon EFS file system are refused together"
    package = function.at("PackageType")
    if package is not None and package.text() == "Image":
        yield "SnapStart and a container image are refused together"


def mounts_efs(configs: Value | None, kinds: Mapping[str, str]) -> bool:
    """Return whether a file system is mounted that may be one of Amazon EFS."""
    for config in configs.entries() if configs else ():
        arn = config.get("Arn")
        written = "".join(part for part in parts_of(arn) if isinstance(part, str)) if arn else ""
        said = " ".join((written, *(kinds.get(name, "") for name in references_of(arn))))
        if _OTHER_FILES not in said.lower():
            return True
    return False


def _has_snapshot(function: Written) -> bool:
    applied = function.at(_SNAPSHOT, "ApplyOn")
    return applied is not None and applied.text() == "PublishedVersions"


def _line(function: Written, key: str) -> int:
    found = function.at(key)
    return found.line if found else function.body.line
