"""The report as JSON: the same judgement gives the same text, byte for byte."""

from __future__ import annotations

import json

from warmgate.model import Judgement, Status
from warmgate.report.document import build_document


def render_json(judgement: Judgement, status: Status) -> str:
    """Return the report as indented JSON that ends with a line break."""
    return json.dumps(build_document(judgement, status), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
