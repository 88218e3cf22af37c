"""The state of a bake: older schemas are brought up to date, and what is none is refused with what to do."""

from __future__ import annotations

from typing import Any

import pytest

from warmgate.errors import BakeStateError
from warmgate.model import bake_state
from warmgate.model.bake import begun
from warmgate.model.bake_state import SCHEMA, document_of, state_of

STATE = begun("d-ABC123", 1_000.0, 360, 10)


def test_an_older_schema_is_brought_up_to_date_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bake that began under an older Warmgate goes on."""

    def renamed(value: dict[str, Any]) -> dict[str, Any]:
        return {**value, "schema": SCHEMA, "deployment_id": value["id"]}

    def counted(value: dict[str, Any]) -> dict[str, Any]:
        return {**value, "schema": SCHEMA - 1, "look": value["look"] + 1}

    monkeypatch.setattr(bake_state, "MIGRATIONS", {SCHEMA - 2: counted, SCHEMA - 1: renamed})
    old = {**document_of(STATE), "schema": SCHEMA - 2, "id": "d-OLD"}
    found = state_of(old)

    assert (found.deployment_id, found.look) == ("d-OLD", 1)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({**document_of(STATE), "schema": SCHEMA + 1}, f"d-ABC123: found a bake's state of schema {SCHEMA + 1}"),
        ({**document_of(STATE), "schema": "new"}, "found a bake's state of schema new"),
        ({**document_of(STATE), "schema": 0}, "found none that can be read \\(KeyError: 0\\)"),
        ({}, "found none that can be read"),
        ({**document_of(STATE), "parts": [[1]]}, "found none that can be read"),
    ],
)
def test_what_cannot_be_read_is_refused(value: dict[str, Any], said: str) -> None:
    """Nothing is guessed: the engine's failure is heard."""
    with pytest.raises(BakeStateError, match=said):
        state_of(value)


def test_keys_of_a_state_that_this_version_does_not_know_do_no_harm() -> None:
    """Within a schema keys are only added."""
    assert state_of({**document_of(STATE), "later": 1}) == STATE


def test_a_bake_begins_the_same_however_often_it_is_begun() -> None:
    """On a whole minute, in at most 144 parts."""
    week = begun("d-ABC123", 61_000.0, 7 * 24 * 60, 10)

    assert (STATE.began_ms, STATE.ends_ms, STATE.part_ms, STATE.part_count) == (60_000, 21_660_000, 180_000, 120)
    assert (week.began_ms, week.part_ms, week.part_count) == (120_000, 70 * 60_000, 144)
    assert week.part_span(143)[1] == week.ends_ms
