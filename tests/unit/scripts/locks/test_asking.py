"""What is stored of a release is what pip read in a wheel that the lock names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from locks.asking import AskingError, ask
from locks.files import Pin, parse_pins
from locks.releases import parse_releases, render_releases
from locks.targets import LAMBDA, LINUX, Target
from unit.scripts.locks.cases import release, write_wheel

pytestmark = pytest.mark.slow
X86_3_12, ARM_3_11, ARM_3_12 = LINUX[1], LINUX[4], LINUX[5]

TAG = "cp312-abi3-manylinux2014_aarch64"


@pytest.fixture
def pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pin:
    """Give the pin of a wheel in a folder, which is all that pip can find."""
    settings = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    requires = ("b>=2", "c; extra == 'more'", "d; extra == 'less'", "e; python_version < '3.13'")
    return parse_pins(f"thing==1.0 --hash=sha256:{write_wheel(tmp_path, TAG, *requires)}")[0]


@pytest.mark.parametrize("target", [ARM_3_12, LAMBDA[0]], ids=str)
def test_what_a_release_requires_is_read(pinned: Pin, target: Target) -> None:
    """Whatever this Python is: markers are kept as they are, and of the extras those asked for."""
    found = ask(target, [pinned], {"thing": frozenset({"more"})})

    requires = ("b>=2", "c; extra == 'more'", "e; python_version < '3.13'")
    assert found == {
        "thing==1.0": release(*requires, python=">=3.8", extras=("more",), wheels=(f"thing-1.0-{TAG}.whl",))
    }
    assert parse_releases(render_releases(found)) == found


@pytest.mark.parametrize(
    ("version", "target", "sentence"),
    [
        ("1.0", ARM_3_12, "thing==1.0: pip found a wheel with the hash .*, expected one of its lock's hashes"),
        ("2.0", ARM_3_12, "Python 3.12 on Linux aarch64: .*thing==2.0"),
        ("1.0", ARM_3_11, "Python 3.11 on Linux aarch64: .*thing==1.0"),
        ("1.0", X86_3_12, "Python 3.12 on Linux x86_64: .*thing==1.0"),
    ],
    ids=["other bytes", "no such version", "not for this Python", "not for this processor"],
)
@pytest.mark.usefixtures("pinned")
def test_what_pip_cannot_tell_is_an_error(version: str, target: Target, sentence: str) -> None:
    """A wheel that is not the lock's, and no wheel for this machine, are never written down as known."""
    with pytest.raises(AskingError, match=sentence):
        ask(target, parse_pins(f"thing=={version} --hash=sha256:0"), {})
