"""The CI files that are shipped are what their servers take and pin what they use; the action does what it is told."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from deploying.pipelines import CI, ROOT, Runner, of_action

ACTION = ROOT / "action.yml"
DIST = ROOT / "build" / "env" / "dist" / "bin"
SCHEMAS = {
    ACTION: ("vendor.github-actions",),
    CI / "github-actions.yml": ("vendor.github-workflows",),
    CI / "github-action.yml": ("vendor.github-workflows",),
    CI / "gitlab-ci.yml": ("vendor.gitlab-ci", "--data-transform", "gitlab-ci"),
}
pytestmark = pytest.mark.slow


@pytest.mark.skipif(not DIST.exists(), reason="make build/env/dist/.ready installs check-jsonschema")
@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_the_server_takes_it(path: Path) -> None:
    """By the schema that its server publishes."""
    command = [str(DIST / "check-jsonschema"), "--builtin-schema", *SCHEMAS[path], str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_pre_commit_takes_the_hooks() -> None:
    """By its own validator; each hook is a command of ours that takes what its pattern finds."""
    path = ROOT / ".pre-commit-hooks.yaml"
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


FOUND = {
    "warmgate-policy": ["policies/default.yaml", "examples/prints/policy.yaml"],
    "warmgate-appspec": ["appspec-checkout.yml", "deploy/appspec.json"],
    "warmgate-doctor": ["template.yaml", "infra/template-prod.yml"],
}
GIVEN = {
    "warmgate-policy": ["policies/default.yaml", "examples/prints/policy.yaml"],
    "warmgate-appspec": ["examples/attach/appspec/after.yaml", "examples/attach/appspec/after.json"],
    "warmgate-doctor": [],
}


@pytest.mark.parametrize(
    "hook", yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()), ids=lambda each: each["id"]
)
def test_a_hook_of_pre_commit_runs(hook: dict[str, str], tmp_path: Path) -> None:
    """Its pattern finds the files that it means, and its command passes good ones and refuses bad ones."""
    program = [sys.executable, "-m", "warmgate_ops", *hook["entry"].split()[1:]]
    arguments = [f"--template={ROOT}/examples/attach/sam/after.yaml"] if hook["id"] == "warmgate-doctor" else []
    arguments += [str(ROOT / name) for name in GIVEN[hook["id"]]]
    (tmp_path / "bad.yaml").write_text("nothing: of ours\n")
    bad = [f"--template={tmp_path}/missing.yaml"] if hook["id"] == "warmgate-doctor" else [str(tmp_path / "bad.yaml")]

    assert all(re.search(hook["files"], name) for name in FOUND[hook["id"]])
    assert not re.search(hook["files"], "docs/policies.md")
    environment = {"PYTHONPATH": f"{ROOT}/hooks:{ROOT}/scripts", "PATH": "/usr/bin:/bin"}
    codes = [
        subprocess.run([*program, *each], env=environment, cwd=ROOT, capture_output=True, check=False).returncode
        for each in (arguments, bad)
    ]
    assert (codes[0], codes[1] in {1, 2}) == (0, True)


def test_actions_are_pinned_by_commit() -> None:
    """A tag can be moved; a commit cannot. The version stands beside it for whoever renews it."""
    lines = [line for path in (*CI.glob("*.yml"), ACTION) for line in path.read_text().splitlines() if "uses:" in line]

    assert len(lines) >= 8
    for line in lines:
        assert re.search(r"uses: [\w.-]+(/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$|uses: WARMGATE@COMMIT$", line), line


def test_pipelines_install_the_same_way() -> None:
    """All that is installed is pinned by hash, in one line that is the same everywhere."""
    found = {
        line.strip(" -")
        for path in CI.iterdir()
        for line in path.read_text().splitlines()
        if "-m pip" in line and "warmgate.txt" in line
    }

    assert found == {
        '.warmgate/bin/python -m pip install -q --no-deps --only-binary ":all:" --require-hashes -r warmgate.txt'
    }


def test_every_input_and_output_of_the_action_is_told() -> None:
    """The page names them all, and the action hands each input to its script."""
    action = yaml.safe_load(ACTION.read_text())
    page = (ROOT / "docs" / "how-to" / "release-from-a-pipeline.md").read_text()

    assert [name for name in (*action["inputs"], *action["outputs"]) if f"`{name}`" not in page] == []
    used = set(re.findall(r"inputs\.([a-z-]+)", ACTION.read_text()))
    assert used == set(action["inputs"])


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """Give a machine on which the action's installation is this one."""
    (tmp_path / "warmgate" / "bin").mkdir(parents=True)
    program = tmp_path / "warmgate" / "bin" / "python"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT}/hooks:{ROOT}/scripts exec {sys.executable} "$@"\n')
    program.chmod(0o755)
    inputs = {f"inputs.{name}": str(about.get("default", "")) for name, about in _inputs().items()}
    contexts = {**inputs, "github.action_path": str(ROOT), "runner.temp": str(tmp_path)}
    environment = {"PATH": "/usr/bin:/bin", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    return Runner(tmp_path, environment, contexts)


def _inputs() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml.safe_load(ACTION.read_text())["inputs"]
    return found


def _after_installing(runner: Runner, **given: str) -> int:
    runner.contexts |= {f"inputs.{name}": value for name, value in given.items()}
    *_, run = of_action(ACTION)
    return runner.run(iter([run])).returncode


def test_the_action_writes_sarif_of_each_template(runner: Runner) -> None:
    """Findings fail the step and are there to upload all the same, and the summary shows them."""
    templates = "\n".join(
        f"{ROOT}/examples/attach/{kind}/{name}" for kind, name in [("sam", "before.yaml"), ("sam", "after.yaml")]
    )
    code = _after_installing(runner, command="doctor", template=templates)

    assert runner.contexts["steps.run.outputs.exit-code"] == str(code)
    assert code in {0, 1}
    assert "before.yaml" in (runner.folder / "warmgate.sarif").read_text()
    assert "### warmgate doctor" in (runner.folder / "summary.md").read_text()


def test_the_action_refuses_another_command(runner: Runner) -> None:
    """Inputs are no commands: what is asked for is one of two words."""
    assert _after_installing(runner, command="doctor; touch injected") == 2
    assert not (runner.folder / "injected").exists()
    assert runner.contexts["steps.run.outputs.exit-code"] == "2"
