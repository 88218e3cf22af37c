"""`warmgate release` against the local cloud: a good version is released, a bad one is not, and both say why."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from warmgate.model.release import ReleaseOutcome
from warmgate.report.release import WORDS
from warmgate_ops.rehearsal.catalogue import chosen
from warmgate_ops.rehearsal.cloud.local_cloud import CREDENTIALS, REGION, LocalCloud
from warmgate_ops.rehearsal.stage import ALIAS, APPLICATION, BUCKET, Installed, install_function, install_hook

pytestmark = pytest.mark.local_cloud
RUN = "from warmgate_ops.cli.main import run; run()"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Give a cloud with the first hook."""
    with LocalCloud.start(tmp_path_factory.mktemp("release-cloud")) as found:
        install_hook(found)
        yield found


def released(cloud: LocalCloud, installed: Installed, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a pipeline does."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
        "AWS_ENDPOINT_URL": cloud.endpoint_url,
        "AWS_DEFAULT_REGION": REGION,
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }
    arguments = ["release", "--function", installed.function, "--alias", ALIAS, "--to", installed.candidate]
    arguments += ["--application", APPLICATION, "--group", installed.group, "--after", ""]
    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments, *more],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(("name", "code", "outcome"), [("healthy", 0, "released"), ("broken", 1, "rolled_back")])
def test_a_release_ends_with_its_exit_code_and_its_files(
    cloud: LocalCloud, tmp_path: Path, name: str, code: int, outcome: str
) -> None:
    """The last line says how and why; JUnit, JSON and the summary say the same."""
    installed = install_function(cloud, chosen([name])[0])
    files = ["--bucket", BUCKET, "--junit", str(tmp_path / "w.xml"), "--json", str(tmp_path / "w.json")]
    done = released(cloud, installed, tmp_path, *files)

    assert done.returncode == code, done.stderr
    word = WORDS[ReleaseOutcome(outcome)]
    assert done.stdout.startswith(f"{word}: ")
    assert "verdict " in done.stderr
    suite = ET.parse(tmp_path / "w.xml").getroot()
    assert (int(suite.get("failures", "0")) > 0) is (code == 1)
    found = json.loads((tmp_path / "w.json").read_text())
    serves = installed.candidate if code == 0 else installed.baseline
    assert (found["outcome"], found["alias"]["version"], found["alias"]["weights"]) == (outcome, serves, [])
    assert word in (tmp_path / "summary.md").read_text()
    if code == 1:
        assert "limits.errors.rate" in done.stdout
        return
    again = released(cloud, installed, tmp_path)
    assert again.returncode == 2
    assert "serves already" in again.stderr
