"""Refusals as objects of the report bucket, one for each function and code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from warmgate.adapters.objects import Objects
from warmgate.errors import ReportError
from warmgate.gate.known_bad import Refusal
from warmgate.report.layout import refusal_key


class BucketRefusals:
    """Refusals below `known-bad/`, in a bucket of `account` where one is named."""

    def __init__(self, clients: Callable[[str], Any], bucket: str, prefix: str = "", account: str = "") -> None:
        self._objects = Objects(clients, bucket, account, "hook")
        self._prefix = prefix

    def find(self, function: str, fingerprint: str) -> Refusal | None:
        """Return what is stored of a function's code."""
        key = refusal_key(self._prefix, function, fingerprint)
        text = self._objects.read(key)
        try:
            return None if text is None else Refusal(**json.loads(text))
        except (ValueError, TypeError) as error:
            raise ReportError(
                f"{self._objects.where(key)} is not a stored refusal: {error}", hint="remove it"
            ) from error

    def keep(self, refusal: Refusal) -> None:
        """Store a refusal."""
        text = json.dumps(asdict(refusal), indent=2)
        self._objects.write(refusal_key(self._prefix, refusal.function, refusal.fingerprint), text, "application/json")
