"""Refusals as objects of the report bucket, one for each function and code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from warmgate.adapters.objects import Objects
from warmgate.errors import ReportError
from warmgate.gate.known_bad import Refusal

FOLDER = "known-bad"


class BucketRefusals:
    """Refusals below `known-bad/`, in a bucket of `account` where one is named."""

    def __init__(self, clients: Callable[[str], Any], bucket: str, prefix: str = "", account: str = "") -> None:
        self._objects = Objects(clients, bucket, prefix, account, "hook")

    def find(self, function: str, fingerprint: str) -> Refusal | None:
        """Return what is stored of a function's code."""
        name = _name(function, fingerprint)
        text = self._objects.read(name)
        try:
            return None if text is None else Refusal(**json.loads(text))
        except (ValueError, TypeError) as error:
            raise ReportError(f"{self._objects.where(name)} is no refusal: {error}", hint="remove it") from error

    def keep(self, refusal: Refusal) -> None:
        """Store a refusal."""
        text = json.dumps(asdict(refusal), indent=2)
        self._objects.write(_name(refusal.function, refusal.fingerprint), text, "application/json")


def _name(function: str, fingerprint: str) -> str:
    return f"{FOLDER}/{function.rpartition('function:')[2]}/{fingerprint.partition('-')[0]}.json"
