"""Which log streams are a function's own: functions may share a log group, and each environment has a stream there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from warmgate.model.function import FunctionVersion
from warmgate.model.function_name import bare_name

# Lambda (Configuring CloudWatch log groups): YYYY/MM/DD/[version]id in the function's own group, with the function's
# name before the brackets in a custom one.
_NAME = re.compile(r"\d{4}/\d\d/\d\d/(?P<function>[\w-]*)\[(?P<version>[^\]]+)\]")
OWN_GROUPS = "/aws/lambda/"


@dataclass(frozen=True, slots=True)
class LogStream:
    """The name of a log stream, which is one environment's."""

    name: str
    function: str = ""
    """Empty where the name holds none: the stream is of the function that the log group is named after."""
    version: str = ""
    """Empty where the name is none that Lambda gives."""

    @classmethod
    def named(cls, name: str) -> LogStream:
        """Return the stream of a name, in either of Lambda's forms."""
        found = _NAME.match(name)
        return cls(name, found["function"], found["version"]) if found else cls(name)


@dataclass(frozen=True, slots=True)
class FunctionLog:
    """A function's part of a log group."""

    group: str
    function: str
    """The name alone."""

    @property
    def is_own(self) -> bool:
        """Whether the log group is the one that Lambda makes for the function."""
        return self.group == OWN_GROUPS + self.function

    def holds(self, stream: LogStream) -> bool:
        """Return whether a stream of the group is the function's."""
        if not stream.version:
            return False
        return stream.function == self.function or (not stream.function and self.is_own)

    def prefixes(self, version: str, day: date) -> tuple[str, ...]:
        """Return how the names begin of the streams of a version's environments that were made on a day."""
        own = (f"{day:%Y/%m/%d}/[{version}]",) if self.is_own else ()
        return (*own, f"{day:%Y/%m/%d}/{self.function}[{version}]")


def log_of(version: FunctionVersion) -> FunctionLog:
    """Return where a version logs."""
    return FunctionLog(version.log_group, bare_name(version.function))
