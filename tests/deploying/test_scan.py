"""`make scan` passes for the template, and its exceptions hide nothing that would be new."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CHECKOV = ROOT / "build" / "env" / "checkov" / "bin" / "checkov"
TEMPLATE = ROOT / "template.yaml"
EXPOSED = """
  Exposed: {Type: AWS::S3::Bucket, Properties: {AccessControl: PublicRead}}
  Anything:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHECKOV.exists(), reason="make build/env/checkov/.ready installs checkov"),
]


def scanned(template: Path) -> dict[str, Any]:
    """Return what checkov says of a template, with the project's exceptions."""
    options = yaml.safe_load((ROOT / ".checkov.yaml").read_text())
    command = [str(CHECKOV), "--file", str(template), "--skip-check", ",".join(options["skip-check"])]
    command += ["--framework", *options["framework"], "--skip-download", "--quiet", "--output", "json"]
    done = subprocess.run(command, cwd=template.parent, capture_output=True, text=True, timeout=120, check=False)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_resource_of_the_template_is_looked_at() -> None:
    """Checkov ends well with a file that it cannot parse: here it reads the whole template and finds nothing."""
    summary = scanned(TEMPLATE)["summary"]

    assert (summary["failed"], summary["parsing_errors"]) == (0, 0)
    assert summary["resource_count"] >= TEMPLATE.read_text().count("    Type: AWS::")


def test_the_exceptions_hide_nothing_new(tmp_path: Path) -> None:
    """A bucket for everybody, and a policy that allows everything, are found in the same template."""
    exposed = tmp_path / "template.yaml"
    exposed.write_text(TEMPLATE.read_text().replace("\nResources:\n", f"\nResources:{EXPOSED}", 1))

    found = {each["resource"].rpartition(".")[2] for each in scanned(exposed)["results"]["failed_checks"]}
    assert found == {"Exposed", "Anything"}
