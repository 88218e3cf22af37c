"""Sorts what the SDK raises: which faults pass by themselves, and what a caller may be told of them."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigNotFound,
    ConfigParseError,
    CredentialRetrievalError,
    EndpointConnectionError,
    InvalidConfigError,
    InvalidRegionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    ProxyConnectionError,
    SSLError,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from warmgate.adapters.invoke_faults import FATES, NOT_ASSUMABLE, NOT_ASSUMABLE_WORDS, Fate, names_of

SDK_ERRORS = (ClientError, BotoCoreError, ResponseParserError)
"""All that the SDK raises; an answer that is no AWS answer, a proxy's page for example, has a base of its own."""


LASTING = names_of(Fate.LASTING)
THROTTLES = names_of(Fate.THROTTLED)
PASSING = names_of(Fate.NOT_YET, Fate.LOST)
"""Codes that may clear while one waits: what only reads, or may be done twice, is asked for again."""
DENIED = frozenset({"AccessDeniedException", "AccessDenied", "UnrecognizedClientException"})
"""Also passing for a while: new IAM policies take time to reach every endpoint."""

UNREACHED = (EndpointConnectionError, ProxyConnectionError, SSLError)
"""No way to an endpoint; that of another service may be open."""
SETUP = (
    *(NoCredentialsError, PartialCredentialsError, CredentialRetrievalError, SSOError, TokenRetrievalError),
    *(NoRegionError, InvalidRegionError, ProfileNotFound, ConfigNotFound, ConfigParseError, InvalidConfigError),
    *UNREACHED,
)
"""AWS was not asked at all: who asks, where, or the way there is missing."""
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
NOT_KNOWN = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure"})
"""AWS does not know who asks: it would answer nothing else either."""


class NoLambdaAnswerError(BotoCoreError):  # type: ignore[misc]
    """An answer with status 200 that Lambda did not give: a page of something on the way."""

    fmt = "the answer names no executed version, so it is not Lambda's"


def fate_of(error: BaseException) -> Fate:
    """Return what became of a call that ended in an error of the SDK."""
    known = FATES.get(invoke_fault_of(error))
    if is_throttle(error):
        return Fate.THROTTLED
    if known is not None:
        return known
    if isinstance(error, ClientError):
        return Fate.LOST if http_status_of(error) >= 500 else Fate.REFUSED
    return Fate.LOST if is_passing(error) else Fate.REFUSED


def invoke_fault_of(error: BaseException) -> str:
    """Return the name under which an error of a call stands in the table; a role is known by Lambda's words alone."""
    denied = code_of(error) in {"AccessDeniedException", "InvalidParameterValueException"}
    return NOT_ASSUMABLE if denied and NOT_ASSUMABLE_WORDS in str(error) else code_of(error)


def code_of(error: BaseException) -> str:
    """Return the error code of an SDK error, its class name where the service gave none."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code") or type(error).__name__)
    return type(error).__name__


def setup_fault_in(error: BaseException) -> BaseException | None:
    """Return what kept AWS from being asked at all, the error itself or a cause of it; None where it was asked."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, SETUP) or code_of(seen) in EXPIRED | NOT_KNOWN:
            return seen
        seen = seen.__cause__
    return None


def http_status_of(error: BaseException) -> int:
    """Return the HTTP status of an SDK error, 0 where no answer came."""
    response: dict[str, Any] = error.response if isinstance(error, ClientError) else {}
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)


def repeats_of(error: BaseException) -> int:
    """Return how often the SDK itself made a call again before this error was its answer."""
    response: dict[str, Any] = error.response if isinstance(error, ClientError) else {}
    return int(response.get("ResponseMetadata", {}).get("RetryAttempts") or 0)


def is_throttle(error: BaseException) -> bool:
    """Return whether an error is a lack of concurrency or of request rate."""
    return isinstance(error, ClientError) and (code_of(error) in THROTTLES or http_status_of(error) == 429)


def is_reserved_throttle(error: BaseException) -> bool:
    """Return whether a throttle comes from the function's own reserved concurrency; the answer names no number."""
    return isinstance(error, ClientError) and str(error.response.get("Reason", "")).startswith(
        "ReservedFunctionConcurrent"
    )


def is_passing(error: BaseException) -> bool:
    """Return whether asking again may help."""
    if isinstance(error, ClientError):
        code = code_of(error)
        return code not in LASTING and (is_throttle(error) or code in PASSING or http_status_of(error) >= 500)
    return isinstance(error, ResponseParserError) or (isinstance(error, BotoCoreError) and not _is_ours(error))


def _is_ours(error: BotoCoreError) -> bool:
    """Whether the SDK refused before it sent anything: no credentials, no region, parameters out of shape."""
    name = type(error).__name__
    return any(word in name for word in ("Credential", "Region", "Param", "Profile", "Config", "Unknown"))
