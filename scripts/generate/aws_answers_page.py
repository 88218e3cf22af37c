"""The reference of what AWS does not document: each question, how it is asked, and what an account answered."""

from __future__ import annotations

from warmgate_ops.cold_starts.first_run.questions import QUESTIONS
from warmgate_ops.cold_starts.first_run.seen import seen_on_aws

HEAD = """# What AWS does not document

<!-- Written by `python -m generate`: change the questions, the recorded answers or the generator, not this file. -->

No documentation says these things, and no machine but AWS's own shows them. Each is a question of
[`warmgate cold first-run`](../how-to/first-run-on-aws.md), which asks an account and writes the answers to a file.
Where a question has no answer yet, what Warmgate prints is built for both answers, or says that it was not seen on AWS.

{when}

| question | how it is asked | seen |
| --- | --- | --- |
"""


def aws_answers_page() -> str:
    """Return the page."""
    seen = seen_on_aws()
    when = f"Asked at {seen.asked_at} in {seen.region}." if seen.asked_at else "Nobody has asked an account of AWS yet."
    rows: list[str] = []
    for question in QUESTIONS:
        answer = seen.of(question.id)
        said = answer.said if answer else "not yet"
        rows.append(f"| **{question.id}**: {question.asks} | {question.how} | {said} |\n")
    return HEAD.format(when=when) + "".join(rows)
