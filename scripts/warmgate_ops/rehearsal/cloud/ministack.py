"""MiniStack as a child process: everything of AWS that is neither CodeDeploy nor an invoke."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.request
from pathlib import Path

from warmgate.errors import SettingsError
from warmgate_ops.rehearsal.cloud.lambda_runtime.child import die_with_parent, uninterrupted
from warmgate_ops.rehearsal.cloud.lambda_runtime.environment import free_port
from warmgate_ops.rehearsal.cloud.tools import ministack_command

ACCOUNT = "123456789012"
ACCOUNT_CONCURRENCY = 1000
SITE = Path(__file__).parent / "ministack_site"
"""What MiniStack's interpreter reads as it starts."""
_PATIENCE_S = 20.0


class MiniStack:
    """Starts MiniStack on a free port of the loopback interface; `stop` ends it."""

    def __init__(self, work_dir: Path) -> None:
        self._log = work_dir / "ministack.log"
        self.endpoint_file = work_dir / "endpoint"
        """Where its CloudFormation reads the front's address, which is known later."""
        self.clock_file = work_dir / "clock"
        """Where its Step Functions reads how fast the hastened clock runs."""
        self.code = work_dir / "code"
        """Where it hands over the code that stacks deploy."""
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return its endpoint."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it and return when it answers; raises SettingsError."""
        variables = {
            **{key: value for key, value in os.environ.items() if not key.startswith("AWS_")},
            "GATEWAY_PORT": str(self._port),
            "BIND_HOST": "127.0.0.1",
            "LAMBDA_EXECUTOR": "local",
            # An account's limit, which MiniStack would otherwise work out from this machine's memory.
            "LAMBDA_ACCOUNT_CONCURRENCY": str(ACCOUNT_CONCURRENCY),
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "PYTHONPATH": str(SITE),
            "WARMGATE_ENDPOINT_FILE": str(self.endpoint_file.absolute()),
            "WARMGATE_CLOCK_FILE": str(self.clock_file.absolute()),
            "WARMGATE_CODE": str(self.code.absolute()),
        }
        command = ministack_command()
        with self._log.open("wb") as log, uninterrupted():
            self._process = subprocess.Popen(
                [str(command)],
                env=variables,
                cwd=self._log.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - it calls prctl and nothing else
            )
        why = self._wait(self._process)
        if why:
            self.stop()
            raise SettingsError(f"{command}: {why}", hint=f"read {self._log}")

    def _wait(self, process: subprocess.Popen[bytes]) -> str:
        """Return when it answers, or why it never will."""
        limit = time.monotonic() + _PATIENCE_S
        while time.monotonic() < limit:
            code = process.poll()
            if code is not None:
                return f"ended with exit code {code}"
            try:
                with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=1):  # noqa: S310 - a URL of our own
                    return ""
            except OSError:
                time.sleep(0.05)
        return f"did not answer within {_PATIENCE_S:.0f} s"

    def stop(self) -> None:
        """End it."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(timeout=5)
