"""What help says an option takes, in a reader's words: a file, a folder, a version, not the type of its value."""

from __future__ import annotations

from typing import Any

HELP = ("-h", "--help")
START, POLICIES, RELEASES, ACCOUNT = "Start here: no account needed", "Policies", "Releases", "Account"
COLD_STARTS = "Cold starts"
"""Panels of commands and options."""
BY_PARSER = {
    "input_file": "FILE",
    "named_input": "FILE",
    "output_file": "FILE",
    "input_folder": "FOLDER",
    "output_folder": "FOLDER",
    "input_place": "FOLDER|ZIP",
}
"""By the function that looks at a path."""
BY_NAME = {
    "alias": "NAME",
    "application": "NAME",
    "bucket": "NAME",
    "config": "NAME",
    "group": "NAME",
    "name": "NAME",
    "hook": "NAME",
    "before": "NAME",
    "after": "NAME",
    "only": "SCENARIO",
    "function": "NAME|ARN",
    "candidate": "VERSION",
    "baseline": "VERSION",
    "from_": "VERSION",
    "to": "VERSION",
    "region": "REGION",
    "endpoint_url": "URL",
    "prefix": "KEY",
    "env": "KEY=VALUE",
    "memory": "MB",
    "timeout": "SECONDS",
    "time_scale": "TIMES",
    "handler": "MODULE.FUNCTION",
    "resource": "LOGICAL_ID",
    "runtime": "RUNTIME",
    "deployment_id": "DEPLOYMENT_ID",
    "run": "ID",
    "fleet_id": "ID",
    "version": "VERSION",
    "before_version": "VERSION",
    "after_version": "VERSION",
}
BY_TYPE = {"int": "NUMBER", "float": "NUMBER"}


def speak_plainly(command: Any) -> None:
    """Give each option of a command, and of the commands below it, the word for what it takes."""
    shown = command.get_help_option(command.context_class(command, help_option_names=list(HELP)))
    for each in (*command.params, *([shown] if shown else [])):
        if each.param_type_name == "argument":
            each.display_type_rich = _no_type  # its own name says what it is
        elif each.metavar is None and not each.type_descriptor.is_choice:
            each.metavar = "" if each.is_flag else word_of(each)
    for below in getattr(command, "commands", {}).values():
        speak_plainly(below)


def _no_type(ctx: Any) -> str:  # noqa: ARG001 - the shape of what it replaces
    return ""


def word_of(option: Any) -> str:
    """Return the word for what an option takes."""
    about = option.type_descriptor
    looks = getattr(about.parameter_info.parser, "__name__", "")
    word = BY_PARSER.get(looks) or BY_NAME.get(option.name)
    return word or BY_TYPE.get(option.bare_type(), "TEXT")


def examples(*lines: str) -> str:
    """Return the end of a command's help: lines to copy."""
    return "\n\n".join(("Examples:", *(f"$ warmgate {line}" for line in lines)))
