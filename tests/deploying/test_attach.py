"""Each way to attach leads to the same AppSpec: one function, one alias, both of Warmgate's hooks, and a rollback."""

from __future__ import annotations

import difflib
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploying import appspecs
from deploying.cdk_apps import NEEDS_CDK, synthesised
from deploying.sam_cli import NEEDS_SAM, translated
from support.permissions import read_template
from warmgate.appspec.read import AppSpec, parse_appspec
from warmgate.model.deployment import Target

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "attach"
PAGE = ROOT / "docs" / "how-to" / "attach.md"
NEEDS_TERRAFORM = pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not installed here")
PAIRS = sorted((path, path.with_name(path.name.replace("before", "after"))) for path in EXAMPLES.glob("*/before.*"))
TARGET = Target("checkout-api", "live")

pytestmark = pytest.mark.slow


def of_sam(path: Path) -> str:
    """Return the AppSpec of a SAM template."""
    return appspecs.of_template(translated(path))


def of_cloudformation(path: Path) -> str:
    """Return the AppSpec of a CloudFormation template."""
    return appspecs.of_template(read_template(path))


def of_cdk(path: Path) -> str:
    """Return the AppSpec of a CDK app."""
    return appspecs.of_template(synthesised(path))


def of_text(path: Path) -> str:
    """Return an AppSpec as it was written."""
    return path.read_text()


def of_terraform(path: Path) -> str:
    """Return the AppSpec of a Terraform configuration."""
    return appspecs.of_terraform(path.read_text())


WAYS = [
    pytest.param(of_text, "appspec", ".yaml", id="appspec-yaml"),
    pytest.param(of_text, "appspec", ".json", id="appspec-json"),
    pytest.param(of_sam, "sam", ".yaml", id="sam", marks=NEEDS_SAM),
    pytest.param(of_cloudformation, "cloudformation", ".yaml", id="cloudformation"),
    pytest.param(of_cdk, "cdk", ".py", id="cdk", marks=NEEDS_CDK),
    pytest.param(of_terraform, "terraform", ".tf", id="terraform"),
]
Way = Callable[[Path], str]


def parsed(way: Way, path: Path) -> AppSpec:
    """Return the AppSpec of a way to attach as Warmgate reads it."""
    return parse_appspec(way(path), str(path.relative_to(ROOT)))


@pytest.mark.parametrize(("way", "kind", "suffix"), WAYS)
def test_the_ordinary_application_has_no_hooks(way: Way, kind: str, suffix: str) -> None:
    """Before is an application that deploys an alias, and knows nothing of Warmgate."""
    found = parsed(way, EXAMPLES / kind / f"before{suffix}")

    assert (found.target, dict(found.hooks)) == (TARGET, {})
    assert "warmgate" not in (EXAMPLES / kind / f"before{suffix}").read_text()


@pytest.mark.parametrize(("way", "kind", "suffix"), WAYS)
def test_the_attached_application_names_both_hooks(way: Way, kind: str, suffix: str) -> None:
    """After is the same application with both hooks, by the names that the template gives them."""
    found = parsed(way, EXAMPLES / kind / f"after{suffix}")

    assert found.target == TARGET
    assert {event: hook.rpartition(":")[2] for event, hook in found.hooks.items()} == appspecs.hook_names()


def group_events(template: dict[str, Any]) -> list[str]:
    """Return what makes the deployment group of a template roll back by itself."""
    groups = [body for body in template["Resources"].values() if body["Type"] == "AWS::CodeDeploy::DeploymentGroup"]
    rollback: dict[str, Any] = groups[0]["Properties"]["AutoRollbackConfiguration"]
    return list(rollback["Events"]) if rollback["Enabled"] else []


@NEEDS_SAM
def test_sam_rolls_back_and_tags() -> None:
    """SAM's own deployment group rolls a failed deployment back, and the function carries the tag."""
    template = translated(EXAMPLES / "sam" / "after.yaml")
    function = template["Resources"]["CheckoutApi"]["Properties"]

    assert "DEPLOYMENT_FAILURE" in group_events(template)
    assert {"Key": "warmgate:allow", "Value": "true"} in function["Tags"]


def test_cloudformation_rolls_back_and_tags() -> None:
    """The group says so itself, since CloudFormation's default is no rollback."""
    template = read_template(EXAMPLES / "cloudformation" / "after.yaml")

    assert "DEPLOYMENT_FAILURE" in group_events(template)
    tags = template["Resources"]["Function"]["Properties"]["Tags"]
    assert {"Key": "warmgate:allow", "Value": "true"} in tags


@NEEDS_CDK
def test_the_cdk_rolls_back_tags_and_may_call_the_hooks() -> None:
    """The construct's defaults roll back; it lets CodeDeploy's role call exactly the two hooks."""
    template = synthesised(EXAMPLES / "cdk" / "after.py")
    function = next(body for body in template["Resources"].values() if body["Type"] == "AWS::Lambda::Function")

    assert "DEPLOYMENT_FAILURE" in group_events(template)
    assert {"Key": "warmgate:allow", "Value": "true"} in function["Properties"]["Tags"]
    policies = [body for body in template["Resources"].values() if body["Type"] == "AWS::IAM::Policy"]
    assert set(re.findall(r"CodeDeployHook_warmgate-\w+", json.dumps(policies))) == {
        "CodeDeployHook_warmgate-before",
        "CodeDeployHook_warmgate-after",
    }


def test_terraform_rolls_back_and_tags() -> None:
    """The deploy module rolls back on alarms alone unless told otherwise: the example tells it."""
    text = (EXAMPLES / "terraform" / "after.tf").read_text()

    assert re.search(r'auto_rollback_events = \[.*"DEPLOYMENT_FAILURE"', text)
    assert '"warmgate:allow" = "true"' in text


@NEEDS_TERRAFORM
def test_terraform_reads_the_example() -> None:
    """Both files are HCL in Terraform's own format."""
    command = ["terraform", "fmt", "-check", "-diff", "-no-color", str(EXAMPLES / "terraform")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@NEEDS_SAM
@pytest.mark.parametrize(
    "path", sorted(EXAMPLES.glob("[cs]*/*.yaml")), ids=lambda path: str(path.relative_to(EXAMPLES))
)
def test_a_template_lints(path: Path) -> None:
    """cfn-lint finds nothing in an example."""
    command = [str(ROOT / "build" / "env" / "sam" / "bin" / "cfn-lint"), "--", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stdout


def shown(before: Path, after: Path) -> str:
    """Return the difference of two files as the page shows it."""
    lines = difflib.unified_diff(before.read_text().splitlines(), after.read_text().splitlines(), n=2, lineterm="")
    hunks: list[list[str]] = []
    for line in list(lines)[2:]:
        if line.startswith("@@"):
            hunks.append([])
        else:
            hunks[-1].append(line.rstrip())
    return "\n ...\n".join("\n".join(hunk).strip("\n") for hunk in hunks)


@pytest.mark.parametrize(("before", "after"), PAIRS, ids=lambda path: str(path.relative_to(EXAMPLES)))
def test_the_page_shows_the_difference(before: Path, after: Path) -> None:
    """docs/how-to/attach.md shows each pair's diff as it is, and nothing is taken away from the application."""
    block = f"```diff\n{shown(before, after)}\n```"
    removed = [line for line in block.splitlines() if line.startswith("-")]

    assert block in PAGE.read_text(), f"{before.parent.name}: write into docs/how-to/attach.md:\n{block}"
    assert [line.strip("- ,") for line in removed] in ([], ["]"])


def test_from_clone_to_an_attached_application_takes_six_commands() -> None:
    """The newcomer's path is at most six lines of console."""
    first = re.search(r"```console\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert first

    assert 1 <= len([line for line in first[1].splitlines() if line.startswith("$ ")]) <= 6
    readme = (PAGE.parents[2] / "README.md").read_text()
    assert first[0] in readme, "the README shows the same commands"
