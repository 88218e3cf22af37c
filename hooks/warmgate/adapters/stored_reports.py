"""The reports in the bucket, read back and completed by the rollback controller."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from warmgate.adapters.faults import SDK_ERRORS, code_of
from warmgate.adapters.owners import owned_by
from warmgate.errors import ReportError
from warmgate.model.release import LaterVerdict, StoredReport
from warmgate.report.layout import CONTENT_TYPES, DOCUMENT, LATER, MARKDOWN, report_key


class BucketStoredReports:
    """Reports under the deployment's id, where the hooks store them, in a bucket of `account` where one is named."""

    def __init__(self, clients: Callable[[str], Any], bucket: str, prefix: str = "", account: str = "") -> None:
        self._clients = clients
        self._bucket = bucket
        self._owner = owned_by(account)
        self._prefix = prefix

    def read(self, deployment_id: str) -> StoredReport | None:
        """Return document and Markdown; Markdown that is missing is empty."""
        document = self._document(deployment_id)
        if document is None:
            return None
        return StoredReport(document, self._object(deployment_id, MARKDOWN) or "")

    def later(self, deployment_id: str) -> tuple[LaterVerdict, ...]:
        """Return what the guard and the hook after traffic stored in folders of their own."""
        found = ((by, self._document(deployment_id, by)) for by in LATER)
        return tuple(LaterVerdict(by, document) for by, document in found if document is not None)

    def write(self, deployment_id: str, report: StoredReport) -> None:
        """Store Markdown first: a document with a release is one whose Markdown has it too."""
        from warmgate.report.json_report import document_text

        text = document_text(report.document)
        for name, body in ((MARKDOWN, report.markdown), (DOCUMENT, text)):
            try:
                self._clients("s3").put_object(
                    Bucket=self._bucket,
                    Key=report_key(self._prefix, deployment_id, name),
                    Body=body.encode(),
                    ContentType=CONTENT_TYPES[name],
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

    def _document(self, deployment_id: str, folder: str = "") -> dict[str, Any] | None:
        text = self._object(deployment_id, DOCUMENT, folder)
        if text is None:
            return None
        try:
            document: dict[str, Any] = json.loads(text)
        except ValueError as error:
            where = self._where(deployment_id, DOCUMENT, folder)
            raise ReportError(f"{where} is no JSON: {error}", hint="remove it") from error
        return document

    def _object(self, deployment_id: str, name: str, folder: str = "") -> str | None:
        key = report_key(self._prefix, deployment_id, name, folder)
        try:
            found = self._clients("s3").get_object(Bucket=self._bucket, Key=key, **self._owner)
            return str(found["Body"].read().decode("utf-8"))
        except (*SDK_ERRORS, UnicodeDecodeError) as error:
            if code_of(error) == "NoSuchKey":
                return None
            raise ReportError(
                f"s3://{self._bucket}/{key} was not read: {code_of(error)}: {error}",
                hint="allow s3:GetObject on the report bucket and s3:ListBucket on it: without that, S3 denies what is"
                " only missing",
            ) from error

    def _where(self, deployment_id: str, name: str, folder: str = "") -> str:
        return f"s3://{self._bucket}/{report_key(self._prefix, deployment_id, name, folder)}"
