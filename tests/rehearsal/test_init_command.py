"""`warmgate init` on a local cloud: read from the account, tried once, and rehearsed as it was written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.fakes.lambda_calls import Install
from warmgate.policy import parse_policy
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(180)]
ROOT = Path(__file__).parents[2]
GOOD = "def handler(event, _context): return {'statusCode': 200, 'body': event['rawPath']}"
BAD = "def handler(event, _context): return {'statusCode': 503}"


def warmgate(folder: Path, *words: str, cloud: LocalCloud | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with credentials of the local cloud alone."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    if cloud:
        words = (*words, "--endpoint-url", cloud.endpoint_url, "--region", cloud.region)
        environment |= {"AWS_ACCESS_KEY_ID": cloud.account, "AWS_SECRET_ACCESS_KEY": "none"}
    command = [sys.executable, "-c", "from warmgate_ops.cli.main import run; run()", *words]
    return subprocess.run(
        command, cwd=folder, env=environment, check=False, capture_output=True, text=True, timeout=120
    )


def serve(cloud: LocalCloud, install: Install, code: str) -> str:
    """Return a function whose alias serves version 1, called by an HTTP API and a queue."""
    client, name = cloud.client("lambda"), install(code)
    version = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    client.add_permission(
        FunctionName=name,
        Qualifier="live",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{cloud.region}:{cloud.account}:a1b2c3/*/GET/items",
    )
    return name


def test_a_function_of_the_account_gets_a_policy_that_is_tried(
    local_cloud: LocalCloud, install: Install, tmp_path: Path
) -> None:
    """Alias, timeout and trigger are the account's; each probe is called once on the version that serves."""
    name = serve(local_cloud, install, GOOD)
    done = warmgate(tmp_path, "init", "--function", name, "--try", cloud=local_cloud)
    text = (tmp_path / "warmgate.yaml").read_text()
    (probe,) = parse_policy(text, "p").probes

    assert done.returncode == 0, done.stderr
    assert probe.payload["rawPath"] == "/items"
    assert f"match: [{{function: {name}, alias: live}}]" in text
    assert "half of the timeout of 10 s" in text
    assert done.stdout.splitlines()[-1].startswith("get-items: fits in ")
    assert '"body": "/items"' in done.stdout
    assert f"calling version 1 of {name} once per probe: what the function does" in done.stderr
    assert warmgate(tmp_path, "policy", "validate", "warmgate.yaml").stdout == "warmgate.yaml: ok\n"


def test_a_probe_that_does_not_fit_is_said_so(local_cloud: LocalCloud, install: Install, tmp_path: Path) -> None:
    """The policy is written all the same; the exit code says that it is not done."""
    done = warmgate(tmp_path, "init", "--function", serve(local_cloud, install, BAD), "--try", cloud=local_cloud)

    assert done.returncode == 2
    assert (tmp_path / "warmgate.yaml").exists()
    assert "get-items: does not fit in " in done.stdout
    assert "jmespath is not true" in done.stdout


def test_a_function_that_is_not_there_could_not_be_read(local_cloud: LocalCloud, tmp_path: Path) -> None:
    """One line, exit code 3, nothing written."""
    done = warmgate(tmp_path, "init", "--function", "nobody", cloud=local_cloud)

    assert (done.returncode, done.stdout, list(tmp_path.iterdir())) == (3, "", [])
    assert "nobody could not be read: ResourceNotFoundException" in done.stderr


def test_what_is_written_from_a_template_can_be_rehearsed(tmp_path: Path) -> None:
    """A function that writes to a table of its template ends in a verdict, without a word changed in the policy."""
    template = ROOT / "tests" / "data" / "functions" / "dynamodb" / "template.yaml"
    written = warmgate(tmp_path, "init", "--template", str(template))
    done = warmgate(
        tmp_path, "rehearse", "--template", str(template), "--policy", "warmgate.yaml", "--report-dir", "report"
    )

    assert written.returncode == 0, written.stderr
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert report["target"]["function"] == "Counter"
    assert {each["check"] for each in report["findings"]} >= {"limits.init.p85", "probes.get-root.expect"}
