"""What `policy explain` says of a policy that keeps environments warm."""

from __future__ import annotations

import pytest

from warmgate.policy.values import KeepWarm
from warmgate_ops.cold_starts.keeping.standing import standing_of


def test_a_month_of_five_all_day() -> None:
    """730 hours of twelve runs, five pings each; provisioned concurrency costs a hundred times as much."""
    found = standing_of(KeepWarm(environments=5))

    assert found.pings == 730 * 12 * 5
    assert found.pings_usd == pytest.approx(43_800 * (0.2e-6 + 0.075 * 0.5 * 0.0000166667) + 8_760 * 1.12e-5, rel=0.01)
    assert found.provisioned_usd == pytest.approx(5 * 730 * 3600 * 0.5 * 0.0000041667)
    assert found.warnings[0].startswith("more than 5 callers at once stay cold")


@pytest.mark.parametrize(
    ("keep", "runs_a_week"),
    [
        (KeepWarm(environments=1, only="Mon-Fri 07:30-19:00 Europe/Berlin"), 5 * 11.5 * 12),
        (KeepWarm(environments=1, every="60m"), 168),
        (KeepWarm(environments=1, every="cron(0/10 8-9 ? * SAT *)"), 12),
    ],
)
def test_hours_and_rhythm_count(keep: KeepWarm, runs_a_week: float) -> None:
    """As often as the keeper runs, and no more."""
    assert standing_of(keep).pings == pytest.approx(runs_a_week * 730 / 168)
