"""Reading members of a request: what is required, what a name and a word may be. Errors carry CodeDeploy's codes."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, TypeVar

NAME = re.compile(r"[A-Za-z0-9+=,.@_-]{1,100}")
DEPLOYMENT_ID = re.compile(r"d-[A-Z0-9]{9}")
LONGEST_DESCRIPTION = 256
LARGEST_BATCH = 100

Body = dict[str, Any]
Word = TypeVar("Word", bound=StrEnum)


class Refusal(Exception):  # noqa: N818
    """A request that CodeDeploy answers with an error of HTTP status 400."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    def as_wire(self) -> Body:
        """Return the body of the answer."""
        return {"__type": self.code, "message": self.message}


def read_name(body: Body, key: str, what: str) -> str:
    """Return a required name; `what` is its word in error codes, for example `ApplicationName`."""
    found = body.get(key)
    if found is None or found == "":
        raise Refusal(f"{what}RequiredException", f"{key} is required: found nothing, give a name")
    if not isinstance(found, str) or not NAME.fullmatch(found):
        raise Refusal(
            f"Invalid{what}Exception",
            f"{key}: found {found!r}, expected 1 to 100 characters of letters, digits and + = , . @ _ -",
        )
    return found


def read_deployment_id(body: Body) -> str:
    """Return the required id of a deployment."""
    found = body.get("deploymentId")
    if not found:
        raise Refusal("DeploymentIdRequiredException", "deploymentId is required: found nothing")
    return check_deployment_id(found)


def check_deployment_id(found: Any) -> str:
    """Return a deployment id that has the right shape."""
    if not isinstance(found, str) or not DEPLOYMENT_ID.fullmatch(found):
        raise Refusal(
            "InvalidDeploymentIdException",
            f"Specified DeploymentId is not in the valid format: {found!r}, expected d- and 9 letters or digits",
        )
    return found


def read_word(found: Any, words: type[Word], code: str, key: str) -> Word:
    """Return one of a fixed set of words."""
    try:
        return words(found)
    except ValueError as error:
        expected = ", ".join(word.value for word in words)
        raise Refusal(code, f"{key}: found {found!r}, expected one of {expected}") from error


def read_structure(body: Body, key: str, code: str) -> Body | None:
    """Return a member that is a structure, None when it is absent."""
    found = body.get(key)
    if found is not None and not isinstance(found, dict):
        raise Refusal(code, f"{key}: found {type(found).__name__}, expected a structure")
    return found


def read_list(body: Body, key: str, code: str) -> list[Any]:
    """Return a member that is a list; an absent one is empty."""
    found = body.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise Refusal(code, f"{key}: found {type(found).__name__}, expected a list")
    return found


def read_tags(body: Body, key: str) -> dict[str, str]:
    """Return tags by their key; an absent member has none."""
    found = read_list(body, key, "InvalidTagsToAddException")
    if not all(isinstance(tag, dict) and tag.get("Key") for tag in found):
        raise Refusal("InvalidTagsToAddException", f"{key}: found {found}, expected a Key in each")
    return {str(tag["Key"]): str(tag.get("Value") or "") for tag in found}


def read_batch(body: Body, key: str, required: str, largest: int = LARGEST_BATCH, kind: type = str) -> list[Any]:
    """Return a list of names, ids or structures that must not be empty or too long."""
    found = [item for item in read_list(body, key, required) if isinstance(item, kind)]
    if not found:
        raise Refusal(required, f"{key} is required: found nothing, give at least one")
    if len(found) > largest:
        raise Refusal("BatchLimitExceededException", f"{key}: found {len(found)}, expected at most {largest}")
    return found


def read_description(body: Body) -> str:
    """Return the optional description."""
    found = str(body.get("description") or "")
    if len(found) > LONGEST_DESCRIPTION:
        raise Refusal(
            "DescriptionTooLongException",
            f"description: found {len(found)} characters, expected at most {LONGEST_DESCRIPTION}",
        )
    return found


def refuse_token(body: Body) -> None:
    """Refuse any nextToken: every list is answered whole, so that none was ever given out."""
    if body.get("nextToken"):
        raise Refusal("InvalidNextTokenException", f"nextToken: {body['nextToken']!r} was not given out")
