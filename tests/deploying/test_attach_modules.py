"""The CDK construct and the Terraform module attach the hooks as the examples do by hand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from deploying import appspecs
from deploying.cdk_apps import APPS, NEEDS_CDK, synthesised
from warmgate.appspec.read import parse_appspec
from warmgate.model.deployment import Target

ROOT = Path(__file__).parents[2]
MODULE, EXAMPLE = ROOT / "terraform", ROOT / "examples" / "attach" / "terraform-module"
HCL = ROOT / "build" / "env" / "checkov" / "bin" / "hcl2tojson"
NEEDS_TERRAFORM = pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not installed here")
pytestmark = pytest.mark.slow


@NEEDS_CDK
def test_the_construct_attaches_as_the_example_does() -> None:
    """The same AppSpec, tag and rollback in one line; CodeDeploy's role may call both hooks."""
    template, by_hand = synthesised(APPS / "construct.py"), synthesised(APPS / "after.py")
    found = parse_appspec(appspecs.of_template(template), "construct.py")
    of_type = {body["Type"]: body["Properties"] for body in template["Resources"].values()}

    assert found == parse_appspec(appspecs.of_template(by_hand), "after.py")
    assert dict(found.hooks) == appspecs.hook_names()
    assert {"Key": "warmgate:allow", "Value": "true"} in of_type["AWS::Lambda::Function"]["Tags"]
    assert "DEPLOYMENT_FAILURE" in of_type["AWS::CodeDeploy::DeploymentGroup"]["AutoRollbackConfiguration"]["Events"]
    policy = json.dumps(of_type["AWS::IAM::Policy"])
    assert all(name in policy for name in appspecs.hook_names().values())


def terraform(folder: Path, *arguments: str) -> str:
    """Run Terraform in a folder, with no configuration of the user's, and return what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_"))}
    done = subprocess.run(
        ["terraform", *arguments],
        cwd=folder,
        env={**kept, "HOME": str(folder), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of module and example in which Terraform may write; resources of a provider are left out."""
    folder = tmp_path_factory.mktemp("terraform")
    shutil.copytree(MODULE, folder / "terraform")
    (folder / "examples" / "attach" / "terraform-module").mkdir(parents=True)
    shutil.copy(EXAMPLE / "warmgate.tf", folder / "examples" / "attach" / "terraform-module")
    return folder


@NEEDS_TERRAFORM
def test_the_terraform_module_keeps_its_own_promises(copy: Path) -> None:
    """It needs no provider, so that Terraform's own tests of it run anywhere."""
    terraform(copy / "terraform", "init", "-input=false", "-no-color")
    terraform(copy / "terraform", "validate", "-no-color")

    assert "Success! 2 passed, 0 failed." in terraform(copy / "terraform", "test", "-no-color")


@NEEDS_TERRAFORM
def test_the_terraform_example_makes_the_appspec(copy: Path) -> None:
    """What it applies to is an AppSpec with both hooks between the two versions."""
    example = copy / "examples" / "attach" / "terraform-module"
    versions = ("-var", "current_version=6", "-var", "target_version=7")
    terraform(example, "init", "-input=false", "-no-color")
    terraform(example, "apply", "-auto-approve", "-input=false", "-no-color", *versions)
    found = parse_appspec(terraform(example, "output", "-raw", "appspec"), "appspec")

    assert (found.target, found.baseline, found.candidate) == (Target("checkout-api", "live"), "6", "7")
    assert dict(found.hooks) == appspecs.hook_names()


@NEEDS_TERRAFORM
@pytest.mark.parametrize("folder", [MODULE, EXAMPLE], ids=lambda path: path.name)
def test_terraform_reads_both(folder: Path) -> None:
    """Module and example are HCL in Terraform's own format."""
    terraform(folder, "fmt", "-check", "-diff", "-recursive", "-no-color")


@pytest.mark.skipif(not HCL.exists(), reason="make build/env/checkov/.ready installs a parser of HCL")
def test_the_example_uses_what_the_module_tells() -> None:
    """The group rolls back on the module's events, and the function has the module's tags."""
    done = subprocess.run([HCL, EXAMPLE / "checkout.tf"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["resource"]
    resources = {kind: next(iter(body.values())) for each in found for kind, body in each.items()}
    outputs = (MODULE / "outputs.tf").read_text()

    assert resources["aws_lambda_function"]["tags"] == ["${module.warmgate.tags}"]
    (rollback,) = resources["aws_codedeploy_deployment_group"]["auto_rollback_configuration"]
    assert rollback == {"enabled": [True], "events": ["${module.warmgate.auto_rollback_events}"]}
    assert all(f'output "{name}"' in outputs for name in ("tags", "auto_rollback_events"))
