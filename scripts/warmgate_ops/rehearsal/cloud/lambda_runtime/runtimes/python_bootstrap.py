"""Runs inside an environment by any Python from 3.9 on: AWS's runtime interface client on the paths that AWS sets."""

import os
import sys
import time


def main(task: str, layers: str, handler: str) -> None:
    """Serve calls of a handler until the emulator ends this process."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    sys.path[:1] = [task, f"{layers}/python/lib/{version}/site-packages", f"{layers}/python"]
    # The emulator's limit: it counts init in, and ends long after the function's own.
    limit_ms = (int(os.environ.pop("AWS_LAMBDA_FUNCTION_TIMEOUT")) - OVERTIME_S) * 1000
    from awslambdaric import lambda_runtime_client as client
    from awslambdaric.__main__ import main as serve

    told = client.InvocationRequest

    class Request(told):  # type: ignore[misc, valid-type]
        """A request whose deadline counts from here."""

        def __init__(self, **members: object) -> None:
            members["deadline_time_in_ms"] = int(time.time() * 1000) + limit_ms
            super().__init__(**members)

    client.InvocationRequest = Request
    serve([sys.argv[0], handler])


OVERTIME_S = 1000
"""As in `launch.py`, which is not seen where this runs."""

if __name__ == "__main__":
    main(*sys.argv[1:])
