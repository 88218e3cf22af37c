"""The doctor's checks as cfn-lint's own rules: loaded by path in an environment that has cfn-lint alone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / "build" / "env" / "sam" / "bin" / "python"
LINT = PYTHON.parent / "cfn-lint"
RULES = ROOT / "scripts" / "warmgate_ops" / "doctor" / "linting"
HEALTHY = """Transform: AWS::Serverless-2016-10-31
Resources:
  Pay:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      InlineCode: x
      AutoPublishAlias: live
      AutoPublishAliasAllProperties: true
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [pay-errors]
        Hooks: {PreTraffic: !Ref Gate}
  Gate:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: CodeDeployHook_gate
      Handler: before_allow_traffic.handler
      Runtime: python3.13
      InlineCode: x
      Timeout: 900
      Policies:
        - Version: "2012-10-17"
          Statement: [{Effect: Allow, Action: ["codedeploy:*", "lambda:*"], Resource: "*"}]
"""


def linted(template: Path) -> list[str]:
    """Return what the rules say of a template, each with its line and id."""
    command = [str(PYTHON), str(LINT), "-a", str(RULES), "--format", "parseable", "--", str(template)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    parts = [line.split(":", 6) for line in done.stdout.splitlines() if line.count(":") >= 6]
    return [f"{part[1]} {part[5]} {part[6].partition(' ')[0]}" for part in parts if part[5][1:4] == "980"]


@pytest.mark.skipif(not PYTHON.exists(), reason="the environment with cfn-lint is not built")
@pytest.mark.parametrize(
    ("old", "new", "found"),
    [("", "", []), ("Timeout: 900", "Timeout: 3", ["22 E9800 hook-timeout"])],
)
def test_cfn_lint_tells_what_the_doctor_finds(tmp_path: Path, old: str, new: str, found: list[str]) -> None:
    """A healthy template has no finding, a fault has its line and its check."""
    template = tmp_path / "template.yaml"
    template.write_text(HEALTHY.replace(old, new))

    assert linted(template) == found
