"""Python: AWS's runtime interface client in an environment that holds what Lambda's runtime holds, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from warmgate.errors import SettingsError
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.interpreters import interpreter
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.launch import Launch, NotHere, Places
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.python_environment import Interpreter, environment_of

_RUNTIME = re.compile(r"python(3\.(?:9|10|11|12|13|14))")
_BOOTSTRAP = Path(__file__).with_name("python_bootstrap.py")
_LANG, _RUNTIME_DIR, _SEEN_BOOTSTRAP = "/var/lang", "/var/runtime", "/var/rapid/bootstrap.py"


class Python:
    """Every managed Python that Lambda still runs, on an interpreter of this machine."""

    def serves(self, runtime: str) -> bool:
        """Return whether an identifier is one of these."""
        return _RUNTIME.fullmatch(runtime) is not None

    def why_not_here(self, runtime: str) -> NotHere | None:
        """Say where an interpreter was looked for in vain."""
        version = runtime.removeprefix("python")
        if interpreter(version) is not None:
            return None
        return NotHere(
            f"{runtime}: no Python {version} that runs was found on PATH, in the folders of pyenv, asdf, mise and uv, "
            "or by `uv python find`",
            f"install one, for example by `uv python install {version}` or `pyenv install {version}`",
        )

    def launch(self, runtime: str, handler: str, places: Places) -> Launch:
        """Return how to start the handler's module; makes the environment where it is the first of its version."""
        missing = self.why_not_here(runtime)
        version = runtime.removeprefix("python")
        program = interpreter(version)
        if missing is not None or program is None:
            raise SettingsError(missing.why if missing else runtime, hint=missing.hint if missing else "")
        made = environment_of(Interpreter(version, program))
        packages = made / "lib" / runtime / "site-packages"
        inside = places.sandboxed
        lang, runtime_dir = (_LANG, _RUNTIME_DIR) if inside else (str(made), str(packages))
        bootstrap = _SEEN_BOOTSTRAP if inside else str(_BOOTSTRAP)
        libraries = [f"{lang}/lib", "/lib64", "/usr/lib64", runtime_dir, f"{runtime_dir}/lib"]
        libraries += [places.task, f"{places.task}/lib", f"{places.layers}/lib"]
        return Launch(
            command=(f"{lang}/bin/{runtime}", bootstrap, places.task, places.layers, handler),
            variables={
                "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}",
                "LAMBDA_RUNTIME_DIR": runtime_dir,
                "LANG": "en_US.UTF-8",
                "LD_LIBRARY_PATH": ":".join(libraries),
                "PATH": f"{lang}/bin:/usr/local/bin:/usr/bin/:/bin:{places.layers}/bin",
                "PYTHONPATH": runtime_dir,
            },
            shown=(program.parents[1],),
            mounted={_LANG: made, _RUNTIME_DIR: packages, _SEEN_BOOTSTRAP: _BOOTSTRAP},
            compiles=(str(made / "bin" / runtime), "-m", "compileall", "-q"),
        )
