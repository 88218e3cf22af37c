"""Reads a stored report, from a folder or the report bucket, into the case that a page shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from warmgate.adapters.faults import SDK_ERRORS, code_of
from warmgate.adapters.owners import owned_by
from warmgate.errors import Fault, ReportError
from warmgate.report.layout import DOCUMENT, SAMPLES, report_folder, report_key
from warmgate.report.read import ReportDocumentError, judgement_of
from warmgate.report.samples import read_samples
from warmgate_ops.page.case import Case, stored_case

Read = Callable[[str], str]
"""Returns the text of one of a report's files; raises ReportError or OSError."""


def case_in_folder(folder: Path) -> Case:
    """Return the case of a report in a folder; raises OSError and DocumentError."""

    def read(name: str) -> str:
        try:
            return (folder / name).read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            fault = Fault(
                source=str(folder / name),
                line=None,
                path="file",
                found="bytes that are not UTF-8",
                expected="UTF-8",
                fix="name a folder that a report was written to",
            )
            raise ReportDocumentError(fault) from error

    return read_case(read, str(folder))


def case_in_bucket(
    clients: Callable[[str], Any], bucket: str, prefix: str, deployment_id: str, account: str = ""
) -> Case:
    """Return the case of a deployment's report in an account's bucket; raises ReportError and DocumentError."""

    def read(name: str) -> str:
        key = report_key(prefix, deployment_id, name)
        try:
            answer = clients("s3").get_object(Bucket=bucket, Key=key, **owned_by(account))
            return str(answer["Body"].read().decode())
        except (*SDK_ERRORS, UnicodeDecodeError) as error:
            raise ReportError(
                f"s3://{bucket}/{key} could not be read: {code_of(error)}: {error}",
                hint="check the deployment's id, the bucket, WARMGATE_REPORT_PREFIX and that s3:GetObject is allowed",
            ) from error

    return read_case(read, f"s3://{bucket}/{report_folder(prefix, deployment_id)}")


def read_case(read: Read, origin: str) -> Case:
    """Return the case of a report whose files are read by name; its Markdown says nothing more and is not read.

    Raises:
        ReportDocumentError: the report is none, or of another schema version.
        SamplesError: the samples have faults.
    """
    document = read(DOCUMENT)
    samples = tuple(sample for _, sample in read_samples(read(SAMPLES).split("\n"), f"{origin}/{SAMPLES}"))
    return stored_case(judgement_of(document, f"{origin}/{DOCUMENT}", samples), origin, document)
