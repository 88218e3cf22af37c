"""Answers are written and read back as they are, and a document that is none says where and what was expected."""

from __future__ import annotations

import json

import pytest

from warmgate.errors import DocumentError
from warmgate_ops.cold_starts.first_run.answers import Answer, Answers, State, answers_of, document_of
from warmgate_ops.cold_starts.first_run.questions import QUESTIONS
from warmgate_ops.cold_starts.first_run.seen import seen_on_aws

ANSWERS = Answers(
    asked_at="2026-11-27T09:00:00Z",
    region="eu-central-1",
    answers=(
        Answer(question="prices", state=State.UNANSWERED, said="denied"),
        Answer(
            question="idle-life", state=State.ANSWERED, said="5 of 5", figures={"alive": 5.0, "kind": "x", "is": True}
        ),
    ),
)


def test_a_document_is_read_back_as_it_was_written() -> None:
    """Nothing is lost, and only what was answered counts as an answer."""
    read = answers_of(document_of(ANSWERS), "a.json")

    assert read == ANSWERS
    assert read.of("prices") is None
    assert read.of("idle-life") == ANSWERS.answers[1]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "a.json document: found no JSON"),
        ("[]", "a.json schema: found list, expected 1"),
        ('{"schema": 2}', "a.json schema: found 2, expected 1"),
        ('{"schema": 1}', "a.json answers: found NoneType, expected a list"),
        ('{"schema": 1, "answers": [3]}', "a.json answers[0]: found 3, expected an object with the id of a question"),
        (
            '{"schema": 1, "answers": [{"question": "q", "state": "yes"}]}',
            "a.json answers[0].state: found 'yes', expected",
        ),
        (
            json.dumps({"schema": 1, "answers": [{"question": "q", "state": "answered", "figures": {"a": []}}]}),
            "a.json answers[0].figures: found {'a': []}, expected numbers and words by name",
        ),
    ],
)
def test_what_is_no_document_of_answers_is_refused(text: str, fault: str) -> None:
    """The fault says where it stands, what was found and what was expected."""
    with pytest.raises(DocumentError) as refused:
        answers_of(text, "a.json")

    assert str(refused.value).startswith(fault)


def test_what_is_shipped_answers_questions_that_are_asked() -> None:
    """A question that was renamed would lose its answer without a word."""
    assert {each.question for each in seen_on_aws().answers} <= {each.id for each in QUESTIONS}
