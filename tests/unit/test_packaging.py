"""What is deployed is pinned to what was tested, and holds nothing else."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from warmgate_ops.rehearsal.packages import HOOKS, zip_code

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([A-Za-z0-9-]+)==(\S+)", re.MULTILINE)


def test_deployed_pins_are_the_tested_ones() -> None:
    """Each requirement of the hooks is the version of the development lock."""
    tested = dict(PIN.findall((ROOT / "requirements" / "dev.txt").read_text()))
    deployed = dict(PIN.findall((HOOKS / "requirements.txt").read_text()))

    assert deployed == {name: tested[name] for name in deployed}
    assert set(deployed) == {"aws-lambda-powertools", "jmespath", "pyyaml", "tenacity", "typing-extensions"}


def test_the_package_is_the_same_twice() -> None:
    """The bytes of the package depend on its files alone."""
    assert zip_code([HOOKS]) == zip_code([HOOKS])


@pytest.mark.parametrize("entry_point", sorted(HOOKS.glob("*.py")), ids=lambda path: path.name)
def test_an_entry_point_stays_thin(entry_point: Path) -> None:
    """Event, typed value, bootstrap, use case: thirty lines at the most."""
    assert len(entry_point.read_text().splitlines()) <= 30


def test_the_construct_for_typescript_has_the_same_version() -> None:
    """What is released together says so."""
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert json.loads((ROOT / "cdk" / "package.json").read_text())["version"] == ours
