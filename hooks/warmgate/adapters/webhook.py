"""A message to a chat by its webhook, whose address is a secret: it is in no log, no error and no environment."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from warmgate.adapters.port_errors import raised_as
from warmgate.errors import NoticeError
from warmgate.model.release import Notice
from warmgate.report.chat import FORMATS

TIMEOUT_S = 4.0
ATTEMPTS = 2
"""Twice the time-out and the pause between is less than what the controller keeps back for its notices."""
PAUSE_S = 1.0
PASSING = {408, 425, 429, 500, 502, 503, 504}
"""Answers after which the same message may be taken."""
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
HINT = "check WARMGATE_WEBHOOK_SECRET and WARMGATE_WEBHOOK_FORMAT"


class Webhook:
    """A webhook whose address is in a secret."""

    def __init__(
        self,
        clients: Callable[[str], Any],
        secret: str,
        sleep_s: Callable[[float], None] = time.sleep,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._clients, self._secret = clients, secret
        self._sleep_s, self._timeout_s = sleep_s, timeout_s

    def post(self, message: dict[str, Any]) -> None:
        """Post a message; raises NoticeError."""
        body = json.dumps(message, allow_nan=False).encode()
        address = self._address()
        for attempt in range(1, ATTEMPTS + 1):
            trouble, passing = _posted(address, body, self._timeout_s)
            if not trouble:
                return
            if not passing or attempt == ATTEMPTS:
                raise NoticeError(f"the webhook did not take the message: {trouble}", hint=HINT)
            self._sleep_s(PAUSE_S)

    def _address(self) -> str:
        """Return the webhook's address, read anew each time: a secret is rotated."""
        hint = "check WARMGATE_WEBHOOK_SECRET, and allow secretsmanager:GetSecretValue on it to the function's role"
        with raised_as(NoticeError, "the secret with the webhook's address was not read", hint):
            value = str(self._clients("secretsmanager").get_secret_value(SecretId=self._secret).get("SecretString", ""))
        address = _url_of(value)
        if not _is_safe(address):
            raise NoticeError(
                "the secret holds no address of a webhook", hint='store https://..., or {"url": "https://..."}'
            )
        return address


class WebhookNotices:
    """A Slack or Teams message; one that is not taken is nothing that the release is run again for."""

    name = "webhook"
    essential = False

    def __init__(
        self,
        clients: Callable[[str], Any],
        secret: str,
        form: str,
        sleep_s: Callable[[float], None] = time.sleep,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._webhook, self._form = Webhook(clients, secret, sleep_s, timeout_s), form

    def send(self, notice: Notice) -> None:
        """Post the message; raises NoticeError."""
        self._webhook.post(FORMATS[self._form](notice))


def _url_of(value: str) -> str:
    """Return the address in a secret: the whole of it, or `url` of a JSON object."""
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value.strip()
    return str(found.get("url", "")).strip() if isinstance(found, dict) else ""


def _is_safe(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and (parts.scheme == "https" or _is_local(parts.scheme, parts.hostname))
    except ValueError:
        return False


def _is_local(scheme: str, host: str | None) -> bool:
    return scheme == "http" and host in LOOPBACK


def _posted(address: str, body: bytes, timeout_s: float) -> tuple[str, bool]:
    """Return what went wrong, and whether it may pass; the address itself is in neither."""
    import http.client
    import urllib.error
    import urllib.request

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        """An address elsewhere is not asked: the message is for one host alone."""

        def redirect_request(self, *_given: Any) -> None:
            """Return nothing, so that the answer is an error."""

    request = urllib.request.Request(  # noqa: S310 - `_is_safe` has looked at its scheme
        address, data=body, method="POST", headers={"Content-Type": "application/json", "User-Agent": "warmgate"}
    )
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=timeout_s):
            return "", False
    except urllib.error.HTTPError as error:
        with error:
            return f"HTTP {error.code}", error.code in PASSING
    except urllib.error.URLError as error:
        return type(error.reason).__name__ if isinstance(error.reason, Exception) else "no connection", True
    except (OSError, http.client.HTTPException, ValueError) as error:
        return type(error).__name__, isinstance(error, OSError)
