"""Runs inside an environment by any Python from 3.9 on: AWS's runtime interface client on the paths that AWS sets."""

import json
import os
import sys
import time


def main(task: str = "", layers: str = "/opt", handler: str = "") -> None:
    """Serve calls of a handler until the emulator ends this process; behind a wrapper its variables say which."""
    task, handler = task or os.environ["LAMBDA_TASK_ROOT"], handler or os.environ["_HANDLER"]
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    sys.path[:1] = [task, f"{layers}/python/lib/{version}/site-packages", f"{layers}/python"]
    # A function that sets PYTHONPATH finds the runtime's own packages all the same.
    runtime = os.environ.get("LAMBDA_RUNTIME_DIR")
    if runtime and runtime not in sys.path:
        sys.path.append(runtime)
    # The emulator's limit: it counts init in, and ends long after the function's own.
    limit_ms = (int(os.environ.pop("AWS_LAMBDA_FUNCTION_TIMEOUT")) - OVERTIME_S) * 1000
    from awslambdaric import lambda_runtime_client as client
    from awslambdaric.__main__ import main as serve

    told = client.InvocationRequest

    class Request(told):  # type: ignore[misc, valid-type]
        """A request whose deadline counts from here, with the ARN that was called out of its client context."""

        def __init__(self, **members: object) -> None:
            members["deadline_time_in_ms"] = int(time.time() * 1000) + limit_ms
            heard = json.loads(str(members.get("client_context") or "{}"))
            members["client_context"] = heard.get("context")
            members["invoked_function_arn"] = heard.get("arn") or members.get("invoked_function_arn")
            members["x_amzn_trace_id"] = heard.get("trace") or members.get("x_amzn_trace_id")
            super().__init__(**members)

    client.InvocationRequest = Request
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        measure_restores(client.LambdaRuntimeClient)
    serve([sys.argv[0], handler])


def measure_restores(client: type) -> None:
    """Let a restore follow the snapshot at once, and write what its hooks take between two marks."""
    from awslambdaric import lambda_runtime_hooks_runner as hooks

    run_hooks = hooks.run_after_restore

    def run_after_restore() -> None:
        began_s = time.perf_counter()
        run_hooks()
        print(f"{MARK}{(time.perf_counter() - began_s) * 1000:.3f}", flush=True)

    hooks.run_after_restore = run_after_restore
    # The emulator knows no snapshots and would never answer.
    client.restore_next = lambda _: print(MARK, flush=True)  # type: ignore[attr-defined]


OVERTIME_S = 1000
"""As in `launch.py`, which is not seen where this runs."""
MARK = "\x1erestore"
"""As in `snapshots.py`."""

if __name__ == "__main__":
    main(*sys.argv[1:])
