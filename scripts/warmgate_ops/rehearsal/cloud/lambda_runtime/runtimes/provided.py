"""Custom runtimes: the package or a layer brings its own bootstrap, a program for Amazon Linux."""

from __future__ import annotations

from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.launch import Launch, NotHere, Places

RUNTIMES = ("provided.al2023", "provided.al2", "provided")
_RELAY = "_RELAY"
_TOLD = f'export AWS_LAMBDA_RUNTIME_API="${_RELAY}"; unset {_RELAY} AWS_LAMBDA_FUNCTION_TIMEOUT\n'
_FIRST_OF = 'for each in "$LAMBDA_TASK_ROOT" "$0"; do [ -x "$each/bootstrap" ] && exec "$each/bootstrap"; done\n'
_NONE = 'echo "Runtime.InvalidEntrypoint: no executable file bootstrap in $LAMBDA_TASK_ROOT or $0" >&2; exit 1'


class Provided:
    """`provided.*`: the file `bootstrap`."""

    def serves(self, runtime: str) -> bool:
        """Return whether an identifier is one of these."""
        return runtime.startswith("provided")

    def why_not_here(self, runtime: str) -> NotHere | None:
        """Return None: what the package brings is tried."""
        if runtime in RUNTIMES:
            return None
        return NotHere(f"{runtime} is no runtime of AWS", f"name one of {', '.join(RUNTIMES)}")

    def launch(self, runtime: str, handler: str, places: Places) -> Launch:  # noqa: ARG002 - as the protocol
        """Return how to start the package's bootstrap, else a layer's."""
        path, task, layers = "/usr/local/bin:/usr/bin/:/bin:/opt/bin", places.task, places.layers
        return Launch(
            command=("/bin/sh", "-c", _TOLD + _FIRST_OF + _NONE, layers, handler),
            variables={
                "LANG": "en_US.UTF-8",
                "PATH": path,
                "LD_LIBRARY_PATH": f"/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:{task}:{task}/lib:{layers}/lib",
                "LAMBDA_RUNTIME_DIR": "/var/runtime",
            },
            relay_variable=_RELAY,
        )
