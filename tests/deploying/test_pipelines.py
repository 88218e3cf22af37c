"""Each pipeline of examples/ci installs Warmgate, uploads code, publishes a version and releases it, on one cloud."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import boto3
import pytest
import yaml

from bundle.parts import locked
from deploying.pipelines import CI, ROOT, Runner, Script, of_action, of_codebuild, of_github, of_gitlab, of_jenkins
from support.fakes.lambda_calls import packed
from warmgate_ops.rehearsal.stage import ROLE, RUNTIME

DIST, AWS = (ROOT / "build" / "env" / name / "bin" for name in ("dist", "awscli"))
NEEDS = pytest.mark.skipif(
    not (DIST.exists() and AWS.exists()), reason="make build/env/dist/.ready build/env/awscli/.ready installs the tools"
)
RUN = "from warmgate_ops.cli.main import run; run()"
GOOD = "def handler(event, context):\n    return {{'number': {0}}}\n"
BROKEN = "def handler(event, context):\n    raise KeyError({0})\n"
POLICY = "policy: ci\nwarm: {environments: 1}\nprobes: [{name: one, payload: {}}]\nlimits: {errors: {rate: 0%}}\n"
ACTION = ROOT / "action.yml"
FILES = sorted(path for path in CI.iterdir() if path.suffix == ".yml")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Give the line of a running `warmgate cloud`."""
    folder = tmp_path_factory.mktemp("cloud")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, "cloud", "--time-scale", "600"],
        env={**clean, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="module")
def account(ready: dict[str, Any]) -> Callable[[str], Any]:
    """Give clients of an account with the function checkout-api, whose first version the alias serves."""

    def client(service: str) -> Any:
        keys = {"aws_access_key_id": ready["account"], "aws_secret_access_key": "any"}
        return boto3.client(service, endpoint_url=ready["endpoint_url"], region_name=ready["region"], **keys)

    client("s3").put_object(Bucket=ready["bucket"], Key="policies/ci.yaml", Body=POLICY.encode())
    settings = {"Runtime": RUNTIME, "Role": ROLE, "Handler": "app.handler", "Timeout": 10, "MemorySize": 256}
    tags = {"warmgate:policy": f"s3://{ready['bucket']}/policies/ci.yaml", "warmgate:allow": "true"}
    functions = client("lambda")
    functions.create_function(
        FunctionName="checkout-api", Code={"ZipFile": packed(GOOD.format(0))}, Tags=tags, **settings
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="checkout-api", WaiterConfig={"Delay": 0.05})
    functions.publish_version(FunctionName="checkout-api")
    functions.create_alias(FunctionName="checkout-api", Name="live", FunctionVersion="1")
    client("codedeploy").create_application(applicationName="checkout", computePlatform="Lambda")
    client("codedeploy").create_deployment_group(
        applicationName="checkout",
        deploymentGroupName="checkout-api",
        deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce",
        serviceRoleArn=ROLE,
        deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"]},
    )
    return client


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder as CI checks it out, with both locks; it stays, so what one pipeline installs serves the others."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "src").mkdir()
    project = tmp_path_factory.mktemp("project") / "project"
    left_out = shutil.ignore_patterns("__pycache__", "*.egg-info", "build", ".*", "docs", "tests", "examples")
    shutil.copytree(ROOT, project, ignore=left_out)
    build = [str(DIST / "python"), "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder / "wheels")]
    subprocess.run([*build, str(project)], check=True, capture_output=True)
    (wheel,) = (folder / "wheels").iterdir()
    (folder / "warmgate.txt").write_text(locked(wheel, (ROOT / "requirements" / "install.txt").read_text()))
    shutil.copyfile(ROOT / "requirements" / "awscli.txt", folder / "awscli.txt")
    for place, lock in ((".warmgate", "install"), (".awscli", "awscli"), ("runner/warmgate", "install")):
        _fill(folder / place, ROOT / "requirements" / f"{lock}.txt")
    return folder


def _fill(place: Path, lock: Path) -> None:
    """Make an environment as a CI server's cache leaves it: with what a lock names, and without Warmgate."""
    uv, python = str(DIST / "uv"), str(place / "bin" / "python")
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(place)], check=True)
    subprocess.run(
        [uv, "pip", "install", "--no-deps", "-q", "--python", python, "--require-hashes", "-r", str(lock)], check=True
    )


@pytest.fixture
def runner(ready: dict[str, Any], account: Callable[[str], Any], checkout: Path) -> Runner:
    """Give a machine with Python and the aws command, the credentials of a role, and nothing else of this one."""
    (tools := checkout / "tools").mkdir(exist_ok=True)
    for name, program in {"aws": AWS / "aws", "python3": Path(sys.executable)}.items():
        (tools / name).unlink(missing_ok=True)
        (tools / name).write_text(f'#!/bin/sh\nexec "{program}" "$@"\n')
        (tools / name).chmod(0o755)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("PIP_", "SSL_")) or "proxy" in name.lower()
    }
    environment = {
        **kept,
        "PATH": f"{tools}:/usr/bin:/bin",
        "HOME": os.environ["HOME"],
        "PIP_NO_COMPILE": "1",
        "PIP_FIND_LINKS": f"{kept.get('PIP_FIND_LINKS', '')} {checkout / 'wheels'}".strip(),
        "AWS_ENDPOINT_URL": ready["endpoint_url"],
        "AWS_REGION": ready["region"],
        "AWS_DEFAULT_REGION": ready["region"],
        "AWS_ACCESS_KEY_ID": ready["account"],
        "AWS_SECRET_ACCESS_KEY": "any",
        "WARMGATE_REPORT_BUCKET": ready["bucket"],
        "OIDC_TOKEN": "token",
        "GITHUB_STEP_SUMMARY": str(checkout / "summary.md"),
    }
    (checkout / "warmgate.xml").unlink(missing_ok=True)
    contexts = {"vars.WARMGATE_BUCKET": ready["bucket"]}
    return Runner(checkout, environment, contexts)


def serves(account: Callable[[str], Any]) -> tuple[str, str]:
    """Return the version that the alias serves and the newest one."""
    functions = account("lambda")
    versions = functions.list_versions_by_function(FunctionName="checkout-api")["Versions"]
    newest = max(int(each["Version"]) for each in versions if each["Version"] != "$LATEST")
    return functions.get_alias(FunctionName="checkout-api", Name="live")["FunctionVersion"], str(newest)


PIPELINES: dict[str, tuple[Callable[[], Iterator[Script]], str, int]] = {
    "GitHub": (lambda: of_github(CI / "github-actions.yml", "release"), GOOD, 0),
    "GitLab": (lambda: of_gitlab(CI / "gitlab-ci.yml"), BROKEN, 1),
    "CodeBuild": (lambda: of_codebuild(CI / "buildspec.yml"), GOOD, 0),
    "Jenkins": (lambda: of_jenkins(CI / "Jenkinsfile"), GOOD, 0),
}


@NEEDS
@pytest.mark.local_cloud
@pytest.mark.parametrize("name", PIPELINES)
def test_a_pipeline_releases(name: str, runner: Runner, account: Callable[[str], Any]) -> None:
    """It ends with the release's exit code; the alias serves what was good alone; JUnit is where the server looks."""
    scripts, source, code = PIPELINES[name]
    before, _ = serves(account)
    (runner.folder / "src" / "app.py").write_text(source.format(sorted(PIPELINES).index(name) + 1))

    done = runner.run(scripts())

    assert done.returncode == code, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    serving, newest = serves(account)
    assert newest != before
    assert serving == (newest if code == 0 else before)
    suite = ET.parse(runner.folder / "warmgate.xml").getroot()
    assert (int(suite.get("failures", "0")) > 0) is (code == 1)


@NEEDS
@pytest.mark.local_cloud
def test_the_action_releases(runner: Runner, account: Callable[[str], Any]) -> None:
    """The action installs its own commit, releases, and tells outcome and deployment; the summary has the verdict."""
    (runner.folder / "src" / "app.py").write_text(GOOD.format(99))
    *_, publish = of_github(CI / "github-action.yml", "release")
    assert runner.run(iter([publish])).returncode == 0
    use = yaml.safe_load((CI / "github-action.yml").read_text())["jobs"]["release"]["steps"][-1]

    done = act(runner, use["with"])

    assert done.returncode == 0, done.stderr[-2000:]
    assert runner.contexts["steps.run.outputs.outcome"] == "released"
    assert runner.contexts["steps.run.outputs.deployment-id"].startswith("d-")
    assert len(set(serves(account))) == 1
    assert "RELEASED" in (runner.folder / "summary.md").read_text()


def act(runner: Runner, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the action with inputs, the others at their defaults."""
    inputs = yaml.safe_load(ACTION.read_text())["inputs"]
    assert set(given) <= set(inputs)
    for name, about in inputs.items():
        runner.contexts[f"inputs.{name}"] = runner._evaluated(given.get(name, about.get("default", "")))
    runner.contexts |= {"github.action_path": str(ROOT), "runner.temp": str(runner.folder / "runner")}
    return runner.run(of_action(ACTION))
