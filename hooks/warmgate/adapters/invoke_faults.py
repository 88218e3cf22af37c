"""The one table of how a call of Lambda can fail: whose fault each error is, how that is known, and what to do."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Fate(StrEnum):
    """What became of a call that brought no answer."""

    THROTTLED = "throttled"
    """Refused for lack of concurrency or rate: it never reached the code, and may be made again."""
    NOT_YET = "not yet"
    """It never reached the code, and may be made again."""
    LASTING = "lasting"
    """It never reached the code, and whoever calls the version gets the same: a failed call, the version's fault."""
    LOST = "lost"
    """It may have run: only who says that it may run twice has it made again."""
    REFUSED = "refused"
    """It never reached the code, for a reason that is the caller's."""


class Row(NamedTuple):
    """Errors that share a fate, each with its advice, and how the fate is known."""

    fate: Fate
    why: str
    advice: dict[str, str]
    """By the error's code, or the SDK's class name where no answer came."""


NOT_ASSUMABLE = "RoleNotAssumable"
"""AccessDeniedException with the words of `NOT_ASSUMABLE_WORDS`; the code alone would be the caller's."""
NOT_ASSUMABLE_WORDS = "cannot be assumed by Lambda"

_ROOM = "leave the function some concurrency, or let fewer calls overlap"
_WAIT = "give it time: publish the version earlier, or give the hook a longer timeout"
_NETWORK = "look at the quotas of network interfaces and the free addresses of the version's subnets"
_MOUNT = "let the version reach its file system: mount target, security groups, access point, its role's permissions"
_KEY = "enable the KMS key of the version's variables, and allow kms:Decrypt to the version's role"
_PUBLISH = "update the function's code or runtime, and publish a new version"
_RESTORE = "read the version's log: the restore hook must end, and within ten seconds"
_LOG_IN = "renew the credentials of the caller"
_PAYLOAD = "look at the probe's payload"
_PLAN = "lower the calls that overlap, or raise the quota"
_REACH = "look at endpoint, VPC and proxy of the caller"
_AGAIN = "see AWS's status; say `repeatable: true` in a probe that may run twice"

INVOKE_FAULTS = (
    Row(
        Fate.THROTTLED,
        "A limit of requests or of concurrency: Lambda did not take the call (Lambda, Invoke, errors, 429 and 502).",
        {
            "TooManyRequestsException": _ROOM,
            "ThrottlingException": _ROOM,
            "Throttling": _ROOM,
            "RequestLimitExceeded": _ROOM,
            "EC2ThrottledException": "wait: EC2 throttled Lambda while it started the version in its VPC",
        },
    ),
    Row(
        Fate.NOT_YET,
        "No environment could be given a network interface, so none was there to run the call (502).",
        {
            "ENINotReadyException": _WAIT,
            "ResourceNotReadyException": "wait until the function's VPC connection is back",
            "SubnetIPAddressLimitReachedException": _NETWORK,
            "ENILimitReachedException": _NETWORK,
            "EC2UnexpectedException": _NETWORK,
        },
    ),
    Row(
        Fate.NOT_YET,
        "The version is Pending: any invocation fails until it is Active (Lambda, function states, 409).",
        {
            "SnapStartNotReadyException": _WAIT,
            "CodeArtifactUserPendingException": _WAIT,
            "ResourceConflictException": _WAIT,
        },
    ),
    Row(
        Fate.NOT_YET,
        "There was no connection that a request could have been sent over.",
        {"EndpointConnectionError": _REACH, "ConnectTimeoutError": _REACH, "ProxyConnectionError": _REACH},
    ),
    Row(
        Fate.LASTING,
        "No environment can be restored, which comes before the handler: every caller gets the same (400, 408).",
        {
            "SnapStartException": _RESTORE,
            "SnapStartTimeoutException": _RESTORE,
            "SnapStartRegenerationFailureException": "read the version's log of its init, and publish a new version",
        },
    ),
    Row(
        Fate.LASTING,
        "The version's file system cannot be mounted or read, which comes before the handler (403, 408, 410).",
        {
            "EFSMountTimeoutException": _MOUNT,
            "EFSMountConnectivityException": _MOUNT,
            "EFSMountFailureException": _MOUNT,
            "EFSIOException": _MOUNT,
            "S3FilesMountTimeoutException": _MOUNT,
            "S3FilesMountConnectivityException": _MOUNT,
            "S3FilesMountFailureException": _MOUNT,
        },
    ),
    Row(
        Fate.LASTING,
        "A property of the version, some with status 502: asking again cannot help (Lambda, Invoke, errors).",
        {
            "CodeArtifactUserFailedException": _PUBLISH,
            "CodeArtifactUserDeletedException": _PUBLISH,
            "RuntimeAliasDeletedException": _PUBLISH,
            "RuntimeVersionDeletedException": _PUBLISH,
            "InvalidRuntimeException": _PUBLISH,
            "InvalidZipFileException": _PUBLISH,
            "KMSAccessDeniedException": _KEY,
            "KMSDisabledException": _KEY,
            "KMSInvalidStateException": _KEY,
            "KMSNotFoundException": _KEY,
            "InvalidSecurityGroupIDException": "name security groups that exist in the version's VPC settings",
            "InvalidSubnetIDException": "name subnets that exist in the version's VPC settings",
            "EC2AccessDeniedException": "allow ec2:CreateNetworkInterface and its like to the version's role",
            NOT_ASSUMABLE: "let lambda.amazonaws.com assume the version's role, by its trust policy",
            "RecursiveInvocationException": "break the loop in which the version calls itself",
        },
    ),
    Row(
        Fate.LOST,
        "An internal error or time-out of Lambda, of which no page says that it comes before the code (408, 500, 503).",
        {
            "ServiceException": _AGAIN,
            "InternalFailure": _AGAIN,
            "InternalServerError": _AGAIN,
            "ServiceUnavailable": _AGAIN,
            "RequestTimeout": _AGAIN,
            "RequestTimeoutException": _AGAIN,
        },
    ),
    Row(
        Fate.LOST,
        "The request was sent and its answer did not come, or not to its end.",
        {
            "ReadTimeoutError": _AGAIN,
            "ConnectionClosedError": _AGAIN,
            "ResponseStreamingError": _AGAIN,
            "IncompleteReadError": _AGAIN,
        },
    ),
    Row(
        Fate.LOST,
        "Broken at a moment that is not known, or answered by somebody else on the way.",
        {
            "HTTPClientError": _REACH,
            "SSLError": _REACH,
            "ResponseParserError": _REACH,
            "NoLambdaAnswerError": _REACH,
        },
    ),
    Row(
        Fate.REFUSED,
        "Whoever calls has no permission, or AWS does not know who calls (Lambda API reference, common errors).",
        {
            "AccessDeniedException": "allow lambda:InvokeFunction on the function's versions to the caller's role",
            "AccessDenied": "allow lambda:InvokeFunction on the function's versions to the caller's role",
            "ExpiredToken": _LOG_IN,
            "ExpiredTokenException": _LOG_IN,
            "RequestExpired": "set the caller's clock, or " + _LOG_IN,
            "UnrecognizedClientException": _LOG_IN,
            "InvalidClientTokenId": _LOG_IN,
            "InvalidSignatureException": "set the caller's clock, or " + _LOG_IN,
            "SignatureDoesNotMatch": "set the caller's clock, or " + _LOG_IN,
            "IncompleteSignature": _LOG_IN,
            "MissingAuthenticationToken": _LOG_IN,
            "OptInRequired": "subscribe the account to the region or service",
        },
    ),
    Row(
        Fate.REFUSED,
        "The call is not one that Lambda takes for this function (400, 404, 409, 413, 415).",
        {
            "ResourceNotFoundException": "check that the version is published in this region",
            "NoPublishedVersionException": "publish a version",
            "InvalidParameterValueException": "look at the message; with tenant isolation every probe needs `tenant`,"
            " and without it none may have one",
            "InvalidRequestContentException": _PAYLOAD,
            "RequestTooLargeException": "make the probe's payload smaller: six megabytes are the most",
            "SerializedRequestEntityTooLargeException": "make the probe's payload smaller: six megabytes are the most",
            "UnsupportedMediaTypeException": _PAYLOAD,
            "ValidationException": _PAYLOAD,
            "ModeNotSupportedException": "skip the gate with a reason: the function takes no synchronous call",
            "DurableExecutionAlreadyStartedException": "start the gate again: the name of the execution is taken",
        },
    ),
    Row(
        Fate.REFUSED,
        "A quota of the account is used up (402).",
        {"ServiceQuotaExceededException": _PLAN},
    ),
)
"""Every fault of a call by name; one that is not here is lost with a status of 500 or more, else refused."""
FATES = {name: row.fate for row in INVOKE_FAULTS for name in row.advice}
ADVICE = {name: advice for row in INVOKE_FAULTS for name, advice in row.advice.items()}


def names_of(*fates: Fate) -> frozenset[str]:
    """Return the errors that have one of some fates."""
    return frozenset(name for name, fate in FATES.items() if fate in fates)
