"""AppSpecs that lie in S3: read where a deployment's target does not name its function, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from warmgate.adapters.faults import SDK_ERRORS, code_of, is_passing
from warmgate.adapters.home import ACCOUNT
from warmgate.adapters.owners import owned_by
from warmgate.errors import DeploymentLookupError

LARGEST_BYTES = 100_000
"""An AppSpec of Lambda has some hundred bytes; what is longer is none, and is not read to its end."""


def text_of(deployment_id: str, place: dict[str, Any], clients: Callable[[str], Any]) -> str:
    """Return the text of an S3 revision: of exactly the version and the eTag that were deployed.

    Raises:
        DeploymentLookupError: it cannot be read, is another one by now, or is no text.
    """
    where = f"{deployment_id}: its AppSpec s3://{place.get('bucket')}/{place.get('key')}"
    exact = {"VersionId": place["version"]} if place.get("version") else {}
    try:
        found = clients("s3").get_object(
            Bucket=place.get("bucket"), Key=place.get("key"), **exact, **owned_by(ACCOUNT.get())
        )
        content = found["Body"].read(LARGEST_BYTES + 1)
    except SDK_ERRORS as error:
        if is_passing(error):
            raise
        raise DeploymentLookupError(
            f"{where} could not be read: {code_of(error)}",
            hint="name its bucket in the stack's parameter RevisionBucket, or deploy with an AppSpecContent revision",
        ) from error
    wanted, got = str(place.get("eTag") or "").strip('"'), str(found.get("ETag") or "").strip('"')
    if wanted and got != wanted:
        raise DeploymentLookupError(f"{where} is another one by now: found eTag {got}, expected {wanted}")
    if len(content) > LARGEST_BYTES:
        raise DeploymentLookupError(f"{where} is too long: expected at most {LARGEST_BYTES} bytes")
    try:
        return str(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise DeploymentLookupError(f"{where} is not UTF-8 text: {error.reason}") from error
