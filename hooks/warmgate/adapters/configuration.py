"""The digest of what decides how a version starts and runs: all that Lambda says of it but what is known not to.

A setting that Lambda adds tomorrow is none of these, so it makes another candidate, which is judged.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

DROPPED = {
    "FunctionName": "the same for all versions of a function",
    "FunctionArn": "names the version, not what is in it",
    "Version": "each deployment has another one",
    "MasterArn": "names the version of Lambda@Edge that this one was copied from",
    "Description": "nothing reads it when the version runs",
    "RevisionId": "changes with each update of anything, and when the version becomes active",
    "LastModified": "when it was published",
    "ConfigSha256": "Lambda's own digest; its documentation does not say of what",
    "CodeSha256": "the other half of the fingerprint",
    "CodeSize": "follows the code",
    "SigningJobArn": "who signed the code and when; the code has its own digest",
    "SigningProfileVersionArn": "who signed the code and when; the code has its own digest",
    "Code": "where the code lies, an address that is signed anew for each answer",
    "State": "how far Lambda is with the version",
    "StateReason": "how far Lambda is with the version",
    "StateReasonCode": "how far Lambda is with the version",
    "LastUpdateStatus": "how far Lambda is with the version",
    "LastUpdateStatusReason": "how far Lambda is with the version",
    "LastUpdateStatusReasonCode": "how far Lambda is with the version",
    "SnapStart.OptimizationStatus": "how far Lambda is with the snapshot",
    "Environment.Error": "whether the caller may read the variables",
    "ImageConfigResponse.Error": "whether the caller may read the image's configuration",
    "RuntimeVersionConfig.Error": "whether Lambda could read the runtime's version",
    "ResponseMetadata": "the SDK's own, another for each answer",
}
"""What is left out, and why; a dot leads to a member."""
_DROPPED = frozenset(DROPPED)


def config_sha256_of(found: dict[str, Any]) -> str:
    """Return the SHA-256 of a GetFunctionConfiguration answer without what is dropped or empty."""
    return hashlib.sha256(json.dumps(_kept(found, ""), sort_keys=True, default=str).encode()).hexdigest()


def _kept(found: dict[str, Any], path: str) -> dict[str, Any]:
    kept = {}
    for name, value in found.items():
        place = f"{path}.{name}" if path else name
        held = _kept(value, place) if isinstance(value, dict) else value
        # Lambda leaves a setting out, or gives it empty, for the same thing.
        if place not in _DROPPED and held not in (None, "", [], {}):
            kept[name] = held
    return kept
