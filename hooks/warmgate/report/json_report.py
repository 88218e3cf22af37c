"""The report as JSON: the same judgement gives the same text, byte for byte."""

from __future__ import annotations

import json
from typing import Any

from warmgate.model.deployment import Status
from warmgate.model.verdict import Judgement
from warmgate.report.document import build_document
from warmgate.visible import json_visible


def render_json(judgement: Judgement, status: Status) -> str:
    """Return the report as indented JSON that ends with a line break."""
    return document_text(build_document(judgement, status))


def document_text(document: dict[str, Any]) -> str:
    """Return a report document as it is stored: characters that cannot be seen, or are none, are JSON's escapes."""
    return json_visible(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)) + "\n"
