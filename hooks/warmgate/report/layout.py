"""Where reports and refusals lie in the report bucket: every key is made here."""

from __future__ import annotations

DOCUMENT, MARKDOWN, SAMPLES = "report.json", "report.md", "samples.jsonl"
CONTENT_TYPES = {
    DOCUMENT: "application/json",
    MARKDOWN: "text/markdown; charset=utf-8",
    SAMPLES: "application/x-ndjson",
}
"""The files of a report."""


def report_folder(prefix: str, deployment_id: str) -> str:
    """Return the key that a deployment's report lies below."""
    return _joined(prefix, deployment_id)


def report_key(prefix: str, deployment_id: str, name: str, folder: str = "") -> str:
    """Return the key of a file of a deployment's report; the verdicts on live traffic have a folder of their own."""
    return _joined(prefix, deployment_id, folder, name)


def refusal_key(prefix: str, function: str, fingerprint: str) -> str:
    """Return the key of what is known of a function's code, whatever policy refused it."""
    return _joined(prefix, "known-bad", function.rpartition("function:")[2], f"{fingerprint.partition('-')[0]}.json")


def _joined(prefix: str, *parts: str) -> str:
    return "/".join(part for part in (prefix.strip("/"), *parts) if part)
