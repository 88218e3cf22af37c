"""Answers of an account as a document: written after a first run, read by whoever wants to know what was seen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from warmgate.errors import DocumentError, Fault

SCHEMA = 1
Figure = float | str | bool


class State(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    UNANSWERED = "not answered"
    """It was asked, and what came back does not settle it."""
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an account answered to one question."""

    question: str
    """Its id."""
    state: State
    said: str
    """The answer in one line, with the counts that it rests on; why there is none, where there is none."""
    figures: Mapping[str, Figure] = field(default_factory=dict)
    """What was measured, by name; names end in their unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One run of the questions."""

    asked_at: str
    """ISO 8601, UTC; empty where nobody has asked yet."""
    region: str
    answers: tuple[Answer, ...]

    def of(self, question: str) -> Answer | None:
        """Return the answer to a question where it was answered."""
        found = (each for each in self.answers if each.question == question)
        return next((each for each in found if each.state is State.ANSWERED), None)


def document_of(answers: Answers) -> str:
    """Return answers as JSON text; it names no account."""
    rows = [
        {"question": each.question, "state": each.state.value, "said": each.said, "figures": dict(each.figures)}
        for each in answers.answers
    ]
    document = {"schema": SCHEMA, "asked_at": answers.asked_at, "region": answers.region, "answers": rows}
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def answers_of(text: str, source: str) -> Answers:
    """Return the answers of a document; raises DocumentError."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise _fault(source, "document", f"no JSON ({error})", "JSON") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        found = document.get("schema") if isinstance(document, dict) else type(document).__name__
        raise _fault(source, "schema", str(found), str(SCHEMA))
    rows = document.get("answers")
    if not isinstance(rows, list):
        raise _fault(source, "answers", type(rows).__name__, "a list")
    return Answers(
        asked_at=str(document.get("asked_at") or ""),
        region=str(document.get("region") or ""),
        answers=tuple(_answer(row, source, f"answers[{place}]") for place, row in enumerate(rows)),
    )


def _answer(row: Any, source: str, where: str) -> Answer:
    if not isinstance(row, dict) or not isinstance(row.get("question"), str):
        raise _fault(source, where, f"{row!r:.60}", "an object with the id of a question")
    if row.get("state") not in list(State):
        raise _fault(source, f"{where}.state", f"{row.get('state')!r}", f"one of {', '.join(State)}")
    figures = row.get("figures") or {}
    if not isinstance(figures, dict) or not all(isinstance(value, int | float | str) for value in figures.values()):
        raise _fault(source, f"{where}.figures", f"{figures!r:.60}", "numbers and words by name")
    said = str(row.get("said") or "")
    return Answer(question=row["question"], state=State(row["state"]), said=said, figures=figures)


def _fault(source: str, path: str, found: str, expected: str) -> DocumentError:
    fix = "write the file with warmgate cold first-run --out"
    return DocumentError(Fault(source=source, line=None, path=path, found=found, expected=expected, fix=fix))
