"""`sam deploy` against a local cloud, with a folder of its own for what the CLI leaves behind."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploying.sam_cli import BIN
from warmgate_ops.rehearsal.cloud.local_cloud import CREDENTIALS, REGION, LocalCloud

STACK = "checkout"


@dataclass(frozen=True, slots=True)
class SamProject:
    """A template with its sources, and the cloud it is deployed to."""

    cloud: LocalCloud
    folder: Path

    def write(self, **files: str) -> None:
        """Write Python files, each a module `app` in a folder of its name."""
        for name, text in files.items():
            (self.folder / name).mkdir(exist_ok=True)
            (self.folder / name / "app.py").write_text(text)

    def deploy(self, template: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Deploy a template with what lies in the folder and return what the CLI said."""
        (self.folder / "template.yaml").write_text(template)
        command = [str(BIN / "sam"), "deploy", "--stack-name", STACK, "--resolve-s3", "--capabilities"]
        return subprocess.run(
            [str(BIN / "python"), *command, "CAPABILITY_IAM", "--no-confirm-changeset", "--region", REGION, *options],
            cwd=self.folder,
            env={
                "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
                "HOME": str(self.folder),
                "SAM_CLI_TELEMETRY": "0",
                "SAM_CLI_POLL_DELAY": "0.5",
                "AWS_ENDPOINT_URL": self.cloud.endpoint_url,
                "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
                "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
            },
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )

    def status(self) -> str:
        """Return the state of the stack."""
        found = self.cloud.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
        return str(found["StackStatus"])

    def events(self) -> list[dict[str, Any]]:
        """Return the stack's events, the oldest first."""
        found = self.cloud.client("cloudformation").describe_stack_events(StackName=STACK)["StackEvents"]
        return sorted(found, key=lambda event: event["Timestamp"])

    def deployments(self) -> list[dict[str, Any]]:
        """Return every deployment, the oldest first."""
        client = self.cloud.client("codedeploy")
        infos = [
            client.get_deployment(deploymentId=name)["deploymentInfo"]
            for name in client.list_deployments()["deployments"]
        ]
        return sorted(infos, key=lambda info: info["createTime"])
