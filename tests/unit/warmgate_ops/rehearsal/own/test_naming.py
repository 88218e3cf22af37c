"""The name that a user's function has in reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from warmgate_ops.rehearsal.own.naming import is_javascript, name_for, safe_name


@pytest.mark.parametrize(
    ("baseline", "candidate", "name"),
    [
        ("prints/v1", "prints/v2", "prints"),
        ("old/orders/src", "new/orders/src", "orders"),
        ("shop-before", "shop", "shop"),
        ("orders", "orders", "orders"),
    ],
)
def test_a_function_is_called_as_its_folder(tmp_path: Path, baseline: str, candidate: str, name: str) -> None:
    """Folders that only tell versions apart, or that every project has, name nothing."""
    assert name_for(tmp_path / baseline, tmp_path / candidate) == name


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("my app (2)", "my-app-2"),
        ("warmgate-x", "own-warmgate-x"),
        ("CodeDeployHook_y", "own-CodeDeployHook_y"),
        ("...", "function"),
        ("a" * 80, "a" * 60),
    ],
)
def test_a_name_is_one_that_lambda_takes_and_none_of_ours(given: str, name: str) -> None:
    """Warmgate's own functions are known by how their names begin."""
    assert safe_name(given) == name


@pytest.mark.parametrize(("file", "said"), [("src/app.mjs", True), ("src/app.cjs", True), ("src/app.py", False)])
def test_the_handlers_file_says_the_language(tmp_path: Path, file: str, said: bool) -> None:
    """Where nobody names a runtime."""
    (tmp_path / "src").mkdir()
    (tmp_path / file).write_text("", encoding="utf-8")

    assert is_javascript(tmp_path, "src/app.api.handler") is said
