"""Clients of a local cloud by its public API: its own parts use the same as everybody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

from warmgate_ops.rehearsal.cloud.ministack import ACCOUNT

REGION = "us-east-1"
CREDENTIALS = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "rehearsal"}
CODEDEPLOY = "codedeploy.amazonaws.com"
"""What calls itself so in its User-Agent acts for the account, as services of AWS do."""


class Clients:
    """boto3 clients, one for each service and agent; any thread may ask."""

    def __init__(self, endpoint_url: Callable[[], str]) -> None:
        self._endpoint_url = endpoint_url
        self._made: dict[tuple[str, str], Any] = {}
        self._making = threading.Lock()

    def client(self, service: str, agent: str = "") -> Any:
        """Return the client of a service; with an agent, one that calls itself so."""
        with self._making:
            if (service, agent) not in self._made:
                self._made[service, agent] = boto3.client(
                    service,
                    endpoint_url=self._endpoint_url(),
                    region_name=REGION,
                    config=Config(
                        max_pool_connections=100,
                        read_timeout=900,
                        retries={"total_max_attempts": 1},
                        s3={"addressing_style": "path"},
                        user_agent=agent or None,
                    ),
                    **CREDENTIALS,
                )
            return self._made[service, agent]

    def close(self) -> None:
        """Close their connections."""
        for client in self._made.values():
            client.close()
