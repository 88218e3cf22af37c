"""What hears of broken bakes says which setting it misses."""

from __future__ import annotations

from pathlib import Path

import pytest

from warmgate.adapters.sdk import Clients
from warmgate.bootstrap_broken import broken_bakes_of
from warmgate.errors import SettingsError
from warmgate.settings import Settings


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        (Settings(policies=Path(), topic_arn="arn:aws:sns:topic"), "WARMGATE_TABLE"),
        (Settings(policies=Path(), table="warmgate"), "WARMGATE_TOPIC_ARN"),
        (Settings(policies=Path(), table="warmgate", topic_arn="arn:aws:sns:topic"), "WARMGATE_REPORT_BUCKET"),
    ],
)
def test_a_missing_setting_is_named(settings: Settings, missing: str) -> None:
    """Without the table people would hear twice, without the topic never."""
    with pytest.raises(SettingsError, match=missing):
        broken_bakes_of(Clients(), settings)


def test_with_all_it_is_made() -> None:
    """No call is made for it."""
    settings = Settings(policies=Path(), table="warmgate", topic_arn="arn:aws:sns:topic", report_bucket="reports")

    assert broken_bakes_of(Clients(), settings).texts
