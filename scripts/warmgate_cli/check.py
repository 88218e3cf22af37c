"""`warmgate check`: the gate without CodeDeploy, against an account or any endpoint."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from warmgate.adapters.policies import read_policy
from warmgate.adapters.sdk import Clients
from warmgate.adapters.waiting import SystemClock
from warmgate.assessment import Assessment, Subject
from warmgate.bootstrap import assessor_of
from warmgate.deadline import Deadline
from warmgate.errors import FunctionLookupError, InvokeError
from warmgate.judge import verdict_of_error
from warmgate.model import Deployment, Judgement, Outcome, Status, Target
from warmgate.planning import seed_of
from warmgate.policy.values import Policy
from warmgate.report import render_console, render_json


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command("check")(check)


def check(  # noqa: PLR0917 - each is an option of the command line
    function: Annotated[str, typer.Option(help="Function name or ARN.")],
    candidate: Annotated[str, typer.Option(help="Published version to judge.")],
    policy: Annotated[Path, typer.Option(help="Policy file.")],
    baseline: Annotated[str, typer.Option(help="Version to compare with; nothing is compared without one.")] = "",
    endpoint_url: Annotated[str, typer.Option(help="Endpoint to use instead of AWS.")] = "",
    region: Annotated[str, typer.Option(help="Region; the environment's own when left out.")] = "",
    json_output: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Warm, probe and judge a version; exits 0 passed, 1 refused, 3 could not find out.

    An inconclusive verdict exits with what the policy's `when` makes of it.
    """
    chosen = read_policy(policy)
    subject = Subject(target=Target(function, "-"), baseline=baseline or None, candidate=candidate)
    judgement = judged(subject, chosen, str(policy), Clients(endpoint_url or None, region or None))
    status = judgement.verdict.status
    sys.stdout.write(render_json(judgement, status) if json_output else render_console(judgement, status))
    raise typer.Exit(exit_code(judgement.verdict.outcome, status))


def judged(subject: Subject, policy: Policy, source: str, clients: Clients) -> Judgement:
    """Return the judgement of a subject; what could not be found out is an error verdict."""
    clock = SystemClock()
    name = f"check-{subject.target.function}-{subject.candidate}"
    try:
        found = assessor_of(clients).assess(
            subject, policy, Deadline(clock.now_ms() + policy.budget.seconds * 1000), seed_of(name)
        )
    except (InvokeError, FunctionLookupError) as error:
        found = Assessment(verdict=verdict_of_error(str(error), policy))
    return Judgement(
        deployment=Deployment(
            deployment_id=name,
            target=subject.target,
            baseline=subject.baseline or "",
            candidate=subject.candidate,
            lifecycle_event=None,
        ),
        execution=None,
        policy_name=policy.name,
        policy_source=source,
        verdict=found.verdict,
        samples=found.samples,
        spending=found.spending,
        notes=found.notes,
        started_at=clock.utc_now(),
    )


def exit_code(outcome: Outcome, status: Status) -> int:
    """Return 3 where nothing could be found out, else what the status says: mode observe never refuses."""
    if outcome is Outcome.ERROR:
        return 3
    return 0 if status is Status.SUCCEEDED else 1
