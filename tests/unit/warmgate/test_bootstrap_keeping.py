"""What makes the keeper, and what the hooks do not import for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from warmgate.adapters.sdk import Clients
from warmgate.bootstrap_keeping import keeper_of
from warmgate.errors import SettingsError
from warmgate.settings import Settings
from warmgate_ops.rehearsal.packages import HOOKS


def test_a_keeper_without_a_table_is_none() -> None:
    """What runs must remember has nowhere to be."""
    with pytest.raises(SettingsError, match="WARMGATE_TABLE: found nothing"):
        keeper_of(Clients("http://127.0.0.1:9", "us-east-1"), Settings(policies=Path()))


def test_the_hooks_import_nothing_of_the_keeper() -> None:
    """Their cold start, for which a deployment waits, is as short as without it."""
    code = (
        "import sys, before_allow_traffic\n"
        "foreign = ('warmgate.keeping', 'warmgate.model.hours', 'zoneinfo')\n"
        "print([name for name in sys.modules if name.startswith(foreign)])"
    )
    where = {"PYTHONPATH": str(HOOKS), "AWS_DEFAULT_REGION": "us-east-1", "PATH": "/usr/bin"}
    found = subprocess.run([sys.executable, "-c", code], env=where, capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"
