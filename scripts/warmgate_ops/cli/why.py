"""`warmgate why`: what became of a deployment and why, from its stored report, else from CodeDeploy itself."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Annotated, Any

import typer

from warmgate.adapters.faults import setup_fault_in
from warmgate.adapters.lineage import CodeDeployLineage
from warmgate.adapters.releases import CodeDeployReleases
from warmgate.adapters.sdk import Clients
from warmgate.adapters.stored_reports import BucketStoredReports
from warmgate.adapters.waiting import SystemClock
from warmgate.errors import DeploymentLookupError, ReportError, SettingsError
from warmgate.lineage.rollback_claims import RollbackClaim, RollbackProof
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, Status
from warmgate.model.release import ReleaseOutcome, StoredReport
from warmgate.report.bake import bake_lines
from warmgate.report.document import is_report
from warmgate.report.notice import check_lines, headline, reason_of
from warmgate.report.release import release_lines
from warmgate.report.standing import PASSED, REFUSED, RELEASE_EXIT_CODES, UNKNOWN
from warmgate.visible import one_line, visible_line
from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.help_words import RELEASES, examples
from warmgate_ops.cli.output import complain, say

DEPLOYMENT_ID = re.compile(r"d-[A-Za-z0-9]+")
LOOKS_MS = 60_000.0


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command("why", rich_help_panel=RELEASES, epilog=examples("why d-ABCDEF123"))(why)


def why(
    deployment_id: Annotated[str, typer.Argument(help="CodeDeploy's id of the deployment.")],
    bucket: Annotated[str, typer.Option(envvar="WARMGATE_REPORT_BUCKET", help="Report bucket.")] = "",
    prefix: Annotated[str, typer.Option(envvar="WARMGATE_REPORT_PREFIX", help="Key prefix of the reports.")] = "",
    *,
    account: Annotated[str, typer.Option(envvar="WARMGATE_ACCOUNT", help="Account that must own the bucket.")] = "",
    table: Annotated[str, typer.Option(envvar="WARMGATE_TABLE", help="Table with Warmgate's own records.")] = "",
    endpoint_url: EndpointUrl = "",
    region: Region = "",
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print verdict, reason, what became of the alias and one line a check.

    Exits 0 released, 1 refused or rolled back, 3 no report found or not ended.
    """
    if not DEPLOYMENT_ID.fullmatch(deployment_id):
        raise SettingsError(f"DEPLOYMENT_ID: found {deployment_id!r}, expected CodeDeploy's id, such as d-ABCDEF123")
    clients = clients_of(endpoint_url, region)
    stored = _stored(clients, bucket, prefix, account, deployment_id)
    document = None if stored is None else stored.document
    # A report that the controller has completed says all there is; anything else is asked of CodeDeploy.
    seen = None if document is not None and document.get("release") else _described(clients, deployment_id, document)
    if json_output:
        about = None if seen is None else asdict(seen)
        say(json.dumps({"deployment_id": deployment_id, "report": document, "codedeploy": about}, indent=2))
    else:
        claim = None if seen is None else _claim(clients, seen, table)
        say("\n".join(lines_of(document, seen, claim)))
    raise typer.Exit(exit_code(document, seen))


def exit_code(document: dict[str, Any] | None, seen: Deployment | None) -> int:
    """Return the exit code of a report and of what CodeDeploy says where the report is not complete."""
    if document is None:
        return UNKNOWN
    if section := document.get("release"):
        return RELEASE_EXIT_CODES[ReleaseOutcome(section["outcome"])]
    if document["status"] == Status.FAILED:
        return REFUSED
    if seen is None or not seen.ended:
        return UNKNOWN
    return PASSED if seen.status == "Succeeded" else REFUSED


def lines_of(document: dict[str, Any] | None, seen: Deployment | None, claim: RollbackClaim | None = None) -> list[str]:
    """Return what is printed for people."""
    return list(map(visible_line, _lines(document, seen, claim)))


def _lines(document: dict[str, Any] | None, seen: Deployment | None, claim: RollbackClaim | None) -> list[str]:
    if document is None:
        return ["no report is stored", *_codedeploy_lines(seen, claim)]
    checks = [f"  {line}" for line in check_lines(document)]
    if section := document.get("release"):
        happened = [f"  {line}" for line in release_lines(section)]
        bake = document.get("bake")
        baked = [] if bake is None else ["", *(f"  {line}" for line in bake_lines(bake))]
        return [headline(document), f"  {reason_of(document)}", "", *happened, *baked, "", *checks]
    target = document["target"]
    verdict = f"{document['status']} ({document['outcome']}): {target['function']} version {document['candidate']}"
    reason = one_line(str(document["reason"]))
    return [verdict, f"  {reason}", "", *_codedeploy_lines(seen, claim), "", *checks]


def _codedeploy_lines(seen: Deployment | None, claim: RollbackClaim | None) -> list[str]:
    if seen is None:
        return ["  CodeDeploy does not describe the deployment"]
    error = ": ".join(part for part in (seen.error_code, seen.error_message) if part)
    lines = [f"  CodeDeploy says: {seen.status}{f', {error}' if error else ''}"]
    if seen.target.is_known:
        target = f"{seen.target.function}:{seen.target.alias}"
        lines.append(f"  {target} from version {seen.baseline} to {seen.candidate}")
    lines += [f"  {hook.event}: {hook.function or 'hook'} {hook.status}" for hook in seen.hooks]
    return [*lines, *_claim_lines(claim)]


def _claim_lines(claim: RollbackClaim | None) -> list[str]:
    if claim is None:
        return []
    if not claim.proven:
        return [f"  {claim.reason}"]
    return [f"  it rolls back {claim.rolls_back or 'an earlier deployment'}, whose report says why"]


def _claim(clients: Clients, seen: Deployment, table: str) -> RollbackClaim | None:
    """Return whether the deployment is a rollback; one of Warmgate's own is only known by the table."""
    clock = SystemClock()
    proof = RollbackProof(CodeDeployLineage(clients, clock, table))
    return proof.claim_of(seen, Deadline.within(clock.now_ms(), LOOKS_MS, 0.0))


def _stored(clients: Clients, bucket: str, prefix: str, account: str, deployment_id: str) -> StoredReport | None:
    if not bucket:
        complain("no --bucket: no report is looked up")
        return None
    try:
        found = BucketStoredReports(clients, bucket, prefix, account).read(deployment_id)
        if found is not None and not is_report(found.document):
            raise ReportError(
                f"the stored report of {deployment_id} is none that this version reads",
                hint="use the version of Warmgate that wrote it",
            )
    except ReportError as error:
        if setup_fault_in(error) is not None:
            raise
        complain(str(error))
        return None
    return found


def _described(clients: Clients, deployment_id: str, document: dict[str, Any] | None) -> Deployment | None:
    """Return what CodeDeploy says; it must say something only where there is no report."""
    try:
        return CodeDeployReleases(clients).describe(deployment_id)
    except DeploymentLookupError as error:
        if document is None:
            raise
        complain(str(error))
        return None
