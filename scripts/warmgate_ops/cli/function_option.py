"""The option --function: a name, or an ARN of the account and region that are asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from warmgate.adapters.faults import SDK_ERRORS
from warmgate.adapters.home import region_of
from warmgate.errors import SettingsError
from warmgate.model.function_name import FunctionName, read_function_name


def function_named(text: str, option: str = "--function") -> FunctionName:
    """Return what an option names; raises SettingsError for what is no function, or has a qualifier."""
    named = read_function_name(text)
    if named is None:
        raise SettingsError(
            f"{option}: found {text}, expected the name or ARN of a function",
            hint="write the name alone, as checkout-api",
        )
    if named.qualifier:
        raise SettingsError(
            f"{option}: found {text}, expected a function without a qualifier",
            hint=f"remove :{named.qualifier}: alias and versions have options of their own",
        )
    return named


def function_in(text: str, clients: Callable[[str], Any]) -> str:
    """Return the name of the function that --function names; raises SettingsError where it is not in the account."""
    named = function_named(text)
    client = clients("lambda")
    account = _account_of(client, named.name) if named.account else ""
    if place := named.elsewhere(region_of(client), account):
        asked = f"region {region_of(client)}" + (f" and account {account}" if account else "")
        raise SettingsError(
            f"--function: found a function in {place}, expected one in {asked}",
            hint="pass its region with --region and use credentials of its account",
        )
    return named.name


def _account_of(client: Any, function: str) -> str:
    """Return the account that is asked, by the function of that name in it; empty where it says nothing."""
    try:
        found = read_function_name(client.get_function_configuration(FunctionName=function)["FunctionArn"])
    except SDK_ERRORS:  # What is asked next tells it better.
        return ""
    return found.account if found else ""
