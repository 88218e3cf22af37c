"""A stored report read back into the judgement that it was made from: the inverse of `document`; no hook needs it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from warmgate.errors import DocumentError, Fault
from warmgate.model.calls import Sample
from warmgate.model.deployment import Deployment, HookExecution, LifecycleEvent, Status, Target
from warmgate.model.verdict import Because, Finding, Judgement, Mode, Outcome, Spending, Unit, Unjudged, Verdict
from warmgate.report.document import SCHEMA_VERSION

LARGEST = 1e15


class ReportDocumentError(DocumentError):
    """A stored report that cannot be read."""


def judgement_of(text: str, source: str, samples: tuple[Sample, ...]) -> Judgement:
    """Return the judgement of a report's JSON and its samples; the verdict's status is the one that was reported."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReportDocumentError(
            _fault(source, "file", "no JSON", "a report", "name a folder or a deployment with a report")
        ) from error
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version != SCHEMA_VERSION:
        found, expected = json.dumps(version)[:40], json.dumps(SCHEMA_VERSION)
        raise ReportDocumentError(
            _fault(source, "schema_version", found, expected, "use the version of Warmgate that wrote the report")
        )
    try:
        return _judgement(_Record(document), samples)
    except _WrongError as error:
        raise ReportDocumentError(
            _fault(source, error.path, error.found, error.expected, "fetch the report again")
        ) from error


def _fault(source: str, path: str, found: str, expected: str, fix: str) -> Fault:
    return Fault(source=source, line=None, path=path, found=found, expected=expected, fix=fix)


class _WrongError(ValueError):
    """A value that is not what the schema says."""

    def __init__(self, path: str, found: Any, expected: str) -> None:
        super().__init__(path)
        self.path, self.expected = path, expected
        self.found = json.dumps(found)[:40]


class _Record:
    """A JSON object; each of its values is read as one kind of thing."""

    def __init__(self, values: Any, path: str = "") -> None:
        if not isinstance(values, dict):
            raise _WrongError(path or "report", values, "an object")
        self._values, self._path = values, path

    def one(self, key: str, kinds: tuple[type, ...], expected: str) -> Any:
        """Return the value of a key; a key that is missing is null."""
        value = self._values.get(key)
        # To Python, true is a number.
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise _WrongError(f"{self._path}{key}", value, expected)
        return value

    def text(self, key: str) -> str:
        return str(self.one(key, (str,), "a text"))

    def flag(self, key: str) -> bool:
        return bool(self.one(key, (bool,), "true or false"))

    def flag_or_no(self, key: str) -> bool:
        return self._values.get(key) is not None and self.flag(key)

    def count(self, key: str) -> int:
        return int(self.one(key, (int,), "a whole number"))

    def figure(self, key: str) -> float:
        value = self.one(key, (int, float), "a number")
        # JSON's readers take NaN and numbers of any length, which no axis holds.
        if not abs(value) <= LARGEST:
            raise _WrongError(f"{self._path}{key}", value, "a number")
        return float(value)

    def figure_or_none(self, key: str) -> float | None:
        return None if self._values.get(key) is None else self.figure(key)

    def count_or_none(self, key: str) -> int | None:
        return None if self._values.get(key) is None else self.count(key)

    def text_or_none(self, key: str) -> str | None:
        return None if self._values.get(key) is None else self.text(key)

    def texts(self, key: str) -> tuple[str, ...]:
        found = self.one(key, (list,), "a list of texts")
        if not all(isinstance(item, str) for item in found):
            raise _WrongError(f"{self._path}{key}", found, "a list of texts")
        return tuple(found)

    def word(self, key: str, words: Iterable[str]) -> str:
        value = self.text(key)
        if value not in set(words):
            raise _WrongError(f"{self._path}{key}", value, f"one of {', '.join(words)}")
        return value

    def record(self, key: str) -> _Record:
        return _Record(self._values.get(key), f"{self._path}{key}.")

    def records(self, key: str) -> list[_Record]:
        listed = self.one(key, (list,), "a list of objects")
        return [_Record(item, f"{self._path}{key}[{place}].") for place, item in enumerate(listed)]


def _judgement(report: _Record, samples: tuple[Sample, ...]) -> Judgement:
    deployment_id, execution = report.text("deployment_id"), report.text_or_none("hook_execution_id")
    target, policy = report.record("target"), report.record("policy")
    return Judgement(
        deployment=Deployment(
            deployment_id=deployment_id,
            target=Target(target.text("function"), target.text("alias")),
            baseline=report.text("baseline"),
            candidate=report.text("candidate"),
            lifecycle_event=_event(report),
            is_rollback=report.flag("is_rollback"),
        ),
        execution=None if execution is None else HookExecution(deployment_id, execution),
        policy_name=policy.text("name"),
        policy_source=policy.text("source"),
        verdict=_verdict(report),
        spending=_spending(report.record("spending")),
        samples=samples,
        notes=report.texts("notes"),
        started_at=report.text("started_at"),
    )


def _event(report: _Record) -> LifecycleEvent | None:
    if report.text_or_none("lifecycle_event") is None:
        return None
    return LifecycleEvent(report.word("lifecycle_event", LifecycleEvent))


def _verdict(report: _Record) -> Verdict:
    return Verdict(
        outcome=Outcome(report.word("outcome", Outcome)),
        status=Status(report.word("status", Status)),
        reason=report.text("reason"),
        findings=tuple(map(_finding, report.records("findings"))),
        warnings=report.texts("warnings"),
        decided=report.flag("decided"),
        mode=Mode(report.word("mode", Mode)),
        unjudged=_unjudged(report),
        settled_by=report.text_or_none("settled_by") or "",
    )


def _unjudged(report: _Record) -> Unjudged | None:
    # A report of an earlier version has no such key.
    return None if report.text_or_none("unjudged") is None else Unjudged(report.word("unjudged", Unjudged))


def _finding(found: _Record) -> Finding:
    return Finding(
        check=found.text("check"),
        outcome=Outcome(found.word("outcome", Outcome)),
        reason=found.text("reason"),
        details=found.text_or_none("details") or "",
        decided=found.flag("decided"),
        measured=found.figure_or_none("measured"),
        limit=found.figure_or_none("limit"),
        unit=Unit(found.word("unit", Unit)) if found.text("unit") else None,
        margin=found.figure_or_none("margin"),
        bad_count=found.count_or_none("bad_count"),
        sample_count=found.count("sample_count"),
        environment_count=found.count_or_none("environment_count"),
        proven=found.text("proven"),
        inconclusive_because=Because(found.word("inconclusive_because", Because))
        if found.text("inconclusive_because")
        else None,
        leans_to_fail=found.flag("leans_to_fail"),
        warns=found.flag_or_no("warns"),
    )


def _spending(spent: _Record) -> Spending:
    return Spending(
        invocations=spent.count("invocations"),
        seconds=spent.figure("seconds"),
        cost_usd=spent.figure("cost_usd"),
        throttles=spent.count("throttles"),
        retries=spent.count("retries"),
    )
