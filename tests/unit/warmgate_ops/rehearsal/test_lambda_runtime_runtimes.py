"""Each runtime identifier has a family that says how it starts here, or why it cannot and what to do."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from warmgate.errors import SettingsError
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes import interpreters
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.interpreters import interpreter
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.launch import Launch, Places
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.registry import family_of, why_not_here
from warmgate_ops.rehearsal.cloud.lambda_runtime.starting import wrapped

OWN = "{}.{}".format(*sys.version_info[:2])


@pytest.mark.parametrize(
    ("runtime", "words"),
    [
        ("java21", "java21 (Java) is not rehearsable here"),
        ("dotnet8", "dotnet8 (.NET) is not rehearsable here"),
        ("ruby3.4", "ruby3.4 (Ruby) is not rehearsable here"),
        ("python3.8", "python3.8 (Python) is not rehearsable here"),
        ("", "a container image is not rehearsable here"),
        ("cobol", "'cobol' is no runtime identifier"),
        ("provided.al1", "provided.al1 is no runtime of AWS"),
    ],
)
def test_what_cannot_be_rehearsed_is_said_with_what_to_do(runtime: str, words: str) -> None:
    """Before anything is started, and again where somebody starts it all the same."""
    found = why_not_here(runtime)

    assert found is not None
    assert words in found.why
    assert found.hint


def test_a_runtime_that_is_not_rehearsed_is_not_started() -> None:
    """Whoever did not ask gets an error of ours."""
    with pytest.raises(SettingsError, match="Java"):
        family_of("java21").launch("java21", "Main::handle", Places())


def test_a_custom_runtime_starts_its_bootstrap_with_the_handler_last() -> None:
    """The emulator takes the last argument for the handler."""
    started = family_of("provided.al2023").launch("provided.al2023", "some.handler", Places())

    assert (started.command[0], started.command[-1]) == ("/bin/sh", "some.handler")
    assert f'AWS_LAMBDA_RUNTIME_API="${started.relay_variable}"' in started.command[2]


def test_a_wrapper_gets_interpreter_and_program_and_the_emulator_the_handler() -> None:
    """A managed runtime starts behind what its function names, a custom one as ever; nothing is wrapped unasked."""
    managed = Launch(
        command=("/var/lang/bin/python3.12", "/var/rapid/bootstrap.py", "/var/task", "/opt", "app.handler")
    )
    custom = Launch(command=("/bin/sh", "bootstrap"), relay_variable="_RELAY")
    named = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"}
    command = wrapped(managed, named)

    assert (command[0], command[3:5], command[-1]) == ("/bin/sh", ("/opt/wrapper", managed.command[0]), "app.handler")
    assert command[2].endswith('exec "$0" "$1" "$2"')
    assert wrapped(custom, named) == custom.command
    assert wrapped(managed, {}) == managed.command


def test_the_python_that_runs_this_is_found_outside_of_its_environment() -> None:
    """A virtual environment's packages would be seen by functions."""
    found = interpreter(OWN)

    assert found is not None
    assert found.is_relative_to(sys.base_prefix)
    assert why_not_here(f"python{OWN}") is None


def test_a_shim_that_runs_nothing_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The candidate is run, and the folders of version managers are looked into behind PATH."""
    shims, managed = tmp_path / "shims", tmp_path / "pyenv" / "versions" / "3.8.7" / "bin"
    for folder, text in ((shims, "exit 127"), (managed, f"printf '3.8\\n{managed.parent}\\n'")):
        folder.mkdir(parents=True)
        (folder / "python3.8").write_text(f"#!/bin/sh\n{text}\n")
        (folder / "python3.8").chmod(0o755)
    monkeypatch.setenv("PATH", f"{shims}{os.pathsep}/usr/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    interpreters.interpreter.cache_clear()

    assert interpreter("3.8") == managed / "python3.8"
    interpreters.interpreter.cache_clear()


def test_a_python_that_is_missing_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it was looked for, and a command that installs it."""
    monkeypatch.setattr("warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.python.interpreter", lambda version: None)
    found = why_not_here("python3.14")

    assert found is not None
    assert "python3.14: no Python 3.14" in found.why
    assert "uv python install 3.14" in found.hint
