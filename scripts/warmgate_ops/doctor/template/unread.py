"""Parts of a template that only the deployment writes out: loops, macros, modules, included text."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.template.nodes import Value
from warmgate_ops.doctor.template.resources import Unread

_READ = ("AWS::Serverless-2016-10-31", "AWS::LanguageExtensions", "AWS::SecretsManager-2020-07-23")
"""Transforms whose resources stand in the template as they are written."""


def unread_of(root: Value) -> tuple[Unread, ...]:
    """Return what of a template stands elsewhere or is made at the deployment."""
    return (*_macros(root.get("Transform")), *_resources(root))


def _macros(transforms: Value | None) -> Iterator[Unread]:
    for each in (transforms.entries() or (transforms,)) if transforms else ():
        name = each.text() or _text(each.get("Name"))
        if name not in _READ:
            made = f"what the macro {name} makes" if name else "what a macro makes"
            yield Unread(name=name or "Transform", line=each.line, what=made)


def _resources(root: Value) -> Iterator[Unread]:
    section = root.get("Resources")
    for name, body in section.items() if section else ():
        if name.startswith("Fn::ForEach"):
            yield Unread(name=name, line=body.line, what="what a Fn::ForEach repeats")
        elif name == "Fn::Transform" or body.get("Fn::Transform") is not None:
            yield Unread(name=name, line=body.line, what="what a Fn::Transform inserts")
        elif body.kind.endswith("::MODULE"):
            yield Unread(name=name, line=body.line, what=f"what the module {body.kind} holds")


def _text(value: Value | None) -> str:
    return (value.text() if value else None) or ""
