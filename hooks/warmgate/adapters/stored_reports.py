"""The reports in the bucket, read back and completed by the rollback controller."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from warmgate.adapters.objects import Objects
from warmgate.errors import ReportError
from warmgate.model.deployment import LiveJudge
from warmgate.model.release import LaterVerdict, StoredReport
from warmgate.report.layout import CONTENT_TYPES, DOCUMENT, MARKDOWN, report_key


class BucketStoredReports:
    """Reports under the deployment's id, where the hooks store them, in a bucket of `account` where one is named."""

    def __init__(self, clients: Callable[[str], Any], bucket: str, prefix: str = "", account: str = "") -> None:
        self._objects = Objects(clients, bucket, account, "controller")
        self._prefix = prefix

    def read(self, deployment_id: str) -> StoredReport | None:
        """Return document and Markdown; Markdown that is missing is empty."""
        document = self._document(self._key(deployment_id, DOCUMENT))
        if document is None:
            return None
        return StoredReport(document, self._objects.read(self._key(deployment_id, MARKDOWN)) or "")

    def later(self, deployment_id: str) -> tuple[LaterVerdict, ...]:
        """Return what the guard and the hook after traffic stored in folders of their own."""
        found = ((by, self._document(self._key(deployment_id, DOCUMENT, by))) for by in LiveJudge)
        return tuple(LaterVerdict(by, document) for by, document in found if document is not None)

    def write(self, deployment_id: str, report: StoredReport) -> None:
        """Store Markdown first: a document with a release is one whose Markdown has it too."""
        from warmgate.report.json_report import document_text

        text = document_text(report.document)
        for name, body in ((MARKDOWN, report.markdown), (DOCUMENT, text)):
            self._objects.write(self._key(deployment_id, name), body, CONTENT_TYPES[name])

    def address(self, deployment_id: str) -> str:
        """Return the place of the Markdown."""
        return self._objects.where(self._key(deployment_id, MARKDOWN))

    def _key(self, deployment_id: str, name: str, folder: str = "") -> str:
        return report_key(self._prefix, deployment_id, name, folder)

    def _document(self, key: str) -> dict[str, Any] | None:
        text = self._objects.read(key)
        if text is None:
            return None
        try:
            document: dict[str, Any] = json.loads(text)
        except ValueError as error:
            raise ReportError(f"{self._objects.where(key)} is no JSON: {error}", hint="remove it") from error
        return document
