"""Documents for the tests of policies, and how they are read here."""

from __future__ import annotations

from pathlib import Path

import pytest

from warmgate.documents.place import LoadFile
from warmgate.errors import PolicyError
from warmgate.policy import parse_policy

ROOT = Path(__file__).parents[4]
DATA = ROOT / "tests" / "data" / "policies"


def file_in(folder: Path) -> LoadFile:
    """Return what reads the files of a folder."""
    return lambda name: (folder / name).read_text(encoding="utf-8")


def faults_of(text: str, load_file: LoadFile | None = None) -> list[str]:
    """Return the faults of a text as they are shown, without the name of the document."""
    with pytest.raises(PolicyError) as caught:
        parse_policy(text, "p", load_file)
    return [str(fault).removeprefix("p:") for fault in caught.value.faults]


def faults_below(lines: str, load_file: LoadFile | None = None) -> list[str]:
    """Return the faults of a policy that has a name and these lines from its second line on."""
    return faults_of(f"policy: x\n{lines}", load_file)
