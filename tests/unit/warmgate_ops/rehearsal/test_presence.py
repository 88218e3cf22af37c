"""A scenario for a runtime that is not installed is left out with its reason; one for Node.js takes what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from warmgate.errors import SettingsError
from warmgate_ops.rehearsal.catalogue import chosen
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes import node as family
from warmgate_ops.rehearsal.presence import present


def found(monkeypatch: pytest.MonkeyPatch, *majors: str) -> None:
    """Let these versions of Node.js be what this machine has."""
    monkeypatch.setattr(family, "_found", lambda: tuple((Path("/usr/bin/node"), major) for major in majors))


@pytest.mark.parametrize(("majors", "runtime"), [(("20",), "nodejs20.x"), (("20", "22"), "nodejs22.x")])
def test_a_node_scenario_runs_on_a_version_that_is_installed(
    monkeypatch: pytest.MonkeyPatch, majors: tuple[str, ...], runtime: str
) -> None:
    """Its own version first; the others beside it stay as they are."""
    found(monkeypatch, *majors)
    here, left_out = present(chosen(["healthy", "forgotten_await"]))

    assert [(each.name, each.settings.runtime) for each in here] == [("healthy", ""), ("forgotten_await", runtime)]
    assert left_out == ()


def test_without_node_it_is_left_out_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tour goes on without it."""
    found(monkeypatch, "18")
    here, (line,) = present(chosen(["healthy", "forgotten_await"]))

    assert [each.name for each in here] == ["healthy"]
    assert line.startswith("forgotten_await is left out: nodejs22.x: found Node.js 18 on PATH")
    assert "\n" not in line


def test_where_nothing_is_left_to_run_the_runtime_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scenario that was asked for by name is not passed over as if it had passed."""
    found(monkeypatch)
    with pytest.raises(SettingsError, match=r"expected Node\.js 22") as refused:
        present(chosen(["forgotten_await"]))

    assert "nvm install 22" in refused.value.hint
