"""Turns a verdict into a versioned document and renders it; every renderer returns a string."""

from warmgate.report.console import render_console
from warmgate.report.document import SCHEMA_VERSION, build_document
from warmgate.report.json_report import render_json
from warmgate.report.markdown import render_markdown
from warmgate.report.samples import SamplesError, read_samples, render_samples

__all__ = [
    "SCHEMA_VERSION",
    "SamplesError",
    "build_document",
    "read_samples",
    "render_console",
    "render_json",
    "render_markdown",
    "render_samples",
]
