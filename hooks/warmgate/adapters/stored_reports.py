"""The reports in the bucket, read back and completed by the rollback controller."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from warmgate.adapters.objects import Objects
from warmgate.errors import ReportError
from warmgate.model.release import LaterVerdict, StoredReport

LATER = ("guard", "after")
"""Folders of verdicts on live traffic, in the order in which they can be reached."""
JSON, MARKDOWN = "report.json", "report.md"
TYPES = {JSON: "application/json", MARKDOWN: "text/markdown; charset=utf-8"}


class BucketReports:
    """Reports under the deployment's id, where the hooks store them, in a bucket of `account` where one is named."""

    def __init__(self, clients: Callable[[str], Any], bucket: str, prefix: str = "", account: str = "") -> None:
        self._objects = Objects(clients, bucket, prefix, account, "controller")

    def read(self, deployment_id: str) -> StoredReport | None:
        """Return document and Markdown; Markdown that is missing is empty."""
        document = self._document(f"{deployment_id}/{JSON}")
        if document is None:
            return None
        return StoredReport(document, self._objects.read(f"{deployment_id}/{MARKDOWN}") or "")

    def later(self, deployment_id: str) -> tuple[LaterVerdict, ...]:
        """Return what the guard and the hook after traffic stored in folders of their own."""
        found = ((by, self._document(f"{deployment_id}/{by}/{JSON}")) for by in LATER)
        return tuple(LaterVerdict(by, document) for by, document in found if document is not None)

    def write(self, deployment_id: str, report: StoredReport) -> None:
        """Store Markdown first: a document with a release is one whose Markdown has it too."""
        from warmgate.report.json_report import document_text

        text = document_text(report.document)
        for name, body in ((MARKDOWN, report.markdown), (JSON, text)):
            self._objects.write(f"{deployment_id}/{name}", body, TYPES[name])

    def address(self, deployment_id: str) -> str:
        """Return the place of the Markdown."""
        return self._objects.where(f"{deployment_id}/{MARKDOWN}")

    def _document(self, name: str) -> dict[str, Any] | None:
        text = self._objects.read(name)
        if text is None:
            return None
        try:
            document: dict[str, Any] = json.loads(text)
        except ValueError as error:
            raise ReportError(f"{self._objects.where(name)} is no JSON: {error}", hint="remove it") from error
        return document
