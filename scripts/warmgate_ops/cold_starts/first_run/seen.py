"""What was seen on AWS so far: the answers that are shipped with the product, empty until somebody has asked."""

from __future__ import annotations

from pathlib import Path

from warmgate_ops.cold_starts.first_run.answers import Answers, answers_of

FILE = Path(__file__).with_name("aws-answers.json")
"""Replaced by the file that `warmgate cold first-run` writes in an account of AWS."""


def seen_on_aws() -> Answers:
    """Return the shipped answers."""
    return answers_of(FILE.read_text(encoding="utf-8"), FILE.name)
