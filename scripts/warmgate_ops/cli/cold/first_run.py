"""`warmgate cold first-run`: asks an account what no documentation settles, and writes the answers down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from warmgate_ops.cli.agreement import have_agreed
from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.endings import UNKNOWN
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import output_file, write_text

if TYPE_CHECKING:
    from warmgate.adapters.sdk import Clients
    from warmgate_ops.cold_starts.first_run.account import AccountLab
    from warmgate_ops.cold_starts.first_run.answers import Answer
    from warmgate_ops.cold_starts.first_run.lab import Plan, Question

LONGEST_GAP_MIN = 24 * 60.0


def register(cold: typer.Typer) -> None:
    """Add `first-run` to `cold`."""
    cold.command("first-run")(first_run)


def first_run(
    *,
    only: Annotated[
        str, typer.Option(help="Questions to ask, separated by commas (default: all).", metavar="QUESTION,...")
    ] = "",
    gaps: Annotated[str, typer.Option(help="Idle times to try, in minutes.", metavar="MINUTES,...")] = "5,10,20,40",
    role: Annotated[
        str, typer.Option(help="Execution role of the functions (default: one is made and removed).", metavar="ARN")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(parser=output_file, help="JSON file to write the answers to (default: warmgate-first-run.json)."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before functions are made.")] = False,
    region: Region = "",
    endpoint_url: EndpointUrl = "",
) -> int:
    """Ask an account how Lambda starts environments: what AWS does not document, in functions of its own.

    Makes functions named warmgate-first-run-…, calls them, and removes them. It touches nothing else.

    Exit codes: 0 every question was answered, 2 wrong usage, 3 a question was not answered.
    """
    from warmgate_ops.cold_starts.first_run.answers import Answers, State, document_of
    from warmgate_ops.cold_starts.first_run.asking import ask_all
    from warmgate_ops.cold_starts.first_run.lab import Plan
    from warmgate_ops.cold_starts.first_run.questions import QUESTIONS

    chosen = _chosen(only, QUESTIONS)
    clients = clients_of(endpoint_url, region)
    plan = Plan(region=clients("lambda").meta.region_name, gaps_s=_gaps(gaps))
    account = clients("sts").get_caller_identity()["Account"]  # who cannot be asked is known before anything is shown
    for line in _plan_lines([each for each in QUESTIONS if each.id in chosen], plan, account):
        say(line)
    have_agreed("Go on?", yes=yes)
    with _lab(clients, role) as lab:
        answers = tuple(ask_all(QUESTIONS, chosen, lab, plan, _tell))
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    place = out or output_file("warmgate-first-run.json")
    write_text(place, document_of(Answers(asked_at=at, region=plan.region, answers=answers)))
    say(f"\nanswers: {place}")
    return UNKNOWN if any(each.state is State.UNANSWERED for each in answers) else 0


@contextmanager
def _lab(clients: Clients, role: str) -> Iterator[AccountLab]:
    """Give a lab in an account; whatever happens, what it made is removed, and what is left is named."""
    from warmgate_ops.cold_starts.first_run.account import PREFIX, AccountLab
    from warmgate_ops.cold_starts.first_run.role import given, role_of

    run = uuid4().hex[:8]
    with given(role) if role else role_of(clients, f"{PREFIX}-{run}") as arn:
        lab = AccountLab(clients, arn, run)
        try:
            yield lab
        finally:
            for left in lab.clean():
                complain(f"could not be removed, remove it by hand: {left}")


def _plan_lines(questions: list[Question], plan: Plan, account: str) -> Iterator[str]:
    """Yield what is asked, how, and what it costs at most."""
    for each in questions:
        yield f"{each.id}: {each.asks}"
        yield f"  {each.how}"
    usd, minutes = sum(each.usd_most for each in questions), 4 + max(plan.gaps_s) / 60
    yield f"\nIn account {account}, {plan.region}: at most ${usd:.2f}, up to {minutes:.0f} minutes;"
    yield "all that is made is removed.\n"


def _tell(answer: Answer) -> None:
    say(f"{answer.question}: {answer.state.value}: {answer.said}")


def _chosen(only: str, questions: tuple[Question, ...]) -> list[str]:
    known = [each.id for each in questions]
    chosen = [word.strip() for word in only.split(",") if word.strip()] or known
    unknown = [word for word in chosen if word not in known]
    if unknown:
        raise typer.BadParameter(
            f"found {', '.join(unknown)}, expected some of {', '.join(known)}", param_hint="--only"
        )
    return chosen


def _gaps(text: str) -> tuple[float, ...]:
    try:
        minutes = [float(word) for word in text.split(",")]
    except ValueError:
        minutes = []
    if not minutes or not all(0 < gap <= LONGEST_GAP_MIN for gap in minutes):
        raise typer.BadParameter(f"found {text!r}, expected minutes such as 5,10,20", param_hint="--gaps")
    return tuple(gap * 60 for gap in minutes)
