"""Who may write which object of the report bucket: by the roles, evaluated as IAM does, and by the bucket's policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.fakes.world import EXECUTION, World
from support.permissions import allows, grants_of, read_template, resolve
from support.permissions.installed import installed_names
from warmgate.adapters.refusals import BucketRefusals
from warmgate.adapters.reports import BucketArchive
from warmgate.adapters.stored_reports import BucketStoredReports
from warmgate.gate.known_bad import Refusal
from warmgate.model.deployment import Status
from warmgate.model.release import StoredReport
from warmgate_ops.rehearsal.cloud.api_calls import ApiCall

TEMPLATE = read_template(Path(__file__).parents[4] / "template.yaml")
BEFORE, AFTER, GUARD, CONTROLLER = "BeforeAllowTraffic", "AfterAllowTraffic", "TrafficGuard", "RollbackController"
FUNCTIONS = {BEFORE, AFTER, GUARD, CONTROLLER}
PREFIXES = ["", "team/", "team/gate/"]
WRITERS = {
    "d-ABCDEF123/report.json": {BEFORE, CONTROLLER},
    "d-ABCDEF123/report.md": {BEFORE, CONTROLLER},
    "d-ABCDEF123/samples.jsonl": {BEFORE},
    "d-ABCDEF123/after/report.json": {AFTER},
    "d-ABCDEF123/after/report.md": {AFTER},
    "d-ABCDEF123/after/samples.jsonl": {AFTER},
    "d-ABCDEF123/guard/report.json": {GUARD},
    "d-ABCDEF123/guard/report.md": {GUARD},
    "d-ABCDEF123/guard/samples.jsonl": {GUARD},
    "known-bad/checkout/c0de.json": {BEFORE},
    "d-ABCDEF123/other/report.json": set(),
    "d-ABCDEF123/guard/after/report.json": set(),
    "d-ABCDEF123/after/guard/report.json": set(),
    "d-ABCDEF123/after/after/report.json": set(),
    "d-ABCDEF123/known-bad/checkout/c0de.json": set(),
    "d-ABCDEF123/report.html": set(),
    "report.json": set(),
    "elsewhere/d-ABCDEF123/report.json": set(),
}


class Bucket:
    """A bucket that keeps the keys that are written, in the place of a client."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def __call__(self, _service: str) -> Bucket:
        """Return itself as the client of any service."""
        return self

    def put_object(self, **sent: Any) -> None:
        """Keep the key."""
        self.keys.append(sent["Key"])


def may(function: str, action: str, key: str, prefix: str) -> bool:
    """Return whether the role of a function allows an action on an object."""
    grants = grants_of(TEMPLATE, f"{function}Role", installed_names(TEMPLATE, "reports", ReportPrefix=prefix))
    return allows(grants, ApiCall(function, action, f"arn:aws:s3:::reports/{key}"))


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("key", WRITERS)
def test_an_object_has_its_writers_and_no_others(key: str, prefix: str) -> None:
    """Nobody writes another's verdict, and only the gate that refused remembers a refusal."""
    writers = {function for function in FUNCTIONS if may(function, "s3:PutObject", f"{prefix}{key}", prefix)}

    assert writers == WRITERS[key]


@pytest.mark.parametrize("prefix", PREFIXES[1:])
def test_outside_the_folder_nothing_is_written(prefix: str) -> None:
    """With a folder, what lies beside it belongs to somebody else."""
    assert not [key for key in WRITERS for function in FUNCTIONS if may(function, "s3:PutObject", key, prefix)]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(("function", "folder"), [(BEFORE, ""), (AFTER, "after"), (GUARD, "guard")])
def test_a_verdict_is_stored_where_its_writer_may(function: str, folder: str, prefix: str) -> None:
    """The names that the adapters give are those that the roles know."""
    bucket, world = Bucket(), World()
    judgement = world.gate().run(EXECUTION, world.deadline(270), world.deadline(297)).judgement
    assert judgement is not None
    BucketArchive(bucket, "reports", prefix, folder).publish(judgement, Status.SUCCEEDED)

    assert len(bucket.keys) == 3
    assert all(may(function, "s3:PutObject", key, prefix) for key in bucket.keys)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_completed_reports_and_refusals_are_stored_where_their_writers_may(prefix: str) -> None:
    """The controller completes a report in its place; the gate keeps a refusal, and finds it again."""
    reports, refusals = Bucket(), Bucket()
    BucketStoredReports(reports, "reports", prefix).write("d-ABCDEF123", StoredReport({}, ""))
    BucketRefusals(refusals, "reports", prefix).keep(
        Refusal(function="checkout", fingerprint="c0de-1", deployment_id="d-A", reason="slow", refused_at="then")
    )

    assert len(reports.keys) == 2
    assert all(
        may(CONTROLLER, action, key, prefix) for key in reports.keys for action in ("s3:PutObject", "s3:GetObject")
    )
    assert all(may(BEFORE, action, key, prefix) for key in refusals.keys for action in ("s3:PutObject", "s3:GetObject"))


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("folder", ["after", "guard"])
def test_the_controller_reads_the_later_verdicts(folder: str, prefix: str) -> None:
    """They belong in the completed report."""
    assert may(CONTROLLER, "s3:GetObject", f"{prefix}d-ABCDEF123/{folder}/report.json", prefix)


def test_the_bucket_itself_refuses_every_other_writer() -> None:
    """Whatever else in the account may write to every bucket: no verdict and no refusal is made by it."""
    roles = {f"{function}Role.Arn": f"arn:aws:iam::123456789012:role/{function}" for function in sorted(FUNCTIONS)}
    names = installed_names(TEMPLATE, "reports")
    document = TEMPLATE["Resources"]["ReportsOverTls"]["Properties"]["PolicyDocument"]["Statement"]
    named = type(names)(parameters=names.parameters, resources={**names.resources, **roles})
    refusals = {each["Sid"]: each for each in resolve(document, TEMPLATE, named) if each["Action"] == "s3:PutObject"}
    spared = {sid: each["Condition"]["ArnNotEquals"]["aws:PrincipalArn"] for sid, each in refusals.items()}

    assert {each["Effect"] for each in refusals.values()} == {"Deny"}
    assert set(spared["ReportsByWarmgateAlone"]) == set(roles.values())
    assert spared["RefusalsByTheGateAlone"] == roles[f"{BEFORE}Role.Arn"]
    assert refusals["ReportsByWarmgateAlone"]["Resource"] == "arn:aws:s3:::reports/*"
    assert refusals["RefusalsByTheGateAlone"]["Resource"] == "arn:aws:s3:::reports/known-bad/*"
