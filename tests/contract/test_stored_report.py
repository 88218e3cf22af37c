"""What the hook stores in its bucket, the report page reads back."""

from __future__ import annotations

import pytest

from support.fakes.world import EXECUTION, World
from warmgate.adapters.reports import BucketArchive
from warmgate.errors import ReportError
from warmgate.model.deployment import Status
from warmgate.report.json_report import render_json
from warmgate.report.samples import render_samples
from warmgate_ops.page.stored import case_in_bucket
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud


def test_a_stored_report_is_read_back(cloud: LocalCloud) -> None:
    """Document and samples are those that were published; a deployment without a report is named."""
    world = World()
    judgement = world.gate().run(EXECUTION, world.deadline(270), world.deadline(297)).judgement
    assert judgement is not None
    cloud.client("s3").create_bucket(Bucket="stored-reports")
    BucketArchive(cloud.client, "stored-reports", "gate").publish(judgement, Status.FAILED)

    case = case_in_bucket(cloud.client, "stored-reports", "/gate/", EXECUTION.deployment_id)

    assert render_json(case.judgement, case.status) == render_json(judgement, Status.FAILED)
    assert render_samples(case.judgement) == render_samples(judgement)
    with pytest.raises(ReportError, match=r"s3://stored-reports/gate/d-NONE/report.json could not be read: NoSuchKey"):
        case_in_bucket(cloud.client, "stored-reports", "gate", "d-NONE")
