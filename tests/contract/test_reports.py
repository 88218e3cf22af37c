"""What every implementation of Reports promises, and what the sinks of the hook write."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from support.fakes.world import EXECUTION, World
from support.stages.ports import ReportsStage
from warmgate.adapters.reports import BucketArchive, LogReport, MetricsReport
from warmgate.errors import ReportError
from warmgate.model.deployment import Status
from warmgate.model.verdict import Judgement
from warmgate.report.json_report import render_json
from warmgate.report.markdown import render_markdown
from warmgate.report.samples import render_samples
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud


@pytest.fixture
def judgement() -> Judgement:
    """Give the judgement of a healthy candidate."""
    world = World()
    found = world.gate().run(EXECUTION, world.deadline(270), world.deadline(297)).judgement
    assert found is not None
    return found


class TestReports:
    """Publish."""

    def test_a_judgement_is_kept_with_its_status(self, reports: ReportsStage, judgement: Judgement) -> None:
        """What was published can be found by its deployment; another deployment's cannot."""
        other = replace(judgement, deployment=replace(judgement.deployment, deployment_id="d-OTHER0000"))

        reports.port.publish(judgement, Status.SUCCEEDED)

        assert reports.stored(judgement) is Status.SUCCEEDED
        assert reports.stored(other) is None

    def test_a_second_report_of_a_deployment_takes_the_firsts_place(
        self, reports: ReportsStage, judgement: Judgement
    ) -> None:
        """A hook that is run again leaves one report."""
        reports.port.publish(judgement, Status.SUCCEEDED)
        reports.port.publish(judgement, Status.FAILED)

        assert reports.stored(judgement) is Status.FAILED

    def test_a_missing_report_is_stored_where_none_lies(self, reports: ReportsStage, judgement: Judgement) -> None:
        """The next run completes what one that died did not store, and changes nothing that it did."""
        judgement = replace(judgement, deployment=replace(judgement.deployment, deployment_id="d-MISSING00"))
        assert reports.archive.publish_missing(judgement, Status.FAILED) is True
        assert reports.stored(judgement) is Status.FAILED

        assert reports.archive.publish_missing(judgement, Status.SUCCEEDED) is False
        assert reports.stored(judgement) is Status.FAILED

    def test_a_place_that_takes_nothing_is_the_ports_error(self, reports: ReportsStage, judgement: Judgement) -> None:
        """The gate logs it and goes on; nothing else may get out."""
        with pytest.raises(ReportError):
            reports.closed.publish(judgement, Status.SUCCEEDED)


def test_the_bucket_gets_three_documents(cloud: LocalCloud, judgement: Judgement) -> None:
    """Report, Markdown and samples lie under the deployment's id, each with its content type."""
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="contract-documents")

    BucketArchive(cloud.client, "contract-documents", "/gate/").publish(judgement, Status.SUCCEEDED)

    keys = [item["Key"] for item in s3.list_objects_v2(Bucket="contract-documents")["Contents"]]
    found = {key: s3.get_object(Bucket="contract-documents", Key=key) for key in keys}
    folder = f"gate/{EXECUTION.deployment_id}"
    assert {key: (answer["Body"].read().decode(), answer["ContentType"]) for key, answer in found.items()} == {
        f"{folder}/report.json": (render_json(judgement, Status.SUCCEEDED), "application/json"),
        f"{folder}/report.md": (render_markdown(judgement, Status.SUCCEEDED), "text/markdown; charset=utf-8"),
        f"{folder}/samples.jsonl": (render_samples(judgement), "application/x-ndjson"),
    }


def test_a_bucket_that_is_not_there_is_named(cloud: LocalCloud, judgement: Judgement) -> None:
    """The message names the object and the permission."""
    with pytest.raises(ReportError, match=r"s3://nowhere/.*report.json could not be stored.*allow s3:PutObject"):
        BucketArchive(cloud.client, "nowhere").publish(judgement, Status.SUCCEEDED)


def test_a_bucket_that_cannot_be_reached_is_the_ports_error(
    unreachable: Callable[[str], Any], judgement: Judgement
) -> None:
    """Nothing of the SDK gets out."""
    with pytest.raises(ReportError, match="EndpointConnectionError"):
        BucketArchive(unreachable, "anything").publish(judgement, Status.SUCCEEDED)


def test_the_log_line_holds_verdict_and_margins(judgement: Judgement) -> None:
    """One line of JSON with what a dashboard needs."""
    stream = io.StringIO()
    LogReport(stream).publish(judgement, Status.SUCCEEDED)

    line = json.loads(stream.getvalue())
    assert (line["deployment"], line["status"], line["outcome"]) == (EXECUTION.deployment_id, "Succeeded", "passed")
    assert line["margins"]["limits.duration.p95"] == pytest.approx(0.95)


def test_the_metrics_hold_what_checks_measured(judgement: Judgement, capsys: pytest.CaptureFixture[str]) -> None:
    """A dashboard can draw a check's milliseconds by the check's name, beside verdict, seconds and cost."""
    MetricsReport("Warmgate").publish(judgement, Status.SUCCEEDED)

    line = json.loads(capsys.readouterr().out)
    metrics = line["_aws"]["CloudWatchMetrics"][0]
    units = {metric["Name"]: metric["Unit"] for metric in metrics["Metrics"]}
    assert (metrics["Namespace"], sorted(metrics["Dimensions"][0])) == ("Warmgate", ["Function", "Outcome"])
    assert {"Verdicts", "Invocations", "Seconds", "CostUsd"} <= units.keys()
    measured = {f.check: f.measured for f in judgement.verdict.findings if f.unit == "ms" and f.measured is not None}
    assert measured
    assert {name: line[name] for name in measured} == {name: [value] for name, value in measured.items()}
    assert {units[name] for name in measured} == {"Milliseconds"}
