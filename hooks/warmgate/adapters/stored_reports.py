"""The reports in the bucket, read back and completed by the rollback controller."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from warmgate.adapters.faults import SDK_ERRORS, code_of
from warmgate.adapters.owners import owned_by
from warmgate.errors import ReportError
from warmgate.model.release import LaterVerdict, StoredReport

LATER = ("guard", "after")
"""Folders of verdicts on live traffic, in the order in which they can be reached."""
JSON, MARKDOWN = "report.json", "report.md"
TYPES = {JSON: "application/json", MARKDOWN: "text/markdown; charset=utf-8"}


class BucketReports:
    """Reports under the deployment's id, where the hooks store them, in a bucket of `account` where one is named."""

    def __init__(self, clients: Callable[[str], Any], bucket: str, prefix: str = "", account: str = "") -> None:
        self._clients = clients
        self._bucket = bucket
        self._owner = owned_by(account)
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def read(self, deployment_id: str) -> StoredReport | None:
        """Return document and Markdown; Markdown that is missing is empty."""
        document = self._document(deployment_id, JSON)
        if document is None:
            return None
        return StoredReport(document, self._object(deployment_id, MARKDOWN) or "")

    def later(self, deployment_id: str) -> tuple[LaterVerdict, ...]:
        """Return what the guard and the hook after traffic stored in folders of their own."""
        found = ((by, self._document(deployment_id, f"{by}/{JSON}")) for by in LATER)
        return tuple(LaterVerdict(by, document) for by, document in found if document is not None)

    def write(self, deployment_id: str, report: StoredReport) -> None:
        """Store Markdown first: a document with a release is one whose Markdown has it too."""
        from warmgate.report.json_report import document_text

        text = document_text(report.document)
        for name, body in ((MARKDOWN, report.markdown), (JSON, text)):
            try:
                self._clients("s3").put_object(
                    Bucket=self._bucket,
                    Key=self._key(deployment_id, name),
                    Body=body.encode(),
                    ContentType=TYPES[name],
                    **self._owner,
                )
            except SDK_ERRORS as error:
                raise ReportError(
                    f"{self._where(deployment_id, name)} was not stored: {code_of(error)}: {error}",
                    hint="allow s3:PutObject on the report bucket to the controller's role",
                ) from error

    def address(self, deployment_id: str) -> str:
        """Return the place of the Markdown."""
        return self._where(deployment_id, MARKDOWN)

    def _document(self, deployment_id: str, name: str) -> dict[str, Any] | None:
        text = self._object(deployment_id, name)
        if text is None:
            return None
        try:
            document: dict[str, Any] = json.loads(text)
        except ValueError as error:
            raise ReportError(f"{self._where(deployment_id, name)} is no JSON: {error}", hint="remove it") from error
        return document

    def _object(self, deployment_id: str, name: str) -> str | None:
        try:
            found = self._clients("s3").get_object(
                Bucket=self._bucket, Key=self._key(deployment_id, name), **self._owner
            )
            return str(found["Body"].read().decode("utf-8"))
        except (*SDK_ERRORS, UnicodeDecodeError) as error:
            if code_of(error) == "NoSuchKey":
                return None
            raise ReportError(
                f"{self._where(deployment_id, name)} was not read: {code_of(error)}: {error}",
                hint="allow s3:GetObject on the report bucket and s3:ListBucket on it: without that, S3 denies what is"
                " only missing",
            ) from error

    def _key(self, deployment_id: str, name: str) -> str:
        return f"{self._prefix}{deployment_id}/{name}"

    def _where(self, deployment_id: str, name: str) -> str:
        return f"s3://{self._bucket}/{self._key(deployment_id, name)}"
