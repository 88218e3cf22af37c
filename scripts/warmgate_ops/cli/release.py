"""`warmgate release`: makes a CodeDeploy deployment, follows it, and leaves with its end as exit code."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from warmgate.adapters.sdk import Clients
from warmgate.appspec.read import AppSpec
from warmgate.errors import SettingsError
from warmgate.model.deployment import Target
from warmgate.model.fleet import OnRefusal
from warmgate.model.release import ReleaseOutcome
from warmgate.report.markdown import escaped
from warmgate.report.release import WORDS
from warmgate.report.standing import PASSED, REFUSED, RELEASE_EXIT_CODES, UNKNOWN
from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.consoles import new_console
from warmgate_ops.cli.function_option import function_in
from warmgate_ops.cli.help_words import RELEASES, examples
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import input_file, output_file, output_folder, write_text
from warmgate_ops.release.appspec import AFTER_HOOK, BEFORE_HOOK, spec_of
from warmgate_ops.release.deployment import create, group_of, look, refuse_early, serving_version
from warmgate_ops.release.follower import Follower
from warmgate_ops.release.following import Seen, outcome_of, reason_of

of_deployment = partial(typer.Option, rich_help_panel="Deployment")
of_fleet = partial(typer.Option, rich_help_panel="Fleet")
of_report = partial(typer.Option, rich_help_panel="Report")

LONGEST_WAIT_S = 7200.0


def register(app: typer.Typer) -> None:
    """Add `release` to the command line."""
    first = "release --function checkout-api --alias live --to 7"
    shown = examples(
        first,
        f"{first} --bucket warmgate-reports --junit warmgate.xml",
        f"{first} --detach",
        "release --all fleet.yaml",
    )
    app.command("release", rich_help_panel=RELEASES, epilog=shown)(release)


def release(
    *,
    function: Annotated[str, typer.Option(help="Function name or ARN. Required without --all.")] = "",
    alias: Annotated[str, typer.Option(help="Alias that CodeDeploy shifts. Required without --all.")] = "",
    to: Annotated[str, typer.Option(help="Version to deploy. Required without --all.")] = "",
    from_: Annotated[
        str, typer.Option("--from", help="Currently deployed version (default: the one the alias points to).")
    ] = "",
    application: Annotated[
        str,
        of_deployment(help="CodeDeploy application (default: the only Lambda application of the account)."),
    ] = "",
    group: Annotated[str, of_deployment(help="Deployment group (default: the only group of the application).")] = "",
    config: Annotated[str, of_deployment(help="CodeDeploy deployment configuration (default: the group's).")] = "",
    description: Annotated[str, of_deployment(help="Deployment description.")] = "",
    before: Annotated[str, of_deployment(help="BeforeAllowTraffic hook function; empty for none.")] = BEFORE_HOOK,
    after: Annotated[str, of_deployment(help="AfterAllowTraffic hook function; empty for none.")] = AFTER_HOOK,
    bucket: Annotated[str, of_report(envvar="WARMGATE_REPORT_BUCKET", help="Report bucket.")] = "",
    prefix: Annotated[str, of_report(envvar="WARMGATE_REPORT_PREFIX", help="Key prefix of the reports.")] = "",
    junit: Annotated[Path | None, of_report(parser=output_file, help="JUnit XML output file.")] = None,
    json_file: Annotated[Path | None, of_report("--json", parser=output_file, help="JSON output file.")] = None,
    timeout: Annotated[
        float | None,
        typer.Option(min=1, help="How long to wait for the end, in seconds (default: 7200; with --all no limit)."),
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Print the deployment ID and exit without waiting.")] = False,
    all_: Annotated[
        Path | None, of_fleet("--all", parser=input_file, help="Fleet file: release everything in it, in waves.")
    ] = None,
    check: Annotated[
        bool, of_fleet("--check", "--dry-run", help="Print the plan, look at each release, and create nothing.")
    ] = False,
    resume: Annotated[
        Path | None,
        of_fleet(parser=output_folder, help="Folder of progress and reports (default: FILE's name with .fleet)."),
    ] = None,
    fleet_id: Annotated[
        str, of_fleet(help="ID that marks the fleet's deployments, so that they are found where progress is lost.")
    ] = "",
    on_refusal: Annotated[OnRefusal | None, of_fleet(help="Instead of what --all says: stop or go_on.")] = None,
    anew: Annotated[bool, of_fleet("--new", help="Begin a new fleet where the last one there is over.")] = False,
    endpoint_url: EndpointUrl = "",
    region: Region = "",
) -> None:
    """Deploy a version with CodeDeploy, wait for the deployment to end, and print how it ended.

    With --all, do so with every release of a fleet file.

    Exit codes: 0 released, 1 rolled back or not, 2 wrong usage, 3 not known (time-out, connection lost).
    """
    clients = clients_of(endpoint_url, region)
    if all_ is not None:
        from warmgate_ops.cli.release_fleet import Asked, release_fleet

        single: dict[str, object] = {
            "function": function,
            "alias": alias,
            "to": to,
            "from": from_,
            "application": application,
        }
        single |= {"group": group, "config": config, "description": description, "detach": detach}
        single |= {"before": before != BEFORE_HOOK, "after": after != AFTER_HOOK}
        refuse_beside(all_, [name for name, given in single.items() if given])
        asked = Asked(file=all_, folder=resume, fleet_id=fleet_id, on_refusal=on_refusal, new=anew, timeout_s=timeout)
        release_fleet(clients, asked, (bucket, prefix), (junit, json_file), check=check)
        return
    fleets_own = {"check": check, "resume": resume, "fleet-id": fleet_id, "on-refusal": on_refusal, "new": anew}
    refuse_alone([name for name, given in fleets_own.items() if given])
    require({"function": function, "alias": alias, "to": to})
    function = function_in(function, clients)
    application, group = group_of(clients, application, group)
    baseline = from_ or serving_version(clients, function, alias)
    wanted = spec_of(Target(function, alias), baseline, to, before, after)
    refuse_early(clients, wanted, application, group)
    deployment_id = create(clients, wanted, application, group, config, description)
    if detach:
        say(deployment_id)
        return
    seen = _followed(clients, wanted, deployment_id, (bucket, prefix), timeout or LONGEST_WAIT_S)
    outcome = outcome_of(seen, baseline, to)
    say(f"{WORDS[outcome]}: {reason_of(seen)}")
    try:
        _write(outcome, deployment_id, seen, wanted, junit, json_file)
    except OSError as error:  # how the release ended is known, whatever becomes of a file
        complain(f"{error.filename}: {error.strerror}")
    raise typer.Exit(RELEASE_EXIT_CODES[outcome])


def require(options: dict[str, str]) -> None:
    """Raise SettingsError for a name that one release needs."""
    for name, given in options.items():
        if not given:
            raise SettingsError(
                f"--{name}: found nothing, expected a name", hint="pass --function, --alias and --to, or --all FILE"
            )


def refuse_alone(options: list[str]) -> None:
    """Raise SettingsError for options that only a fleet has."""
    if options:
        raise SettingsError(f"--{options[0]}: found without --all, expected with it", hint="pass --all FILE")


def refuse_beside(file: Path, options: list[str]) -> None:
    """Raise SettingsError for options of one release beside a fleet."""
    if options:
        name = options[0]
        raise SettingsError(f"--{name}: found beside --all, expected one of them", hint=f"write it in {file}")


def _followed(
    clients: Clients, wanted: AppSpec, deployment_id: str, reports: tuple[str, str], timeout_s: float
) -> Seen:
    """Follow a deployment: a view that moves on a terminal, lines with their times elsewhere."""
    from warmgate_ops.release.view import following_on

    head = f"{deployment_id}: {wanted.target.function}:{wanted.target.alias} {wanted.baseline} -> {wanted.candidate}"
    with following_on(new_console(stderr=True), head, wanted.candidate, complain) as watcher:
        follower = Follower(
            look=lambda: look(clients, wanted, deployment_id, *reports),
            watcher=watcher,
            deployment_id=deployment_id,
            waits_for_report=bool(reports[0]),
        )
        return follower.follow(timeout_s)


def _write(
    outcome: ReleaseOutcome, deployment_id: str, seen: Seen, wanted: AppSpec, junit: Path | None, json_file: Path | None
) -> None:
    """Write what was asked for, and a summary where GitHub wants one."""
    document = {"deployment_id": deployment_id, "outcome": outcome.value, "reason": reason_of(seen), **asdict(seen)}
    if json_file is not None:
        write_text(json_file, json.dumps(document, indent=2, default=str) + "\n")
    if junit is not None:
        from warmgate.report.junit import render_junit

        write_text(junit, render_junit(seen.report or _bare(outcome, deployment_id, seen, wanted)))
    add_summary(partial(_summary, outcome, deployment_id, seen, wanted))


def add_summary(render: Callable[[], str]) -> None:
    """Add Markdown to the summary of a job where GitHub wants one; raises OSError."""
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as page:
            page.write(render())


def _bare(outcome: ReleaseOutcome, deployment_id: str, seen: Seen, wanted: AppSpec) -> dict[str, Any]:
    """Return the least of a report, where none was read."""
    verdict = {PASSED: "passed", REFUSED: "failed", UNKNOWN: "error"}[RELEASE_EXIT_CODES[outcome]]
    target = {"function": wanted.target.function, "alias": wanted.target.alias}
    return {
        "deployment_id": deployment_id,
        "target": target,
        "outcome": verdict,
        "reason": reason_of(seen),
        "findings": [],
    }


def _summary(outcome: ReleaseOutcome, deployment_id: str, seen: Seen, wanted: AppSpec) -> str:
    title = f"{wanted.target.function}:{wanted.target.alias} {wanted.baseline} -> {wanted.candidate}: {WORDS[outcome]}"
    lines = [f"### {escaped(title)}", "", escaped(reason_of(seen)), ""]
    findings = (seen.report or {}).get("findings", [])
    if findings:
        lines += ["| check | outcome | reason |", "| --- | --- | --- |"]
        lines += [f"| {' | '.join(escaped(f[key]) for key in ('check', 'outcome', 'reason'))} |" for f in findings]
    return "\n".join([*lines, "", escaped(deployment_id), ""])
