"""The questions in the order in which they are asked: the cheap ones first."""

from __future__ import annotations

from warmgate_ops.cold_starts.first_run.lab import Question
from warmgate_ops.cold_starts.first_run.questions import (
    filtered_infrequent,
    idle_life,
    init_boost,
    made_ahead,
    prices,
    restores,
    traces,
    version_and_alias,
)

QUESTIONS: tuple[Question, ...] = (
    traces.QUESTION,
    prices.QUESTION,
    filtered_infrequent.QUESTION,
    init_boost.QUESTION,
    version_and_alias.QUESTION,
    made_ahead.QUESTION,
    restores.QUESTION,
    idle_life.QUESTION,
)
