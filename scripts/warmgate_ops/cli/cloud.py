"""`warmgate cloud`: the local cloud with Warmgate installed, for any SDK or the aws CLI, until it is told to end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warmgate_ops.cli.help_words import START, examples
from warmgate_ops.cli.local_needs import forget_account, need
from warmgate_ops.cli.output import complain, say

if TYPE_CHECKING:
    from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

LONGEST_END_S = 4.0
"""Who ends the cloud waits no longer than this; what is left then, processes and folder, goes with it."""
_WAKE_S = 1.0
_TRIES = 20


def register(app: typer.Typer) -> None:
    """Add `cloud` to the command line."""
    app.command("cloud", rich_help_panel=START, epilog=examples("cloud --port 4566"))(cloud)


def cloud(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the endpoint (default: a free one).")] = 0,
    time_scale: Annotated[float, typer.Option(min=1, help="How much faster CodeDeploy's clock runs.")] = 60.0,
    no_warmgate: Annotated[
        bool, typer.Option("--no-warmgate", help="Start an empty account, without hooks, bucket and table.")
    ] = False,
) -> None:
    """Run a local cloud with Warmgate installed until Ctrl-C or SIGTERM; one line of JSON says when it is ready.

    It needs Linux, Warmgate's extra `rehearsal`, and tools that `warmgate rehearse --install-tools` installs once.

    Exit codes: 0 it was told to end; 2 wrong usage, a port that is taken, a missing tool; 3 it did not start.
    """
    need("aiohttp", "awslambdaric")
    forget_account()
    ending = _Ending()
    before = {each: signal.signal(each, ending) for each in (signal.SIGINT, signal.SIGTERM)}
    work = Path(tempfile.mkdtemp(prefix="warmgate-cloud-"))
    try:
        ending.begin(work)
        _serve(work, port, time_scale, ending, with_warmgate=not no_warmgate)
    except KeyboardInterrupt:
        complain("told to end before it was ready")
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        shutil.rmtree(work, ignore_errors=True)


def _serve(work: Path, port: int, time_scale: float, ending: _Ending, *, with_warmgate: bool) -> None:
    from warmgate_ops.rehearsal.cloud.local_cloud import CREDENTIALS, LocalCloud
    from warmgate_ops.rehearsal.stage import install_warmgate

    complain("the local cloud is starting")
    with LocalCloud.start(work, time_scale=time_scale, port=port) as running:
        if with_warmgate:
            install_warmgate(running)
        complain(
            f"export AWS_ENDPOINT_URL={running.endpoint_url} AWS_REGION={running.region} "
            f"AWS_DEFAULT_REGION={running.region} AWS_ACCESS_KEY_ID={CREDENTIALS['aws_access_key_id']} "
            f"AWS_SECRET_ACCESS_KEY={CREDENTIALS['aws_secret_access_key']}"
        )
        say(json.dumps(ready_line(running, with_warmgate=with_warmgate)))
        sys.stdout.flush()
        ending.wait()
        complain("ending")


def ready_line(running: LocalCloud, *, with_warmgate: bool) -> dict[str, Any]:
    """Return what is said once everything answers; what is not installed is null."""
    from warmgate_ops.rehearsal import stage

    names = {"before": stage.HOOK, "after": stage.AFTER_HOOK, "guard": stage.GUARD, "controller": stage.CONTROLLER}
    return {
        "endpoint_url": running.endpoint_url,
        "region": running.region,
        "account": running.account,
        "hooks": names if with_warmgate else dict.fromkeys(names),
        "bucket": stage.BUCKET if with_warmgate else None,
        "table": stage.TABLE if with_warmgate else None,
    }


class _Ending:
    """What SIGINT and SIGTERM do: they interrupt a start, and end the wait once everything answers."""

    def __init__(self) -> None:
        self._work: Path | None = None
        self._interrupts = False
        self._told = threading.Event()

    def begin(self, work: Path) -> None:
        """Interrupt what follows, until `wait`; the folder is removed even where the end is late."""
        self._work, self._interrupts = work, True
        if self._told.is_set():
            raise KeyboardInterrupt

    def wait(self) -> None:
        """Return when the cloud was told to end."""
        self._interrupts = False
        # Woken again and again: on some systems a wait without an end hears no signal.
        while not self._told.wait(_WAKE_S):
            pass

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        if self._told.is_set():
            return
        self._told.set()
        late = threading.Timer(LONGEST_END_S, self._end_at_once)
        late.daemon = True
        late.start()
        if self._interrupts:
            raise KeyboardInterrupt

    def _end_at_once(self) -> None:
        from warmgate_ops.rehearsal.cloud.lambda_runtime.child import kill_children

        kill_children()
        for _ in range(_TRIES):  # What still unpacks code may put a file into a folder that is being removed.
            if self._work is not None and self._work.exists():
                shutil.rmtree(self._work, ignore_errors=True)
        os._exit(0)
