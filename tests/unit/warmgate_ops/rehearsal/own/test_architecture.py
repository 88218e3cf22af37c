"""A function of another architecture is measured on this machine's, and that is said."""

from __future__ import annotations

import pytest

from warmgate_ops.rehearsal.own.architecture import other_architecture


@pytest.mark.parametrize(
    ("asked", "machine", "said"),
    [
        ("", "x86_64", ""),
        ("x86_64", "x86_64", ""),
        ("x86_64", "AMD64", ""),
        ("arm64", "aarch64", ""),
        ("arm64", "x86_64", "the function asks for arm64 and is measured on this machine's x86_64"),
        ("x86_64", "aarch64", "the function asks for x86_64 and is measured on this machine's arm64"),
    ],
)
def test_only_another_architecture_is_worth_a_line(asked: str, machine: str, said: str) -> None:
    """Lambda's names and Linux's names of one architecture are the same."""
    lines = other_architecture(asked, machine)

    assert len(lines) == bool(said)
    assert "".join(lines).startswith(said)
