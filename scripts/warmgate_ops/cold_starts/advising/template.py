"""Functions of a SAM or CloudFormation template, as far as its text settles their properties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import PurePosixPath

from warmgate_ops.cold_starts.advising.function import Concurrency, Event, Function, Layer
from warmgate_ops.cold_starts.advising.settled import Settled, settled
from warmgate_ops.cold_starts.advising.template_text import TemplateText
from warmgate_ops.doctor.findings import Place
from warmgate_ops.doctor.template.names import parts_of, references_of
from warmgate_ops.doctor.template.nodes import Value, root_of
from warmgate_ops.doctor.template.reading import FUNCTIONS, Written
from warmgate_ops.doctor.template.settings import mounts_efs

_DEFAULTS: Mapping[str, str] = {"MemorySize": "128", "Timeout": "3", "Architectures": "x86_64", "PackageType": "Zip"}
"""What Lambda takes where a template says nothing (AWS::Lambda::Function)."""
_STORAGE_MB = 512
_SPECIAL = (
    ("CapacityProviderConfig", "runs on Lambda Managed Instances"),
    ("TenancyConfig", "isolates tenants"),
    ("DurableConfig", "is a durable function"),
)


def functions_of(text: str, source: str, today: date) -> Iterator[Function]:
    """Yield the functions of a template; raises DocumentError where the text is none."""
    root = root_of(text, source)
    resources = [(name, body) for name, body in _entries(root) if body.get("Type") is not None]
    around = _Around(resources)
    for name, body in resources:
        if body.kind in FUNCTIONS:
            yield _Reader(TemplateText(source, text, body, root, name), around).function(today)


def inline_code(function: Function) -> str | None:
    """Return the source that stands in the template itself; Lambda keeps it as the module `index`."""
    text = function.text
    if text is None:
        return None
    written = Written(text.body, text.root)
    value = written.at("InlineCode") if text.is_sam else written.at("Code", "ZipFile")
    return settled(text.root, value).text


def local_code(function: Function) -> str | None:
    """Return the folder or zip with a function's code as the template names it; None where it is elsewhere."""
    text = function.text
    if text is None:
        return None
    written = Written(text.body, text.root)
    value = written.at("CodeUri") if text.is_sam else written.at("Code")
    found = settled(text.root, value)
    if found.text is None and text.is_sam and value is None:
        return "."
    path = found.text or ""
    is_elsewhere = not path or "://" in path or PurePosixPath(path).is_absolute()
    return None if is_elsewhere else path


class _Around:
    """What other resources of a template say of its functions."""

    def __init__(self, resources: list[tuple[str, Value]]) -> None:
        self.kinds = {name: body.kind for name, body in resources}
        self.published: set[str] = set()
        self.provisioned: dict[str, Value] = {}
        self.events: dict[str, list[Event]] = {}
        for name, body in resources:
            if body.kind in ("AWS::Lambda::Version", "AWS::Lambda::Alias"):
                named = references_of(body.at("Properties", "FunctionName"))
                self.published |= named
                config = body.at("Properties", "ProvisionedConcurrencyConfig")
                if config is not None:
                    self.provisioned |= dict.fromkeys(named, config)
            elif body.kind == "AWS::Lambda::EventSourceMapping":
                called = body.at("Properties", "FunctionName")
                for function in references_of(called):
                    self.events.setdefault(function, []).append(Event(source=name, qualifier=_qualifier(called)))


class _Reader:
    """Reads one function."""

    def __init__(self, text: TemplateText, around: _Around) -> None:
        self._text = text
        self._written = Written(text.body, text.root)
        self._around = around
        self._by_default: dict[str, str] = {}

    def function(self, today: date) -> Function:
        """Return the function."""
        text, name = self._text, self._text.logical_id
        package = self._says("PackageType")
        image = None if package is None else package == "Image"
        snap = self._at("SnapStart", "ApplyOn")
        reserved = self._number("ReservedConcurrentExecutions")
        return Function(
            name=name,
            place=Place(name=name, file=text.source, line=text.body.line),
            today=today,
            runtime="" if image else self._says("Runtime"),
            image=image,
            architecture=self._says("Architectures"),
            memory_mb=self._number("MemorySize"),
            timeout_s=self._number("Timeout"),
            storage_mb=self._storage(),
            vpc=self._has("VpcConfig"),
            efs=self._mounts_efs(),
            snap_start=snap.text == "PublishedVersions" if snap.text or not snap.is_written else None,
            published=self._has("AutoPublishAlias") or name in self._around.published,
            handler=self._says("Handler"),
            hides_reports=self._hides(),
            update_mode=self._at("RuntimeManagementConfig", "UpdateRuntimeOn").text,
            special=next((words for key, words in _SPECIAL if self._written.at(key) is not None), ""),
            layers=tuple(self._layers()),
            provisioned=self._provisioned(),
            concurrency=Concurrency(reserved=reserved) if reserved is not None else None,
            events=tuple(self._around.events.get(name, ())),
            by_default=self._by_default,
            text=text,
        )

    def _at(self, *path: str) -> Settled:
        found = settled(self._text.root, self._written.at(*path))
        if found.by_default:
            self._by_default[path[0]] = found.by_default
        return found

    def _says(self, key: str) -> str | None:
        """Return what a property settles to; Lambda's default where it is not written, None where something decides."""
        found = self._at(key)
        return found.text if found.is_written else _DEFAULTS.get(key)

    def _number(self, key: str) -> int | None:
        text = self._says(key) or ""
        return int(text) if text.isdecimal() else None

    def _has(self, key: str) -> bool | None:
        """Return whether a property is written; None where a condition decides."""
        value = self._written.at(key)
        if value is None:
            return False
        function, _ = value.intrinsic() or ("", value)
        return None if function == "If" else True

    def _mounts_efs(self) -> bool | None:
        """Return whether Amazon EFS is mounted: what S3 Files mounts SnapStart does not exclude."""
        configs = self._written.at("FileSystemConfigs")
        return None if self._has("FileSystemConfigs") is None else mounts_efs(configs, self._around.kinds)

    def _storage(self) -> int | None:
        found = self._at("EphemeralStorage", "Size")
        if not found.is_written:
            return _STORAGE_MB
        return int(found.text) if found.text and found.text.isdecimal() else None

    def _hides(self) -> bool | None:
        form, level = self._at("LoggingConfig", "LogFormat"), self._at("LoggingConfig", "SystemLogLevel")
        if not level.is_written or not form.is_written:
            return False
        if form.text is None or level.text is None:
            return None
        return form.text.upper() == "JSON" and level.text.upper() == "WARN"

    def _layers(self) -> Iterator[Layer]:
        """Yield layers; SAM adds those of a function to those of Globals."""
        lists = [self._text.body.at("Properties", "Layers")]
        if self._text.is_sam:
            lists.insert(0, self._text.root.at("Globals", "Function", "Layers"))
        for listed in filter(None, lists):
            for each in listed.entries() or (listed,):
                named = "".join(part if isinstance(part, str) else "*" for part in parts_of(each))
                yield Layer(arn=named if len(named) > 1 else next(iter(references_of(each)), "*"))

    def _provisioned(self) -> int | None:
        config = self._written.at("ProvisionedConcurrencyConfig") or self._around.provisioned.get(self._text.logical_id)
        if config is None:
            return 0
        found = settled(self._text.root, config.get("ProvisionedConcurrentExecutions"))
        return int(found.text) if found.text and found.text.isdecimal() else None


def _qualifier(called: Value | None) -> str:
    """Return the qualifier at the end of what a mapping calls; a Ref to an alias or version has one of its own."""
    last = (parts_of(called) or ("",))[-1] if called else ""
    return last.rpartition(":")[2] if isinstance(last, str) and ":" in last else ""


def _entries(root: Value) -> list[tuple[str, Value]]:
    section = root.get("Resources")
    return list(section.items()) if section else []
