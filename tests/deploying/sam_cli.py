"""The SAM CLI in its own environment: builds and translates templates for tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support.permissions import parse_template

ROOT = Path(__file__).parents[2]
BIN = ROOT / "build" / "env" / "sam" / "bin"
NEEDS_SAM = pytest.mark.skipif(not (BIN / "sam").exists(), reason="make build/env/sam/.ready installs the SAM CLI")
_TRANSLATE = """
import sys
from samcli.lib.translate.sam_template_validator import SamTemplateValidator
from samcli.yamlhelper import yaml_parse

class NoPolicies:
    def load(self):
        return {}

with open(sys.argv[1]) as template:
    validator = SamTemplateValidator(yaml_parse(template.read()), NoPolicies(), region="us-east-1")
print(validator.get_translated_template_if_valid())
"""


def build(folder: Path, *function: str) -> Path:
    """Build the template, or one function of it with its layers, into a folder and return the folder."""
    _run([str(BIN / "sam"), "build", *function, "--build-dir", str(folder)])
    return folder


def translated(template: Path) -> dict[str, Any]:
    """Return what SAM's own translator makes of a template, which is what CloudFormation would get."""
    return parse_template(_run([str(BIN / "python"), "-c", _TRANSLATE, str(template)]))


def _run(command: list[str]) -> str:
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PYTHON"))},
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "SAM_CLI_TELEMETRY": "0",
    }
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
