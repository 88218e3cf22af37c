"""`warmgate check`: the gate without CodeDeploy, against an account or any endpoint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from warmgate.adapters.faults import setup_fault_in
from warmgate.adapters.functions import LambdaFunctions
from warmgate.adapters.refusals import BucketRefusals
from warmgate.adapters.sdk import Clients
from warmgate.adapters.waiting import SystemClock
from warmgate.bootstrap import assessor_of
from warmgate.errors import FunctionLookupError, InvokeError
from warmgate.gate.known_bad import KnownBad, Refusals
from warmgate.judge import verdict_of_error
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, Target
from warmgate.model.verdict import Judgement, Verdict
from warmgate.planning import seed_of
from warmgate.policy.values import Policy
from warmgate.probing.assessment import Assessment, Subject
from warmgate.report.console import render_console
from warmgate.report.json_report import render_json
from warmgate.report.standing import standing_of
from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.documents import policy_in
from warmgate_ops.cli.function_option import function_in
from warmgate_ops.cli.help_words import RELEASES, examples
from warmgate_ops.cli.output import say
from warmgate_ops.cli.paths import input_file


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command(
        "check",
        rich_help_panel=RELEASES,
        epilog=examples("check --function checkout-api --candidate 7 --baseline 6 --policy checkout.yaml"),
    )(check)


def check(  # noqa: PLR0917 - each is an option of the command line
    function: Annotated[str, typer.Option(help="Function name or ARN.")],
    candidate: Annotated[str, typer.Option(help="Published version to judge.")],
    policy: Annotated[Path, typer.Option(parser=input_file, help="Policy file.")],
    baseline: Annotated[str, typer.Option(help="Version to compare with (default: no comparison).")] = "",
    bucket: Annotated[
        str,
        typer.Option(envvar="WARMGATE_REPORT_BUCKET", help="Report bucket; a version refused before is refused again."),
    ] = "",
    prefix: Annotated[str, typer.Option(envvar="WARMGATE_REPORT_PREFIX", help="Key prefix of the reports.")] = "",
    endpoint_url: EndpointUrl = "",
    region: Region = "",
    json_output: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Warm, probe and judge a version.

    Exit codes: 0 passed or let through by the policy, 1 refused, 2 wrong usage or policy, 3 could not find out: also
    where a limit met no evidence, whatever the policy's `when` says.
    """
    chosen, clients = policy_in(policy), clients_of(endpoint_url, region)
    target = Target(function_in(function, clients), "-")
    subject = Subject(target=target, baseline=baseline or None, candidate=candidate)
    refusals = BucketRefusals(clients, bucket, prefix) if bucket else None
    judgement = judged(subject, chosen, str(policy), clients, refusals)
    status = judgement.verdict.status
    say(render_json(judgement, status) if json_output else render_console(judgement, status), end="")
    raise typer.Exit(standing_of(judgement.verdict, status).exit_code)


def judged(
    subject: Subject, policy: Policy, source: str, clients: Clients, refusals: Refusals | None = None
) -> Judgement:
    """Return the judgement of a subject; what could not be found out is an error verdict.

    An SDK error that says that AWS was not asked at all is raised: it says nothing of the version.
    """
    clock = SystemClock()
    deployment = Deployment(
        deployment_id=f"check-{subject.target.function}-{subject.candidate}",
        target=subject.target,
        baseline=subject.baseline or "",
        candidate=subject.candidate,
    )
    started_at = clock.utc_now()
    notes: list[str] = []
    known = _known_refusal(deployment, policy, clients, refusals, notes.append)
    found = Assessment(verdict=known) if known else _assessed(subject, deployment, policy, clients)
    return Judgement(
        deployment=deployment,
        execution=None,
        policy_name=policy.name,
        policy_source=source,
        verdict=found.verdict,
        samples=found.samples,
        spending=found.spending,
        notes=(*notes, *found.notes),
        started_at=started_at,
    )


def _known_refusal(
    deployment: Deployment, policy: Policy, clients: Clients, refusals: Refusals | None, note: Callable[[str], None]
) -> Verdict | None:
    """Return the refusal that a deployment got with this code, configuration and policy; nothing is kept here."""
    if refusals is None:
        return None
    known_bad = KnownBad(refusals=refusals, functions=LambdaFunctions(clients), log=note)
    return known_bad.verdict_on(deployment, known_bad.fingerprint(deployment, policy))


def _assessed(subject: Subject, deployment: Deployment, policy: Policy, clients: Clients) -> Assessment:
    clock = SystemClock()
    try:
        return assessor_of(clients).assess(
            subject,
            policy,
            Deadline(clock.now_ms() + policy.budget.seconds * 1000),
            seed_of(deployment.deployment_id),
        )
    except (InvokeError, FunctionLookupError) as error:
        if setup_fault_in(error) is not None:
            raise
        return Assessment(verdict=verdict_of_error(str(error), policy))
