"""One release written for SAM, compiled by SAM and synthesized by the CDK: the doctor says the same of each.

`compiled.json` is what SAM's translator makes of `source.yaml`, `cdk.json` what the CDK makes of the same constructs.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest

from unit.warmgate_ops.doctor.test_template import TEMPLATE, examined
from warmgate_ops.doctor.findings import Severity

FORMS: Final = TEMPLATE.parent / "forms"


def said(file: str) -> Counter[tuple[str, Severity, str]]:
    """Return what is found in a form, without its places: each tool names resources in its own way."""
    found = examined((FORMS / file).read_text(encoding="utf-8"))
    return Counter((each.check.id, each.severity, each.message) for each in found)


@pytest.mark.parametrize("file", ["compiled.json", "cdk.json"])
def test_a_release_has_the_same_findings_in_every_form(file: str) -> None:
    """Which tool wrote a template is not a matter of what is wrong with it."""
    assert said(file) == said("source.yaml")


def test_the_release_has_what_the_forms_could_hide() -> None:
    """Settings that stand in other resources, a group's configuration and alarms are among the findings."""
    assert Counter(check for check, _, _ in said("source.yaml").elements()) == {
        "settings-clash": 2,
        "codedeploy-calls-hook": 1,
        "hook-invokes": 1,
        "hook-timeout": 1,
        "provisioned-on-alias": 1,
        "alarm-never-has-data": 1,
        "alarm-counts-old-version": 1,
        "alarm-too-slow": 1,
    }
