"""Whole releases against real runtimes: good ones go through, bad ones are refused and rolled back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import warmgate.report
from warmgate.adapters.policies import read_policy
from warmgate.model.calls import HISTORY
from warmgate.model.deployment import Status
from warmgate.report.samples import read_samples
from warmgate_ops.rehearsal.catalogue import SCENARIOS as ALL
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.expect import RehearsedRelease, Row
from warmgate_ops.rehearsal.presence import present
from warmgate_ops.rehearsal.run import rehearse_all
from warmgate_ops.rehearsal.scenario import Scenario

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(400)]

SCENARIOS, _ = present(ALL)
EACH = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
BAD = pytest.mark.parametrize(
    "scenario", [each for each in SCENARIOS if each.expected is Status.FAILED], ids=lambda scenario: scenario.name
)
Releases = dict[str, tuple[Row, RehearsedRelease]]


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Releases]:
    """Run every scenario once, in one cloud, one after the other."""
    with LocalCloud.start(tmp_path_factory.mktemp("cloud")) as cloud:
        yield {row.scenario: (row, release) for row, release in rehearse_all(cloud, SCENARIOS, lambda *_: None)}


def report_of(release: RehearsedRelease) -> dict[str, Any]:
    """Return the stored report of a release."""
    assert release.report is not None
    return dict(release.report)


@EACH
def test_a_scenario_ends_as_expected(releases: Releases, scenario: Scenario) -> None:
    """Status, failed check, promises: nothing is different from what the catalogue says."""
    row, _ = releases[scenario.name]

    assert row.differences == (), row.reason
    assert row.status == scenario.expected


@EACH
def test_every_hook_execution_gets_exactly_one_status(releases: Releases, scenario: Scenario) -> None:
    """CodeDeploy accepted one status for the release; a rollback calls no hook."""
    _, release = releases[scenario.name]
    executions = (*release.reported.values(), *release.rollback_reported.values())
    statuses = [reported for each in executions for reported in each]

    assert statuses == ["Succeeded" if scenario.expected is Status.SUCCEEDED else "Failed"]


@BAD
def test_a_bad_candidate_never_has_traffic(releases: Releases, scenario: Scenario) -> None:
    """At no time did the alias send the refused version a share, and it ends on the baseline alone."""
    row, release = releases[scenario.name]

    assert release.highest_weight == 0.0
    assert row.alias_after == row.alias_before == release.baseline


def test_the_good_candidate_gets_all_traffic(releases: Releases) -> None:
    """The healthy release ends with the alias on the candidate alone."""
    row, release = releases["healthy"]

    assert release.highest_weight == 1.0
    assert row.alias_after == release.candidate


@EACH
def test_customers_see_no_error(releases: Releases, scenario: Scenario) -> None:
    """Live traffic through the alias is answered without an error during every release."""
    row, _ = releases[scenario.name]

    assert row.live_calls > 0
    assert row.live_errors == 0


@EACH
def test_the_stored_report_is_whole(releases: Releases, scenario: Scenario) -> None:
    """The report obeys the schema, names the policy's source, and counts the calls that lie beside it."""
    _, release = releases[scenario.name]
    report = report_of(release)
    schema = json.loads((Path(warmgate.report.__file__).parent / "report.schema.json").read_text(encoding="utf-8"))
    samples = list(read_samples(release.documents["samples.jsonl"].split("\n")))

    Draft202012Validator(schema).validate(report)
    assert report["policy"]["source"] == f"s3://warmgate-reports/policies/{scenario.name}/{scenario.policy.name}"
    assert {run for run, _ in samples} == {release.deployment_id}
    assert sum(count["count"] for count in report["samples"]) == len(samples)
    assert sum(sample.probe != HISTORY for _, sample in samples) == report["spending"]["invocations"]


@EACH
def test_the_cold_starts_are_real(releases: Releases, scenario: Scenario) -> None:
    """Every environment that the candidate's burst met was new, with an init of its own."""
    _, release = releases[scenario.name]
    samples = [sample for _, sample in read_samples(release.documents["samples.jsonl"].split("\n"))]
    burst = [sample for sample in samples if sample.phase == "prewarm" and sample.arm == "candidate"]

    assert len(burst) == read_policy(scenario.policy).warm.environments
    cold = [sample for sample in burst if sample.start == "cold"]
    assert all((sample.init_ms or 0) > 0 for sample in cold)
    # On a busy machine a call of the burst may come so late that another's environment is free again.
    assert len(cold) >= 0.8 * len(burst)
    assert {sample.start for sample in burst} <= {"cold", "warm"}
