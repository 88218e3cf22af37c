"""Asks questions one after the other; one that fails costs none of the others its answer, and all is removed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from warmgate_ops.cold_starts.first_run.answers import Answer, Answers, State
from warmgate_ops.cold_starts.first_run.lab import Lab, LabError, Plan, Question, unanswered


def ask_all(
    questions: Iterable[Question], chosen: Iterable[str], lab: Lab, plan: Plan, told: Callable[[Answer], None]
) -> Iterator[Answer]:
    """Yield an answer to every question; `told` hears each of the chosen ones as soon as it is there."""
    wanted = frozenset(chosen)
    for question in questions:
        if question.id not in wanted:
            yield Answer(question=question.id, state=State.NOT_ASKED, said="left out of this run")
            continue
        try:
            answer = question.ask(lab, plan)
        except LabError as error:
            answer = unanswered(question.id, str(error))
        told(answer)
        yield answer


def none_asked(questions: Iterable[Question]) -> Answers:
    """Return what is known before a first run: nothing."""
    answers = tuple(Answer(question=each.id, state=State.NOT_ASKED, said="not asked yet") for each in questions)
    return Answers(asked_at="", region="", answers=answers)
