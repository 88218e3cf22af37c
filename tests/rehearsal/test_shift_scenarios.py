"""Whole releases under live traffic, with the guard, the second hook and the controller on CodeDeploy's own events."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from warmgate_ops.rehearsal.catalogue import LIVE_SCENARIOS
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.expect import Row
from warmgate_ops.rehearsal.run import rehearse_all
from warmgate_ops.rehearsal.scenario import Scenario

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(900)]
EACH = pytest.mark.parametrize("scenario", LIVE_SCENARIOS, ids=lambda scenario: scenario.name)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Row]]:
    """Run every scenario once, in one cloud."""
    with LocalCloud.start(tmp_path_factory.mktemp("shifts")) as cloud:
        yield {row.scenario: row for row, _ in rehearse_all(cloud, LIVE_SCENARIOS, lambda *_: None)}


@EACH
def test_a_release_under_live_traffic_ends_as_expected(rows: dict[str, Row], scenario: Scenario) -> None:
    """The alias is on the right version, each hook execution has one status, and the reason names the check."""
    row = rows[scenario.name]

    assert row.differences == (), row.reason
