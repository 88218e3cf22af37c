"""Clients of the AWS SDK, each made once and configured for what it is used for."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

import botocore.session
from botocore.config import Config

from warmgate.adapters.checked_answers import check_answers
from warmgate.errors import SettingsError

# boto3 is botocore plus resources and transfers, which nothing here uses: leaving them out saves a third of the init.

LONGEST_TIMEOUT_S = 900
"""The longest a function may run (Lambda quotas)."""

CONTROL = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 4})
"""For look-ups: botocore's own retries, short waits."""

ONCE = Config(connect_timeout=3, read_timeout=20, retries={"total_max_attempts": 1})
"""For what must not be done twice: whether an unanswered request was carried out is looked up before the next."""

LAST_RESORT = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 1})
"""For the status that is reported with the last seconds: no wait for an answer may take them all."""


def invoke_config(concurrency: int) -> Config:
    """Return the configuration of synchronous invokes.

    botocore repeats a call whose answer it did not wait for (ReadTimeoutError counts as passing), so a function that
    runs longer than 60 s would be invoked three times: no retries here, and a read timeout above any function's own.
    """
    return Config(
        connect_timeout=5,
        read_timeout=LONGEST_TIMEOUT_S + 10,
        retries={"total_max_attempts": 1},
        max_pool_connections=max(10, concurrency),
        tcp_keepalive=True,
        parameter_validation=False,
        # botocore builds its own user agent anew for every call: an eighth of the call's CPU (measured).
        user_agent="warmgate",
    )


_MAKING = threading.Lock()


@lru_cache(maxsize=1)
def _session() -> botocore.session.Session:
    made = botocore.session.Session()
    made.register("creating-client-class", check_answers)
    return made


def client(
    service: str, *, config: Config = CONTROL, endpoint_url: str | None = None, region: str | None = None
) -> Any:
    """Return the client of a service, the same one every time; an answer that is none is an error."""
    # A session makes one client at a time: it is not safe for threads, and a timer may need one.
    with _MAKING:
        return _made(service, config, endpoint_url, region)


@lru_cache(maxsize=32)
def _made(service: str, config: Config, endpoint_url: str | None, region: str | None) -> Any:
    try:
        return _session().create_client(service, config=config, endpoint_url=endpoint_url, region_name=region)
    except ValueError as error:  # botocore's for an endpoint of the environment or the profile that is no address
        raise SettingsError(f"{service}: {error}", hint="write endpoint_url as http://127.0.0.1:4566") from error


class Clients:
    """The clients of one endpoint and region; the environment's own where neither is given."""

    def __init__(self, endpoint_url: str | None = None, region: str | None = None) -> None:
        self._endpoint_url = endpoint_url
        self._region = region

    def __call__(self, service: str) -> Any:
        """Return the look-up client of a service."""
        return client(service, endpoint_url=self._endpoint_url, region=self._region)

    def once(self, service: str) -> Any:
        """Return the client of a service that repeats nothing by itself."""
        return client(service, config=ONCE, endpoint_url=self._endpoint_url, region=self._region)

    def last_resort(self, service: str) -> Any:
        """Return the client of a service that waits for no answer long."""
        return client(service, config=LAST_RESORT, endpoint_url=self._endpoint_url, region=self._region)

    def invoking(self, concurrency: int) -> Any:
        """Return the Lambda client for synchronous invokes at a concurrency."""
        return client(
            "lambda", config=_invoke_config_of(concurrency), endpoint_url=self._endpoint_url, region=self._region
        )


@lru_cache(maxsize=8)
def _invoke_config_of(concurrency: int) -> Config:
    return invoke_config(concurrency)
