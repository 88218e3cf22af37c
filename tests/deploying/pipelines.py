"""What the servers of CI would run: the scripts of a pipeline's file, with the variables that its file sets."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
CI = ROOT / "examples" / "ci"
_EXPRESSION = re.compile(r"\$\{\{\s*([^}]+?)\s*\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A script that one shell runs."""

    text: str
    shell: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    """As its file sets them; expressions are not evaluated yet."""
    step: str = ""
    """The id under which its outputs are known."""


def of_gitlab(path: Path) -> Iterator[Script]:
    """Yield a job's script: the runner joins its lines."""
    job = yaml.safe_load(path.read_text())["release"]
    yield Script(text="\n".join([*job["before_script"], *job["script"]]), shell=("bash", "-eo", "pipefail"))


def of_codebuild(path: Path) -> Iterator[Script]:
    """Yield the commands of all phases: from version 0.2 on one shell runs them."""
    phases = yaml.safe_load(path.read_text())["phases"]
    yield Script(text="\n".join(line for phase in phases.values() for line in phase["commands"]), shell=("sh", "-e"))


def of_jenkins(path: Path) -> Iterator[Script]:
    """Yield each `sh` step, a shell each, as Groovy reads it: lines that end with a backslash are joined."""
    text = path.read_text()
    variables = dict(re.findall(r"^ +([A-Z_]+) = '([^']*)'", text, re.MULTILINE))
    for found in re.findall(r"sh '''(.*?)'''", text, re.DOTALL):
        yield Script(text=found.replace("\\\n", ""), shell=("sh", "-xe"), variables=variables)


def of_github(path: Path, job: str) -> Iterator[Script]:
    """Yield the `run` steps of a job; steps of actions are theirs."""
    body = yaml.safe_load(path.read_text())["jobs"][job]
    yield from _steps(body["steps"], body.get("env", {}))


def of_action(path: Path) -> Iterator[Script]:
    """Yield the steps of a composite action."""
    yield from _steps(yaml.safe_load(path.read_text())["runs"]["steps"], {})


def _steps(steps: list[dict[str, Any]], common: Mapping[str, str]) -> Iterator[Script]:
    for step in steps:
        if "run" in step:
            assert not _EXPRESSION.search(step["run"]), "an expression in a script is a hole for injected commands"
            variables = {**common, **step.get("env", {})}
            shell = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
            yield Script(text=step["run"], shell=shell, variables=variables, step=step.get("id", ""))


@dataclass(slots=True)
class Runner:
    """A machine of a CI server: a work folder, an environment, and for GitHub its files."""

    folder: Path
    environment: dict[str, str]
    contexts: dict[str, str] = field(default_factory=dict)
    """What expressions such as `vars.AWS_REGION` stand for."""

    def run(self, scripts: Iterator[Script]) -> subprocess.CompletedProcess[str]:
        """Run scripts until one fails, and return the last that ran."""
        done = subprocess.CompletedProcess[str]([], 0, "", "")
        for script in scripts:
            done = self._run(script)
            if done.returncode:
                break
        return done

    def _run(self, script: Script) -> subprocess.CompletedProcess[str]:
        files = {name: self.folder / f".{name.lower()}" for name in ("GITHUB_OUTPUT", "GITHUB_PATH")}
        for path in files.values():
            path.write_text("")
        told = {name: self._evaluated(str(value)) for name, value in script.variables.items()}
        done = subprocess.run(
            [*script.shell, "-c", script.text],
            cwd=self.folder,
            env={**told, **self.environment, **{name: str(path) for name, path in files.items()}},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        for line in files["GITHUB_OUTPUT"].read_text().splitlines():
            name, _, value = line.partition("=")
            self.contexts[f"steps.{script.step}.outputs.{name}"] = value
        for line in files["GITHUB_PATH"].read_text().splitlines():
            self.environment["PATH"] = f"{line}:{self.environment['PATH']}"
        return done

    def _evaluated(self, text: str) -> str:
        return _EXPRESSION.sub(lambda found: self.contexts[found[1]], text)
