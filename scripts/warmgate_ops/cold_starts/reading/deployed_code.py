"""The code of a version as Lambda keeps it, with its layers, by what GetFunction and GetLayerVersion point to."""

from __future__ import annotations

import base64
import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from warmgate.adapters.port_errors import raised_as
from warmgate.errors import FunctionLookupError
from warmgate.visible import one_line

MOST_BYTES = 250 * 1024 * 1024
"""Code and layers, unzipped (Lambda quotas): no zip of them is larger."""
_PATIENCE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedCode:
    """One version's zips, and what of its configuration decides how it starts."""

    version: str
    code: bytes
    layers: tuple[bytes, ...]
    """In the order in which Lambda lays them over each other."""
    handler: str
    runtime: str
    memory_mb: int
    timeout_s: int
    architecture: str


def deployed_code(clients: Callable[[str], Any], function: str, qualifier: str) -> DeployedCode:
    """Return a version's code; raises FunctionLookupError where it cannot be read, or is a container image.

    Args:
        clients: gives an SDK client for a service.
        function: name of the function.
        qualifier: a version, an alias, or $LATEST.
    """
    client, label = clients("lambda"), f"{function}:{qualifier}"
    hint = "check its name, version and --region; lambda:GetFunction is needed"
    with raised_as(FunctionLookupError, f"{label} could not be read", hint):
        found = client.get_function(FunctionName=function, Qualifier=qualifier)
    about, place = found["Configuration"], found.get("Code") or {}
    if about.get("PackageType") == "Image" or not place.get("Location"):
        raise FunctionLookupError(
            f"{label}: found a container image, expected a deployment package",
            hint="imports are attributed for zip packages only",
        )
    return DeployedCode(
        version=str(about.get("Version") or qualifier),
        code=_checked(_downloaded(str(place["Location"]), label), about, label),
        layers=tuple(_layer(client, str(each["Arn"])) for each in about.get("Layers") or ()),
        handler=str(about.get("Handler") or ""),
        runtime=str(about.get("Runtime") or ""),
        memory_mb=int(about.get("MemorySize") or 128),
        timeout_s=int(about.get("Timeout") or 3),
        architecture=str((about.get("Architectures") or ["x86_64"])[0]),
    )


def _layer(client: Any, arn: str) -> bytes:
    with raised_as(FunctionLookupError, f"the layer {arn} could not be read", "lambda:GetLayerVersion is needed"):
        found = client.get_layer_version_by_arn(Arn=arn)
    return _checked(_downloaded(str(found["Content"]["Location"]), arn), found["Content"], arn)


def _downloaded(location: str, label: str) -> bytes:
    """Return what lies at a presigned address; it is valid for ten minutes and is shown to nobody."""
    hint = "run it again: the address that AWS gives for it is valid for ten minutes"
    if not location.startswith(("https://", "http://")):
        raise FunctionLookupError(f"{label}: found an address of its code that is none of HTTP", hint=hint)
    try:
        with urllib.request.urlopen(location, timeout=_PATIENCE_S) as answer:  # noqa: S310 - HTTP, as was just looked at
            content: bytes = answer.read(MOST_BYTES + 1)
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise FunctionLookupError(
            f"{label}: its code was not downloaded: {one_line(str(reason))}", hint=hint
        ) from error
    if len(content) > MOST_BYTES:
        raise FunctionLookupError(f"{label}: found more than {MOST_BYTES >> 20} MB of code, which is Lambda's limit")
    return content


def _checked(content: bytes, about: Mapping[str, Any], label: str) -> bytes:
    """Return code whose hash is the one that Lambda says; raises FunctionLookupError for any other."""
    found, expected = base64.b64encode(hashlib.sha256(content).digest()).decode(), about.get("CodeSha256")
    if expected and found != expected:
        raise FunctionLookupError(
            f"{label}: found code with the hash {found}, expected {expected}", hint="run it again"
        )
    return content
