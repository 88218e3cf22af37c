"""The settings of a hook that say how much of the free concurrency it takes."""

from __future__ import annotations

import pytest

from warmgate.errors import SettingsError
from warmgate.planning.burst import PROBE_SHARE
from warmgate.settings import settings_of


@pytest.mark.parametrize(("text", "share"), [("", PROBE_SHARE), (" ", PROBE_SHARE), ("0.1", 0.1), ("1", 1.0)])
def test_a_share_is_a_number_up_to_one(text: str, share: float) -> None:
    """A quarter, where nothing is said."""
    assert settings_of({"WARMGATE_PROBE_SHARE": text}).probe_share == share


@pytest.mark.parametrize("text", ["0", "-1", "1.01", "25%", "nan", "inf"])
def test_another_share_is_a_fault_that_says_what_to_write(text: str) -> None:
    """The variable, what was found, what is allowed."""
    with pytest.raises(SettingsError, match=r"WARMGATE_PROBE_SHARE: found .* above 0 and at most 1 - write 0\.25"):
        settings_of({"WARMGATE_PROBE_SHARE": text})


def test_a_chat_is_of_a_format_that_is_known() -> None:
    """Slack where nothing is said, and no chat without a secret."""
    assert (settings_of({}).webhook_secret, settings_of({}).webhook_format) == ("", "slack")
    assert settings_of({"WARMGATE_WEBHOOK_FORMAT": "teams"}).webhook_format == "teams"
    with pytest.raises(SettingsError, match="WARMGATE_WEBHOOK_FORMAT: found 'irc', expected slack or teams"):
        settings_of({"WARMGATE_WEBHOOK_FORMAT": "irc"})
