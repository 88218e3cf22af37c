"""A user's own program that makes what a function needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from warmgate.errors import SettingsError
from warmgate_ops.rehearsal.own.preparing import run_setup

pytestmark = pytest.mark.slow


def test_it_finds_the_local_cloud_and_the_names_of_the_function_in_its_environment(tmp_path: Path) -> None:
    """The SDK needs no more than these, and no name is written twice."""
    program = tmp_path / "setup.py"
    program.write_text(
        f"import os, pathlib\nsaid = os.environ['AWS_ENDPOINT_URL'] + ' ' + os.environ['TABLE_NAME']\n"
        f"pathlib.Path({str(tmp_path / 'said')!r}).write_text(said)\n",
        encoding="utf-8",
    )
    run_setup(program, "http://127.0.0.1:1", {"TABLE_NAME": "orders", "AWS_ENDPOINT_URL": "http://elsewhere"})

    assert (tmp_path / "said").read_text(encoding="utf-8") == "http://127.0.0.1:1 orders"


def test_what_it_said_is_told_where_it_fails(tmp_path: Path) -> None:
    """Nothing is rehearsed on a cloud that is half prepared."""
    program = tmp_path / "setup.py"
    program.write_text("raise SystemExit('no such table')\n", encoding="utf-8")

    with pytest.raises(SettingsError, match="exit status 1, expected 0:\nno such table"):
        run_setup(program, "http://127.0.0.1:1", {})
