"""Refusals as objects of the report bucket, one for each function and code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from warmgate.adapters.faults import SDK_ERRORS, code_of
from warmgate.adapters.owners import owned_by
from warmgate.errors import ReportError
from warmgate.report.layout import refusal_key

if TYPE_CHECKING:
    from warmgate.gate.known_bad import Refusal


class BucketRefusals:
    """Refusals below `known-bad/`, in a bucket of `account` where one is named."""

    def __init__(self, clients: Callable[[str], Any], bucket: str, prefix: str = "", account: str = "") -> None:
        self._clients = clients
        self._bucket = bucket
        self._owner = owned_by(account)
        self._prefix = prefix

    def find(self, function: str, fingerprint: str) -> Refusal | None:
        """Return what is stored of a function's code."""
        from warmgate.gate.known_bad import Refusal

        key = refusal_key(self._prefix, function, fingerprint)
        try:
            body = self._clients("s3").get_object(Bucket=self._bucket, Key=key, **self._owner)["Body"].read()
            return Refusal(**json.loads(body))
        except SDK_ERRORS as error:
            if code_of(error) == "NoSuchKey":
                return None
            raise ReportError(
                f"s3://{self._bucket}/{key} was not read: {code_of(error)}: {error}",
                hint="allow s3:GetObject on known-bad/* and s3:ListBucket on the report bucket to the hook's role",
            ) from error
        except (ValueError, TypeError) as error:
            raise ReportError(f"s3://{self._bucket}/{key} is no refusal: {error}", hint="remove it") from error

    def keep(self, refusal: Refusal) -> None:
        """Store a refusal."""
        key = refusal_key(self._prefix, refusal.function, refusal.fingerprint)
        body = json.dumps(asdict(refusal), indent=2).encode()
        try:
            self._clients("s3").put_object(
                Bucket=self._bucket, Key=key, Body=body, ContentType="application/json", **self._owner
            )
        except SDK_ERRORS as error:
            raise ReportError(
                f"s3://{self._bucket}/{key} was not stored: {code_of(error)}: {error}",
                hint="allow s3:PutObject on the report bucket to the hook's role",
            ) from error
