"""What Lambda refuses of an Invoke before it looks for the function: kinds, sizes, contents, contradictions. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from typing import NoReturn

from warmgate_ops.rehearsal.cloud.lambda_runtime.control import Refused
from warmgate_ops.rehearsal.cloud.lambda_runtime.naming import named

KINDS = ("Event", "RequestResponse", "DryRun")
LOG_TYPES = ("None", "Tail")
LARGEST_REQUEST, LARGEST_EVENT = 6 * 2**20, 2**20
"""Bytes; an event could have 256 KB until 2025."""
LONGEST_CONTEXT = 3583
"""Bytes of base64."""


def check_word(word: str, words: tuple[str, ...], key: str) -> None:
    """Refuse a word that is none of an enumeration."""
    if word not in words:
        constraint = f"Member must satisfy enum value set: [{', '.join(words)}]"
        text = f"1 validation error detected: Value '{word}' at '{key}' failed to satisfy constraint: {constraint}"
        raise Refused(400, "ValidationException", text)


def check_payload(payload: bytes, *, is_event: bool) -> None:
    """Refuse a payload that is too long or no JSON."""
    largest = LARGEST_EVENT if is_event else LARGEST_REQUEST
    if len(payload) > largest:
        text = f"Request must be smaller than {largest} bytes for the InvokeFunction operation"
        raise Refused(413, "RequestTooLargeException", text)
    try:
        json.loads(payload.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        text = f"Could not parse request body into json: Could not parse payload into json: {error}"
        raise Refused(400, "InvalidRequestContentException", text) from error


def check_context(context: str | None) -> None:
    """Refuse a ClientContext that is too long, no base64 or no JSON object."""
    if context is None:
        return
    if len(context) > LONGEST_CONTEXT:
        text = f"Client context must be no more than {LONGEST_CONTEXT} bytes."
        raise Refused(400, "InvalidRequestContentException", text)
    try:
        found = json.loads(base64.b64decode(context, validate=True))
    except (ValueError, RecursionError, binascii.Error):
        found = None
    if not isinstance(found, dict):
        text = "Client context must be a valid Base64-encoded JSON object."
        raise Refused(400, "InvalidRequestContentException", text)


def one_qualifier(name: str, qualifier: str | None) -> tuple[str, str]:
    """Return function and qualifier of a request; refused where the ARN and the parameter name two."""
    function, inside = named(name)
    if inside and qualifier and inside != qualifier:
        text = "The derived qualifier from the function name does not match the specified qualifier."
        raise Refused(400, "InvalidParameterValueException", text)
    return function, qualifier or inside


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"Unexpected token {word}")
