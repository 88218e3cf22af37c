"""What a page shows below a command is what the command prints, or the block says why nobody ran it here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from support.cold_worlds.log_events import exported
from support.cold_worlds.worlds import ordinary
from support.warm_week import Traffic, World
from warmgate_ops.cli.main import app
from warmgate_ops.cold_starts.keeping.recorded import line_of

ROOT = Path(__file__).parents[3]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md"), ROOT / "policies" / "README.md"]
)
BLOCK = re.compile(
    r"(?:^<!-- needs (?P<needs>[a-z ]+) -->\n)?^ *```console\n(?P<body>.*?)^ *```", re.MULTILINE | re.DOTALL
)
MARKED = {"an account": 9, "a rehearsal": 1, "a local runtime": 1}
"""Blocks that cannot be run here, by what they need: a mark is a claim, and their number is no accident."""
LOG = (
    "REPORT RequestId: 8f507cfc-2f86-4b1c-9f0a-1e2d3c4b5a69\tDuration: 12.34 ms\tBilled Duration: 13 ms\t"
    "Memory Size: 128 MB\tMax Memory Used: 30 MB\n"
)


def _appspec(folder: Path) -> None:
    line = "appspec new --function checkout-api --alias live --from 6 --to 7 --after '' --output"
    CliRunner().invoke(app, [*shlex.split(line), str(folder / "appspec.yaml")], catch_exceptions=False)


def _examples(folder: Path) -> None:
    (folder / "examples").symlink_to(ROOT / "examples")


def _week(folder: Path) -> None:
    calls = World(seed=1).run(Traffic(seed=1))
    (folder / "calls.jsonl").write_text("\n".join(map(line_of, calls)), encoding="utf-8")


def _kept(folder: Path) -> None:
    keep = 'keep_warm: {environments: 3, only: "Mon-Fri 07:30-19:00 Europe/Berlin"}'
    (folder / "checkout.yaml").write_text(f"policy: checkout\nlimits: {{errors: {{rate: any}}}}\n{keep}\n")


def _quote(folder: Path) -> None:
    """Write the function that the page on cold starts shows."""
    page = (ROOT / "docs" / "how-to" / "shorten-cold-starts.md").read_text(encoding="utf-8")
    (folder / "src").mkdir()
    for language, name in (("yaml", "template.yaml"), ("python", "src/app.py")):
        found = re.search(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
        assert found is not None
        (folder / name).write_text(found[1])


def _cold_starts(folder: Path) -> None:
    (folder / "checkout.log").symlink_to(ROOT / "tests" / "data" / "cold_starts" / "checkout.log")


PREPARED: dict[str, Callable[[Path], object]] = {
    "policy validate examples/prints/policy.yaml": _examples,
    "appspec check appspec.yaml --json": _appspec,
    "warm plan --function checkout-api --alias live --keep 'Mon-Fri 06:00-18:00 Europe/Berlin = 3, else 1'"
    " --calls calls.jsonl --runtime python3.13 --architecture arm64": _week,
    "policy explain checkout.yaml": _kept,
    "cold advise --template template.yaml --inspect-package": _quote,
    "cold find checkout.log --over 800ms": _cold_starts,
    "cold explain events.json --function checkout-api": lambda folder: (folder / "events.json").write_text(
        exported(ordinary(Random(0)).known().calls)
    ),
    "logs parse function.log --json": lambda folder: (folder / "function.log").write_text(LOG),
}
"""What lies in the reader's folder before a command that a page shows with its output."""


def shown() -> list[tuple[str, str, str, str]]:
    """Return page, need, command and output of every command below which a page shows an output."""
    return [
        (str(page.relative_to(ROOT)), block["needs"] or "", command, output)
        for page in PAGES
        for block in BLOCK.finditer(page.read_text(encoding="utf-8"))
        for command, output in _commands(block["body"])
        if output
    ]


def _commands(body: str) -> list[tuple[str, str]]:
    parts = re.split(r"^ *\$ ", body.replace("\\\n", " "), flags=re.MULTILINE)[1:]
    cut = [part.partition("\n") for part in parts]
    lines = [(command, [line for line in below.splitlines() if not line.startswith("> ")]) for command, _, below in cut]
    return [(command, "\n".join(output).strip()) for command, output in lines]


@pytest.mark.parametrize(("page", "command", "output"), [(page, *rest) for page, needs, *rest in shown() if not needs])
def test_a_command_prints_what_the_page_shows(
    page: str, command: str, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run in a folder as the reader's, the command prints these lines and no others."""
    line = command.removeprefix("warmgate ")
    assert line in PREPARED, f"{page}: nobody runs `{command}`: prepare it here, or mark the block with what it needs"
    PREPARED[line](tmp_path)
    monkeypatch.chdir(tmp_path)

    assert CliRunner().invoke(app, shlex.split(line)).output.strip() == output


def test_what_nobody_ran_is_marked_and_counted() -> None:
    """Each mark stands above a block, and there are as many as there were when somebody last looked."""
    needs = [block["needs"] for page in PAGES for block in BLOCK.finditer(page.read_text(encoding="utf-8"))]
    marks = sum(len(re.findall(r"^<!-- needs ", page.read_text(encoding="utf-8"), re.MULTILINE)) for page in PAGES)

    assert {need: needs.count(need) for need in needs if need} == MARKED
    assert marks == sum(MARKED.values())
