"""Whole releases under live traffic, with the guard, the second hook and the controller on CodeDeploy's own events."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from warmgate.adapters.policies import read_policy
from warmgate.model.deployment import Target
from warmgate.policy import matches
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.release import Row
from warmgate_ops.rehearsal.shift_catalogue import SHIFT_SCENARIOS, ShiftScenario
from warmgate_ops.rehearsal.shift_rehearse import rehearse_shifts

EACH = pytest.mark.parametrize("scenario", SHIFT_SCENARIOS, ids=lambda scenario: scenario.name)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Row]]:
    """Run every scenario once, in one cloud."""
    with LocalCloud.start(tmp_path_factory.mktemp("shifts")) as cloud:
        yield {row.scenario: row for row in rehearse_shifts(cloud, SHIFT_SCENARIOS, lambda *_: None)}


@EACH
@pytest.mark.local_cloud
@pytest.mark.timeout(900)
def test_a_release_under_live_traffic_ends_as_expected(rows: dict[str, Row], scenario: ShiftScenario) -> None:
    """The alias is on the right version, each hook execution has one status, and the reason names the check."""
    assert rows[scenario.name].differences == ()


@EACH
def test_a_scenario_has_code_and_a_policy_that_is_meant_for_it(scenario: ShiftScenario) -> None:
    """Both versions have folders, and the policy is free of faults and matches the function."""
    policy = read_policy(scenario.policy_file)
    assert all(folder.is_dir() for folder in (*scenario.baseline_folders, *scenario.candidate_folders))
    assert matches(policy, Target(scenario.function, "live"))
