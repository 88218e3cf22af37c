"""Every command of the command line with its options, read from the application itself."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import typer
from typer.models import ArgumentInfo, OptionInfo

from warmgate_ops.cli.main import app

VALUES = {
    "function": "checkout",
    "alias": "live",
    "candidate": "7",
    "from_": "6",
    "to": "7",
    "bucket": "reports",
    "deployment_id": "d-ABCDEF123",
    "before_version": "6",
    "after_version": "7",
    "keep": "1",
    "new": "8",
    "reason": "known",
}
"""What options are given that are neither files nor folders; a required one that is missing here fails its test."""
FILES = {"input_file": "policy.yaml", "named_input": "policy.yaml", "output_file": "out", "output_folder": "folder"}
"""By the function that looks at a path."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """An option or an argument."""

    name: str
    about: OptionInfo | ArgumentInfo
    required: bool
    is_text: bool

    @property
    def looks(self) -> str:
        """Return the name of the function that looks at its path, empty where it names none."""
        return getattr(self.about.parser, "__name__", "")

    def words(self, value: str) -> list[str]:
        """Return how it is written."""
        if isinstance(self.about, ArgumentInfo):
            return [value]
        # Inside Annotated the first declaration stands where a default would.
        written = [str(word) for word in (self.about.default, *(self.about.param_decls or ())) if "--" in str(word)]
        return [written[0] if written else f"--{self.name.replace('_', '-')}", value]


@dataclass(frozen=True, slots=True)
class Subcommand:
    """A command by the words that call it."""

    words: tuple[str, ...]
    parameters: tuple[Parameter, ...]

    def parameter(self, name: str) -> Parameter | None:
        """Return an option or argument."""
        return next((found for found in self.parameters if found.name == name), None)

    def call(self, **given: str) -> list[str]:
        """Return a call with what is given, all that is required, and what names a subject."""
        line = list(self.words)
        for each in self.parameters:
            if each.name in given:
                line += each.words(given[each.name])
            elif each.required or (each.name in VALUES and not each.looks):
                line += each.words(FILES.get(each.looks) or VALUES[each.name])
        return line


def subcommands(tree: typer.Typer = app, *before: str) -> Iterator[Subcommand]:
    """Yield each command below an application."""
    for command in tree.registered_commands:
        function = command.callback
        assert function is not None
        name = command.name or function.__name__.replace("_", "-")
        yield Subcommand((*before, name), tuple(_parameters(function)))
    for group in tree.registered_groups:
        assert isinstance(group.typer_instance, typer.Typer)
        yield from subcommands(group.typer_instance, *before, str(group.name))


def _parameters(function: Callable[..., Any]) -> Iterator[Parameter]:
    hints = typing.get_type_hints(function, include_extras=True)
    for name, found in inspect.signature(function).parameters.items():
        about = next(each for each in hints[name].__metadata__ if isinstance(each, OptionInfo | ArgumentInfo))
        is_text = typing.get_args(hints[name])[0] is not bool
        yield Parameter(name, about, found.default is inspect.Parameter.empty, is_text)


COMMANDS = tuple(subcommands())
