"""A refusal for slow cold starts names the command that says why, with both versions filled in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from support.reports.judgements import ALL, COLD
from warmgate.model.deployment import Status
from warmgate.model.verdict import Judgement, Outcome
from warmgate.report.console import render_console
from warmgate.report.markdown import render_markdown
from warmgate.report.wording import next_steps

COMMAND = "warmgate cold imports --function checkout-api --old 7 --new 8"


def judged(check: str, outcome: Outcome = Outcome.FAILED, **changed: Any) -> Judgement:
    """Return a refusal with one more check."""
    refused = ALL["refused"]
    finding = replace(COLD, check=check, outcome=outcome)
    verdict = replace(refused.verdict, findings=(*refused.verdict.findings, finding))
    return replace(refused, verdict=verdict, deployment=replace(refused.deployment, **changed))


@pytest.mark.parametrize("check", ["limits.init.p95", "compare.init.median", "limits.first_response.p95"])
def test_a_check_of_init_that_fails_names_the_command(check: str) -> None:
    """In one line, for people and in Markdown."""
    judgement = judged(check)

    assert [step.partition(": ")[2] for step in next_steps(judgement)] == [COMMAND]
    console = render_console(judgement, Status.FAILED)
    assert [line for line in console.splitlines() if COMMAND in line] == [f"  next: {next_steps(judgement)[0]}"]
    assert COMMAND in render_markdown(judgement, Status.FAILED)


@pytest.mark.parametrize(
    ("check", "outcome"),
    [
        ("limits.init.p95", Outcome.PASSED),
        ("limits.init.p95", Outcome.INCONCLUSIVE),
        ("limits.duration.p95", Outcome.FAILED),
        ("limits", Outcome.FAILED),
    ],
)
def test_nothing_else_does(check: str, outcome: Outcome) -> None:
    """A slow call is no slow import."""
    assert next_steps(judged(check, outcome)) == ()


def test_without_an_old_version_the_new_one_stands_alone() -> None:
    """Its imports can be shown all the same; without a new one there is nothing to show."""
    (step,) = next_steps(judged("limits.init.p95", baseline=""))

    assert step.endswith("warmgate cold imports --function checkout-api --new 8")
    assert next_steps(judged("limits.init.p95", candidate="")) == ()
