"""Where this runs: an ARN of our region and account means the function of that name, and no other ARN does."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from warmgate.model.function_name import read_function_name

ACCOUNT: ContextVar[str] = ContextVar("account", default="")
"""The account of the function that runs, empty where it is not known."""


def region_of(client: Any) -> str:
    """Return the region that a client asks."""
    return str(getattr(getattr(client, "meta", None), "region_name", "") or "")


def local_name(text: str, region: str) -> str:
    """Return the name of a function of ours; one elsewhere keeps its ARN, so that nobody takes it for ours."""
    named = read_function_name(text)
    return text if named is None or named.elsewhere(region, ACCOUNT.get()) else named.name


def elsewhere(text: str, region: str) -> str:
    """Return the region and account of a function that is not ours; empty for ours."""
    named = read_function_name(text)
    return named.elsewhere(region, ACCOUNT.get()) if named else ""
