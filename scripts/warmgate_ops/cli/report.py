"""`warmgate report`: a stored report or a recorded run as one HTML page. Calls no function and changes no verdict."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from warmgate.adapters.sdk import Clients
from warmgate.errors import DocumentError, Fault
from warmgate.model.calls import Sample
from warmgate.report.standing import standing_of
from warmgate.settings import settings_of
from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.documents import policy_in
from warmgate_ops.cli.extras import need
from warmgate_ops.cli.help_words import RELEASES, examples
from warmgate_ops.cli.output import say
from warmgate_ops.cli.paths import input_file, named_input, output_file, write_bytes, write_text
from warmgate_ops.cli.replay import recorded_runs

if TYPE_CHECKING:
    from warmgate_ops.page.case import Case


class SubjectError(DocumentError):
    """What is to be shown is not named well enough to be found."""


def register(app: typer.Typer) -> None:
    """Add `report` to the command line."""
    app.command(
        "report",
        rich_help_panel=RELEASES,
        epilog=examples(
            "report d-ABCDEF123 --html report.html", "report samples.jsonl --policy policy.yaml --html report.html"
        ),
    )(report)


def report(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="SAMPLES|FOLDER|DEPLOYMENT_ID",
            parser=named_input,
            help="Recorded samples (- reads standard input), a report folder, or the deployment ID of a stored report.",
        ),
    ],
    *,
    html: Annotated[Path, typer.Option(parser=output_file, help="Output HTML file.")],
    preview: Annotated[
        Path | None,
        typer.Option(parser=output_file, help="Output PNG file, 1200 x 630, that chats show for a link to the page."),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(parser=input_file, help="Policy file by which recorded samples are judged.")
    ] = None,
    run: Annotated[str, typer.Option(help="ID of the run to show, if the samples hold several.")] = "",
    bucket: Annotated[str, typer.Option(help="Report bucket (default: WARMGATE_REPORT_BUCKET).")] = "",
    endpoint_url: EndpointUrl = "",
    region: Region = "",
) -> None:
    """Write a report as one HTML page that needs no network: verdict, checks, distributions, timeline, raw samples.

    Samples are judged as `warmgate replay` judges them; a stored report shows the verdict that CodeDeploy was sent.
    Exit codes: 0 the page was written, whatever the verdict; 2 unreadable input; 3 the bucket could not be read.
    """
    from warmgate_ops.page.page import picture_of, render_page

    if preview is not None:
        need("matplotlib")

    if subject == "-" or Path(subject).is_file():
        case = _recorded(subject, policy, run)
    else:
        case = _stored(subject, policy, bucket, lambda: clients_of(endpoint_url, region))
    write_text(html, render_page(case, _beside(html, preview) if preview else ""))
    if preview is not None:
        write_bytes(preview, picture_of(case))
    standing = standing_of(case.judgement.verdict, case.status)
    files = f"{html} and {preview}" if preview else str(html)
    say(f"wrote {files}: {standing.word}{f', {standing.aside}' if standing.aside else ''}")


def _beside(html: Path, preview: Path) -> str:
    """Return the picture's address as the page names it, whatever folder each is in."""
    return quote(os.path.relpath(preview, html.parent).replace(os.sep, "/"))


def _recorded(file: str, policy: Path | None, run: str) -> Case:
    """Return the case of one run of a file of samples."""
    from warmgate_ops.page.case import replayed_case

    if policy is None:
        raise SubjectError(
            _unclear("--policy", "nothing", "a policy file: samples hold no verdict", "add --policy FILE")
        )
    chosen = policy_in(policy)
    origin = "standard input" if file == "-" else file
    names: list[str] = []
    kept: list[Sample] = []
    for name, samples in recorded_runs(file):
        names.append(name)
        if name == run or not (run or kept):
            kept = samples
    if not run and len(names) > 1:
        raise SubjectError(
            _unclear("--run", "nothing", f"one of the runs of {origin}: {_listed(names)}", "add --run NAME")
        )
    if run and run not in names:
        raise SubjectError(
            _unclear("--run", repr(run), f"one of the runs of {origin}: {_listed(names)}", "name one of these")
        )
    return replayed_case(run or names[0], kept, chosen, str(policy), origin)


def _stored(subject: str, policy: Path | None, bucket: str, clients: Callable[[], Clients]) -> Case:
    """Return the case of a report in a folder, else in the bucket."""
    from warmgate_ops.page.stored import case_in_bucket, case_in_folder

    if policy is not None:
        where = f"{subject}/samples.jsonl"
        raise SubjectError(
            _unclear("--policy", "a policy", "none: a stored report has its verdict", f"to judge again, name {where}")
        )
    if Path(subject).is_dir():
        return case_in_folder(Path(subject))
    settings = settings_of(os.environ)
    chosen = bucket or settings.report_bucket
    if not chosen:
        fix = "correct the path, or add --bucket or set WARMGATE_REPORT_BUCKET"
        raise SubjectError(
            _unclear(subject, "no such file or folder", "one, or a deployment and its report bucket", fix)
        )
    return case_in_bucket(clients(), chosen, settings.report_prefix, subject, settings.account)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(map(repr, names[:10])) + more


def _unclear(path: str, found: str, expected: str, fix: str) -> Fault:
    return Fault(source="warmgate report", line=None, path=path, found=found, expected=expected, fix=fix)
