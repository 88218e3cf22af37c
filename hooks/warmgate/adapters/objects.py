"""Objects of the report bucket: one way to read and to write them, for every part that keeps something there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from warmgate.adapters.owners import owned_by
from warmgate.adapters.port_errors import Unless, raised_as
from warmgate.errors import ReportError


class Objects:
    """Objects of a bucket, of `account` where one is named; `role` is whose permissions an error asks for."""

    def __init__(self, clients: Callable[[str], Any], bucket: str, account: str, role: str) -> None:
        self._clients = clients
        self._bucket = bucket
        self._owner = owned_by(account)
        self._role = role

    def read(self, key: str) -> str | None:
        """Return the text of an object, None where there is none; raises ReportError."""
        hint = (
            "allow s3:GetObject on it and s3:ListBucket on the report bucket: without the second, S3 denies what is"
            " only missing"
        )
        with raised_as(ReportError, f"{self.where(key)} could not be read", hint), Unless("NoSuchKey"):
            found = self._clients("s3").get_object(Bucket=self._bucket, Key=key, **self._owner)
            return str(found["Body"].read().decode("utf-8"))
        return None

    def write(self, key: str, text: str, content_type: str) -> None:
        """Store an object; raises ReportError."""
        with self._writing(key):
            self._put(key, text, content_type)

    def write_missing(self, key: str, text: str, content_type: str) -> bool:
        """Store an object where there is none, which S3 decides; return whether it did. Raises ReportError."""
        with self._writing(key), Unless("PreconditionFailed", "ConditionalRequestConflict"):
            self._put(key, text, content_type, IfNoneMatch="*")
            return True
        return False

    def where(self, key: str) -> str:
        """Return the address of an object."""
        return f"s3://{self._bucket}/{key}"

    def _writing(self, key: str) -> AbstractContextManager[None]:
        hint = f"allow s3:PutObject on the report bucket to the {self._role}'s role"
        return raised_as(ReportError, f"{self.where(key)} could not be stored", hint)

    def _put(self, key: str, text: str, content_type: str, **condition: str) -> None:
        self._clients("s3").put_object(
            Bucket=self._bucket,
            Key=key,
            Body=text.encode(),
            ContentType=content_type,
            **self._owner,
            **condition,
        )
