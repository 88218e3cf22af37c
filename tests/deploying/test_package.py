"""What `make package` builds: only what runs, for Lambda's platform, small, and the same twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from deploying.sam_cli import NEEDS_SAM, build, translated
from support.permissions import read_template
from warmgate_ops.rehearsal.packages import zip_code

ROOT = Path(__file__).parents[2]
PACKED = {"aws_lambda_powertools", "jmespath", "tenacity", "typing_extensions.py", "yaml", "_yaml", "warmgate"}
RUNTIMES_OWN = {"boto3", "botocore", "s3transfer", "urllib3", "dateutil", "six"}
"""What Lambda's Python runtime brings along."""
FUNCTIONS = ("BeforeAllowTraffic", "AfterAllowTraffic", "TrafficGuard", "RollbackController")

pytestmark = [pytest.mark.slow, NEEDS_SAM]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the built package."""
    return build(tmp_path_factory.mktemp("first"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_holds_what_runs_and_nothing_else(package: Path, function: str) -> None:
    """Entry points, the product, its four libraries with what they need; no boto3, no tests, no compiled caches."""
    names = {path.name for path in (package / function).iterdir() if not path.name.endswith(".dist-info")}
    entry_points = {path.name for path in (ROOT / "hooks").glob("*.py")}

    assert names == PACKED | entry_points
    assert [path for path in (package / function).rglob("*") if path.suffix == ".pyc" or path.name == "Makefile"] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_small(package: Path, function: str) -> None:
    """Unzipped at most 15 MB: a package is fetched and unpacked in every cold start."""
    size = sum(path.stat().st_size for path in (package / function).rglob("*") if path.is_file())

    assert size <= 15_000_000


def test_compiled_parts_are_for_lambdas_platform(package: Path) -> None:
    """Whatever machine builds: the only compiled modules are for Python 3.13 on arm64, as the template says."""
    template = read_template(ROOT / "template.yaml")["Globals"]["Function"]
    compiled = {path.name for path in (package / "BeforeAllowTraffic").rglob("*.so*")}

    assert (template["Runtime"], template["Architectures"]) == ("python3.13", ["arm64"])
    assert compiled == {"_yaml.cpython-313-aarch64-linux-gnu.so"}


def test_the_layer_holds_the_policies_where_the_hooks_look(package: Path) -> None:
    """Lambda unpacks a layer into /opt: the policies must lie in a folder of that name, as they lie in the checkout."""
    folder = package / "Policies" / "policies"
    bundled = {path.name: path.read_bytes() for path in (ROOT / "policies").glob("*.yaml")}

    assert {path.name: path.read_bytes() for path in folder.glob("*.yaml")} == bundled
    assert [path.name for path in (package / "Policies").iterdir()] == ["policies"]


def test_the_package_is_the_same_twice(package: Path, tmp_path: Path) -> None:
    """The same sources give the same bytes, so that a deployment without a change changes nothing."""
    again = build(tmp_path / "again")

    for name in (*FUNCTIONS, "Policies"):
        assert zip_code([again / name]) == zip_code([package / name]), name


def test_the_package_needs_nothing_else(package: Path, tmp_path: Path) -> None:
    """Every module of the package can be imported where only the package and the runtime's own boto3 are."""
    folder = tmp_path / "task"
    shutil.copytree(package / "BeforeAllowTraffic", folder)
    code = (
        "import pkgutil, sys, warmgate, before_allow_traffic\n"
        "for found in pkgutil.walk_packages(warmgate.__path__, 'warmgate.'):\n"
        "    __import__(found.name)\n"
        "import aws_lambda_powertools.metrics, aws_lambda_powertools.utilities.idempotency, tenacity\n"
        "for name, module in list(sys.modules.items()):\n"
        "    path = getattr(module, '__file__', None) or ''\n"
        "    if 'site-packages' in path:\n"
        "        print(name.partition('.')[0])\n"
    )
    code += "print(warmgate.__file__)\n"
    environment = {"PYTHONPATH": str(folder), "AWS_DEFAULT_REGION": "us-east-1", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    *names, where = done.stdout.split()
    assert where.startswith(str(folder))
    assert {name for name in names if not name.startswith("_")} <= RUNTIMES_OWN


def test_sams_own_translation_adds_no_role() -> None:
    """What the functions may do is what the template says; SAM would give a function without a role one of its own."""
    kinds = Counter(body["Type"] for body in translated(ROOT / "template.yaml")["Resources"].values())

    assert kinds["AWS::Lambda::Function"] == kinds["AWS::Lambda::EventInvokeConfig"] == 8
    assert kinds["AWS::IAM::Role"] == 8 + 2  # the schedules and the state machine have their own
    assert kinds["AWS::Events::Rule"] == kinds["AWS::Lambda::Permission"] - 1 == 8  # logs call the feed without a rule
