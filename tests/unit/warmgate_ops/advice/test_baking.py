"""What `policy explain` says of a bake."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from typer.testing import CliRunner

from support.fakes.bake_world import BAKED
from warmgate.policy.values import Bake, Live, RollbackMode
from warmgate_ops.advice.baking import standing_of
from warmgate_ops.cli.main import app

DAY = Bake(minutes=24 * 60, every_minutes=5)


def test_it_says_what_is_found_how_soon() -> None:
    """In parts of so many minutes, by the test that judges."""
    standing = standing_of(BAKED, Bake(minutes=360))

    assert standing.says[0] == "judged in 120 parts of 3 min; nothing fails in less than 12 min"
    assert standing.says[1].startswith("live.errors.rate: 0.5 %: with 100 calls in 3 min, errors of ")
    assert standing.says[1].endswith(" from any time on stop it after 12 min or little more; smaller shares later")
    assert standing.warnings == ()


def test_it_warns_of_what_the_bake_cannot_do() -> None:
    """No limits, no way back, looks that find nothing new."""
    standing = standing_of(replace(BAKED, live=Live(), rollback=RollbackMode.VERIFY), DAY)

    assert standing.warnings == (
        "the policy sets no `live` limit: only memory is judged",
        "nothing is rolled back: write `mode: enforce` and `rollback: enforce`",
        "a part lasts 10 min: looks every 5m find nothing new",
    )


def test_the_command_prints_it(tmp_path: Path) -> None:
    """Beside the checks."""
    file = tmp_path / "policy.yaml"
    file.write_text("policy: x\nbake: {duration: 6h}\n")
    text = CliRunner().invoke(app, ["policy", "explain", str(file)]).stdout

    assert "bake 6h, a look every 10m\n    judged in 120 parts of 3 min" in text
    assert '"bake": {"says": [' in CliRunner().invoke(app, ["policy", "explain", str(file), "--json"]).stdout
