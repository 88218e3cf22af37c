"""Options that say which account is asked, and what is missing where it cannot be asked at all."""

from __future__ import annotations

import os
import re
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from botocore import exceptions as sdk
from botocore.session import get_session

from warmgate.adapters.faults import EXPIRED, code_of, setup_fault_in
from warmgate.adapters.sdk import Clients
from warmgate.errors import SettingsError
from warmgate.visible import one_line
from warmgate_ops.cli.help_words import ACCOUNT

OF_ACCOUNT: Any = {"rich_help_panel": ACCOUNT}
Region = Annotated[
    str, typer.Option(envvar="AWS_REGION", help="AWS Region (default: from the AWS environment).", **OF_ACCOUNT)
]
EndpointUrl = Annotated[str, typer.Option(help="Endpoint URL to use instead of AWS.", **OF_ACCOUNT)]

VARIABLE = "AWS_ENDPOINT_URL"
"""With `_` and a service behind it, that service's alone."""
REGION = re.compile(r"(fips-)?[a-z]{2,5}(-[a-z]+)+-\d{1,2}(-fips)?")
LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
"""What a host name may hold: an endpoint of one's own knows regions of its own."""
LOG_IN = "Run `aws sso login` or set AWS_PROFILE."


def clients_of(endpoint_url: str, region: str) -> Clients:
    """Return the clients of an account or endpoint.

    Raises:
        SettingsError: an address or the region is none.
        NoRegionError, ProfileNotFound: the environment does not say who asks, or where.
    """
    variables = {name: value for name, value in os.environ.items() if f"{name}_".startswith(f"{VARIABLE}_")}
    for name, value in {"--endpoint-url": endpoint_url, **variables}.items():
        if value and not _is_address(value):
            raise SettingsError(f"{name}: found {value}, expected an address", hint="write it as http://127.0.0.1:4566")
    # Without a region S3 alone would be asked, somewhere: a command asks one region or none.
    asked = region or get_session().get_config_variable("region")
    if not asked:
        raise sdk.NoRegionError
    if not (LABEL if endpoint_url or variables else REGION).fullmatch(asked):
        hint = "pass --region or set AWS_REGION"
        raise SettingsError(f"region: found {asked}, expected one such as eu-central-1", hint=hint)
    return Clients(endpoint_url or None, region or None)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and " " not in text
    except ValueError:
        return False  # a port that is none, or half an IPv6 address


def setup_line(error: BaseException) -> str:
    """Return what is missing and what to do, empty where AWS could be asked."""
    fault = setup_fault_in(error)
    if fault is None:
        return ""
    said = one_line(str(fault))
    for kinds, line in _LINES:
        if isinstance(fault, kinds):
            return line.format(said=said, **{key: str(value) for key, value in getattr(fault, "kwargs", {}).items()})
    if code_of(fault) in EXPIRED:
        return f"The AWS credentials have expired. {LOG_IN}"
    return f"AWS does not accept these credentials ({code_of(fault)}). {LOG_IN}"


_LINES: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((sdk.NoCredentialsError,), f"No AWS credentials found. {LOG_IN}"),
    ((sdk.PartialCredentialsError,), "The AWS credentials are incomplete: {cred_var} is missing. " + LOG_IN),
    ((sdk.NoRegionError,), "No region. Pass --region or set AWS_REGION."),
    ((sdk.InvalidRegionError,), "{region_name!r} is no region. Pass one such as eu-central-1 with --region."),
    ((sdk.ProfileNotFound,), "The AWS profile {profile} was not found. Set AWS_PROFILE to one of ~/.aws/config."),
    (
        (sdk.SSOError, sdk.TokenRetrievalError, sdk.CredentialRetrievalError),
        "The AWS credentials could not be renewed ({said}). " + LOG_IN,
    ),
    (
        (sdk.ConfigParseError, sdk.ConfigNotFound, sdk.InvalidConfigError),
        "The AWS configuration cannot be read: {said}",
    ),
    (
        (sdk.EndpointConnectionError, sdk.ProxyConnectionError, sdk.SSLError),
        "No connection: {said} - check the region, the network and --endpoint-url",
    ),
)
