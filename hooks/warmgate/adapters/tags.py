"""Tags of functions: which policy applies, and whether the owner lets Warmgate change anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from warmgate.adapters.port_errors import raised_as
from warmgate.errors import FunctionLookupError
from warmgate.model.deployment import Target

ALLOW_TAG = "warmgate:allow"


class LambdaAllowTag:
    """The owner's tag `warmgate:allow` = `true`; where it is not `required`, every function may be changed."""

    def __init__(self, clients: Callable[[str], Any], *, required: bool) -> None:
        self._clients = clients
        self._required = required

    def allows(self, target: Target) -> bool:
        """Return whether the function may be changed."""
        if not self._required:
            return True
        hint = "allow lambda:ListTags and lambda:GetFunctionConfiguration to the controller's role"
        with raised_as(FunctionLookupError, f"{target.function}: its tags could not be read", hint):
            return tags_of(self._clients, target.function).get(ALLOW_TAG) == "true"


def tags_of(clients: Callable[[str], Any], function: str) -> dict[str, str]:
    """Return the tags of a function, named or as an ARN; the SDK's errors get out."""
    client, arn = clients("lambda"), function
    if not function.startswith("arn:"):
        # ListTags takes an ARN and no name (API_ListTags).
        arn = client.get_function_configuration(FunctionName=function)["FunctionArn"]
    found: dict[str, str] = client.list_tags(Resource=arn).get("Tags", {})
    return found
