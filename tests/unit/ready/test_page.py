"""What the guide on deferring shows is what the packages do: its code runs, its lines have the fields of real ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from unit.ready.test_warming import Context
from warmgate.policy import parse_policy
from warmgate_ready import deferred, warming

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "how-to" / "defer-initialisation.md"
PAGE = GUIDE.read_text(encoding="utf-8")
READMES = {"python": ROOT / "ready" / "python" / "README.md", "guide": GUIDE}


def blocks(language: str, text: str = PAGE) -> list[str]:
    """Return the blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the page's code run in an environment of its own."""
    monkeypatch.setattr(deferred, "_items", [])
    monkeypatch.setattr(deferred, "_modules", {})
    monkeypatch.setattr(warming, "_calls", [0])
    monkeypatch.delenv("AWS_LAMBDA_INITIALIZATION_TYPE", raising=False)


@pytest.mark.parametrize("where", READMES)
def test_the_code_runs(where: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A quote is served without pandas, which nothing has imported."""
    (code,) = blocks("python", READMES[where].read_text(encoding="utf-8"))
    names: dict[str, Any] = {
        "load_rates": lambda: {"EUR": 1.0},
        "connect": lambda: "connection",
        "quote": lambda *used: used,
    }
    exec(compile(code, where, "exec"), names)
    handler: Callable[..., Any] = names["handler"]

    assert handler({"kind": "quote"}, Context())[:2] == ({"kind": "quote"}, {"EUR": 1.0})
    lines = [json.loads(line)["warmgate_ready"] for line in capsys.readouterr().out.splitlines()]
    assert lines
    assert "pandas" not in {line["name"] for line in lines}
    assert {frozenset(line) for line in lines} == {frozenset({"name", "ms", "phase"})}


def test_the_lines_and_answers_have_these_fields(capsys: pytest.CaptureFixture[str]) -> None:
    """A load's line, and the answer to a ping."""
    line, answer = (json.loads(block) for block in blocks("json"))
    assert deferred.module("json").dumps
    said = json.loads(capsys.readouterr().out)

    assert said["warmgate_ready"].keys() == line["warmgate_ready"].keys()
    assert warming.warmed({}, Context()).keys() == answer.keys()


def test_the_policy_is_one() -> None:
    """Both limits stand where they are read."""
    (text,) = blocks("yaml")
    policy = parse_policy(f"policy: page\n{text}", "page.yaml")

    assert policy.limits.first_response
    assert policy.compare.first_response
