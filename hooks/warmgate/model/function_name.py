"""How a function may be named: by its name, its ARN, or the ARN's end from the account on (Lambda, API reference)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAMED = re.compile(
    r"(?:(?:arn:aws[a-z-]*:lambda:(?P<region>[a-z0-9-]+):)?(?P<account>\d{12}):function:)?"
    r"(?P<name>[A-Za-z0-9_.-]{1,64})(?::(?P<qualifier>[A-Za-z0-9_$.-]{1,128}))?"
)


@dataclass(frozen=True, slots=True)
class FunctionName:
    """A function as somebody has named it; what is not named is empty."""

    name: str
    region: str = ""
    account: str = ""
    qualifier: str = ""
    """A version or an alias."""

    def elsewhere(self, region: str, account: str) -> str:
        """Return what is named besides a region and an account that are ours; empty where nothing is, or is known."""
        found = [
            f"{what} {named}"
            for what, named, ours in (("region", self.region, region), ("account", self.account, account))
            if named and ours and named != ours
        ]
        return " and ".join(found)


def read_function_name(text: str) -> FunctionName | None:
    """Return what names a function; None where a text is neither name nor ARN of one."""
    found = _NAMED.fullmatch(text)
    if found is None:
        return None
    return FunctionName(found["name"], found["region"] or "", found["account"] or "", found["qualifier"] or "")


def bare_name(text: str) -> str:
    """Return the name in what names a function; a text that is neither name nor ARN stays as it is."""
    found = read_function_name(text)
    return found.name if found else text
