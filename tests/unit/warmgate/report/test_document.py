"""The report document: its shape is the shipped schema's, and nothing of a verdict is lost in it."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import warmgate.report
from support.reports.judgements import ALL, REFUSED
from warmgate.model.calls import Sample
from warmgate.model.deployment import Status
from warmgate.model.verdict import Finding, Judgement, Outcome, Spending
from warmgate.report.document import build_document
from warmgate.report.json_report import render_json

SCHEMA = json.loads((Path(warmgate.report.__file__).parent / "report.schema.json").read_text(encoding="utf-8"))

ADDED_LATER = {"bake", "details", "release", "warns"}
"""Keys of reports that a reader of the first ones does not know."""


def objects(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every schema of an object inside a schema."""
    nested = [part for part in schema.values() if isinstance(part, dict)]
    nested += [part for parts in schema.values() if isinstance(parts, list) for part in parts if isinstance(part, dict)]
    found = [schema] if schema.get("type") in ("object", ["object", "null"]) else []
    return found + [each for part in nested for each in objects(part)]


def test_the_schema_is_a_schema() -> None:
    """The shipped file is valid JSON Schema 2020-12."""
    Draft202012Validator.check_schema(SCHEMA)

    assert SCHEMA["$schema"].endswith("2020-12/schema")


def test_the_schema_leaves_nothing_open() -> None:
    """Every object names all its keys and allows no other; only what is added later may be missing."""
    for schema in objects(SCHEMA):
        assert schema["additionalProperties"] is False
        assert schema["required"] == [key for key in schema["properties"] if key not in ADDED_LATER]


@pytest.mark.parametrize("name", ALL)
def test_every_report_is_valid(name: str) -> None:
    """A rendered report of every kind obeys the schema."""
    report = json.loads(render_json(ALL[name], ALL[name].verdict.status))

    Draft202012Validator(SCHEMA).validate(report)


@pytest.mark.parametrize("key", ["status", "findings", "schema_version"])
def test_a_report_without_a_key_is_not_valid(key: str) -> None:
    """The schema can refuse: a missing key makes a report invalid."""
    report = build_document(REFUSED, Status.FAILED)
    del report[key]

    assert not Draft202012Validator(SCHEMA).is_valid(report)


@pytest.mark.parametrize(("part", "of"), [("findings", Finding), ("spending", Spending)])
def test_every_field_is_reported(part: str, of: type[Any]) -> None:
    """Findings and spending are reported with every field they have, but what an open finding waits for."""
    found = build_document(REFUSED, Status.FAILED)[part]
    keys = (found[0] if isinstance(found, list) else found).keys()

    assert list(keys) == [field.name for field in dataclasses.fields(of) if field.name != "repeat"]


def test_the_status_told_is_reported_beside_the_outcome() -> None:
    """What CodeDeploy heard is its own key: it may differ from what was found."""
    report = build_document(REFUSED, Status.SUCCEEDED)

    assert (report["status"], report["outcome"]) == ("Succeeded", "failed")


def test_samples_are_counted_not_held() -> None:
    """The report counts calls by arm, phase and outcome, in the model's order."""
    report = build_document(REFUSED, Status.FAILED)

    assert report["samples"] == [
        {"arm": "baseline", "phase": "prewarm", "outcome": "ok", "count": 1},
        {"arm": "candidate", "phase": "prewarm", "outcome": "ok", "count": 1},
        {"arm": "candidate", "phase": "measured", "outcome": "timeout", "count": 1},
        {"arm": "candidate", "phase": "measured", "outcome": "unexpected_answer", "count": 1},
    ]


@pytest.mark.parametrize("beyond", [math.inf, -math.inf, math.nan])
def test_a_figure_that_json_cannot_carry_is_null(beyond: float) -> None:
    """A margin against a limit of 0 may be infinite; the report says null instead of breaking."""
    finding = Finding(check="limits.errors.rate", outcome=Outcome.FAILED, reason="1 of 1", margin=beyond)
    verdict = dataclasses.replace(REFUSED.verdict, findings=(finding,))
    report = json.loads(render_json(dataclasses.replace(REFUSED, verdict=verdict), Status.FAILED))

    assert report["findings"][0]["margin"] is None


def test_same_judgement_same_text() -> None:
    """Rendering depends on the judgement alone."""
    again = Judgement(**{field.name: getattr(REFUSED, field.name) for field in dataclasses.fields(Judgement)})

    assert render_json(again, Status.FAILED) == render_json(REFUSED, Status.FAILED)


def test_an_answer_would_have_no_place() -> None:
    """No key of the report is named after what a sample keeps for itself."""
    kept_back = {"detail", "error_type", "request_id"}

    assert kept_back <= {field.name for field in dataclasses.fields(Sample)}
    assert not any(kept_back & schema["properties"].keys() for schema in objects(SCHEMA))
