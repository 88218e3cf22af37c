"""Forks a fresh process for each run of the hook, from one that has imported everything, as Lambda keeps a runtime.

Reads lines of JSON from standard input, each a run, and writes lines: `{"run": 7, "pid": 123}` and, at its end,
`{"run": 7, "code": 0}`. Where its input ends, it kills what it started and ends.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from warmgate.adapters.sdk import Clients

SERVICES = ("codedeploy", "lambda", "s3", "dynamodb", "cloudwatch", "logs")
SCALED = {"report_s": 0.5, "reserve_s": 8.0}
"""Kept back of a run's time: 3 s and 30 s of 900 on Lambda. The last resort rings 7 s before the end to report in."""


def main() -> None:
    """Fork until there is nothing more to read."""
    _warm_up()
    children: dict[int, int] = {}
    pending = b""
    while True:
        ready, _, _ = select.select([0], [], [], 0.02)
        if ready:
            read = os.read(0, 65_536)
            if not read:
                break
            *lines, pending = (pending + read).split(b"\n")
            for line in lines:
                _start(json.loads(line), children)
        _reap(children)
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _start(asked: dict[str, Any], children: dict[int, int]) -> None:
    pid = os.fork()
    if pid == 0:
        _hook(asked)
    children[pid] = asked["run"]
    _say(run=asked["run"], pid=pid)


def _reap(children: dict[int, int]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        _say(run=children.pop(pid), code=os.waitstatus_to_exitcode(status))


def _say(**line: int) -> None:
    print(json.dumps(line), flush=True)


def _hook(asked: dict[str, Any]) -> None:
    """Run the hook to its end, as the entry point does, and leave as a failed run where it raises."""
    out = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.environ.update(asked["environment"])
    code = 1
    try:
        print("run returned", _gated(asked), flush=True)
        code = 0
    except Exception as error:  # noqa: BLE001 - Lambda runs the event again, whatever it was
        print(f"run raised {type(error).__name__}: {error}", flush=True)
    finally:
        os._exit(code)


class _Context:
    """What the handler asks of Lambda's context."""

    aws_request_id = "run"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:CodeDeployHook_warmgate-before"

    def __init__(self, seconds: float) -> None:
        self._left_ms = seconds * 1000

    def get_remaining_time_in_millis(self) -> float:
        return self._left_ms


def _gated(asked: dict[str, Any]) -> str:
    from warmgate.bootstrap import gate
    from warmgate.handler import hook_of

    handler = hook_of(gate(), SCALED["reserve_s"] * 1000, SCALED["report_s"] * 1000)
    event = {"DeploymentId": asked["deployment_id"], "LifecycleEventHookExecutionId": "execution-1"}
    answer = handler(event, _Context(asked["seconds"]))
    return f"{answer['status']} reported {answer['reported']}"


def _warm_up() -> None:
    """Import what a run may need, and let the SDK read its models once."""
    import tenacity  # noqa: F401

    import warmgate.bootstrap
    import warmgate.handler
    import warmgate.judge
    import warmgate.policy
    import warmgate.report  # noqa: F401
    from warmgate.adapters import claims, releases  # noqa: F401

    for service in SERVICES:
        Clients("http://127.0.0.1:9", "us-east-1")(service)


if __name__ == "__main__":
    sys.path[:] = [path for path in sys.path if Path(path).name != "wire"]
    main()
