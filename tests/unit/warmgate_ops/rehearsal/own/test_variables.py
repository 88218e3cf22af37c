"""Environment variables as they are given on the command line and in files."""

from __future__ import annotations

import pytest

from warmgate.errors import SettingsError
from warmgate_ops.rehearsal.own.variables import RESERVED, variables_given, variables_in


def test_a_value_may_hold_anything() -> None:
    """Only the first equals sign divides."""
    assert variables_given(["A=1", "B=x=y z", "C="]) == {"A": "1", "B": "x=y z", "C": ""}


def test_a_file_has_comments_quotes_and_exports() -> None:
    """What shells and docker read is read."""
    text = "\ufeff# of the shop\nexport TABLE=orders\n\nNAME = no\n".replace("NAME = no\n", "NAME=\"a b\"\nQ='x'\n")

    assert variables_in(text, ".env") == {"TABLE": "orders", "NAME": "a b", "Q": "x"}


@pytest.mark.parametrize("pair", ["TABLE", "=x", "1A=x", "A B=x", "_A=1"])
def test_what_is_no_pair_is_refused(pair: str) -> None:
    """Lambda takes names of letters, digits and underscores that begin with a letter."""
    with pytest.raises(SettingsError, match="expected KEY=VALUE"):
        variables_given([pair])


def test_a_line_of_a_file_is_named() -> None:
    """A fault says where it stands."""
    with pytest.raises(SettingsError, match=r"^\.env:2: found 'TABLE'"):
        variables_in("A=1\nTABLE\n", ".env")


@pytest.mark.parametrize("name", sorted(name for name in RESERVED if not name.startswith("_")))
def test_what_lambda_sets_itself_is_refused_as_lambda_does(name: str) -> None:
    """CreateFunction refuses reserved keys."""
    with pytest.raises(SettingsError, match=f"found {name}, which Lambda sets itself"):
        variables_given([f"{name}=x"])
