"""Which policy judges a user's own release, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from unit.warmgate_ops.cli.commands import ROOT
from warmgate.policy.values import ErrorAction
from warmgate_ops.cli.documents import policy_in
from warmgate_ops.cli.rehearse_own import DEFAULT_ALONE, DEFAULT_WITH_EVENT, Own, own_scenario
from warmgate_ops.rehearsal.packages import POLICIES

TEMPLATE = ROOT / "tests" / "data" / "functions" / "http_api" / "template.yaml"
BOTH = Own(template=TEMPLATE, function=TEMPLATE.parent / "src")


def test_without_a_policy_the_bundled_default_judges(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file itself, as the hook has it: a release that passes here passes there."""
    scenario = own_scenario(BOTH, tmp_path)

    assert scenario.policy == POLICIES / "default.yaml"
    assert capsys.readouterr().err == f"{DEFAULT_ALONE}\n"


def test_an_event_is_the_only_probe_of_the_default_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is meant to be answered: that it does not fit is not forgiven."""
    event = tmp_path / "event.json"
    event.write_text('{"routeKey": "GET /items"}')
    policy = policy_in(own_scenario(replace(BOTH, event=event), tmp_path / "work").policy)

    assert [probe.payload for probe in policy.probes] == [{"routeKey": "GET /items"}]
    assert policy.when.probe_unfit is ErrorAction.FAIL
    assert capsys.readouterr().err == f"{DEFAULT_WITH_EVENT}\n"


def test_a_policy_that_is_given_judges_in_silence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No word of a default that is not used."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(yaml.safe_dump({"policy": "own"}))

    assert own_scenario(replace(BOTH, policy=policy), tmp_path).policy == policy
    assert capsys.readouterr().err == ""
