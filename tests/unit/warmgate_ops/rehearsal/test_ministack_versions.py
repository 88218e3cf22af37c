"""Versions with SnapStart are Pending until somebody has said how their init ended, and never for ever."""

from __future__ import annotations

from typing import Any

import pytest

from warmgate_ops.rehearsal.cloud.ministack_site.versions import end_pending


@pytest.mark.parametrize(
    ("answers", "state", "reason"),
    [
        ([""], "Active", ""),
        ([None, None, ""], "Active", ""),
        (["The function failed to initialise"], "Failed", "The function failed to initialise"),
        (["No snapshot was taken: the local cloud does not answer"], "Failed", "the local cloud does not answer"),
        ([None] * 1_000, "Failed", "the version was not found"),
    ],
)
def test_a_pending_version_ends_active_or_failed(answers: list[str | None], state: str, reason: str) -> None:
    """A version that is stored late is asked about again; what keeps its snapshot from being taken is its reason."""
    configuration: dict[str, Any] = {"Version": "7", "State": "Pending"}
    left = iter(answers)
    end_pending("shop", configuration, lambda _name, _version: next(left), lambda _seconds: None)

    assert configuration["State"] == state
    assert reason in configuration["StateReason"]
