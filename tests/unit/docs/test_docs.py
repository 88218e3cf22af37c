"""The documentation names only what exists: commands, options, targets, policy keys, variables, links."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import typer.main
import yaml
from typer.testing import CliRunner

from warmgate.judge.limits.errors import RARE_CALLS, RARE_SHARE
from warmgate.judge.live.shares import RARE_LIVE_CALLS, ruled_out_live
from warmgate.model.figures import percent
from warmgate.policy import parse_policy
from warmgate.policy.spec_limits import NONE_MAY_FAIL
from warmgate_ops.cli.main import app

ROOT = Path(__file__).parents[3]
PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "policies" / "README.md"]
    if path.name != "CHANGELOG.md"
)
FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\s*(?:\$ )?warmgate (?P<line>[^\n#|]*)", re.MULTILINE)
INLINE_COMMAND = re.compile(r"`warmgate (?P<line>[a-z][^`]*)`")
LINK = re.compile(r"\]\((?P<href>[^)#\s]+)(?:#[^)]*)?\)")


def page_id(page: Path) -> str:
    """Return the page's path in the project."""
    return str(page.relative_to(ROOT))


@cache
def command_options() -> dict[tuple[str, ...], set[str]]:
    """Return every command of the tool with its options."""
    found: dict[tuple[str, ...], set[str]] = {}

    def walk(command: object, path: tuple[str, ...]) -> None:
        options = {name for parameter in getattr(command, "params", []) for name in parameter.opts}
        found[path] = options | {"--help"}
        for name, child in getattr(command, "commands", {}).items():
            walk(child, (*path, name))

    walk(typer.main.get_command(app), ())
    return found


def commands_in(page: Path) -> list[str]:
    """Return the command lines of `warmgate` that a page shows."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    blocks = "\n".join(
        match["body"] for match in FENCE.finditer(text) if match["language"] in {"console", "sh", "bash"}
    )
    prose = FENCE.sub("", text)
    return [match["line"] for match in [*COMMAND.finditer(blocks), *INLINE_COMMAND.finditer(prose)]]


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_command_and_option_exists(page: Path) -> None:
    """A page shows no command line that the tool would not take."""
    for line in commands_in(page):
        words = line.split()
        path: tuple[str, ...] = ()
        while words and (*path, words[0]) in command_options():
            path = (*path, words.pop(0))
        assert path, f"{page_id(page)}: no such command: warmgate {line}"
        options = {word.split("=")[0] for word in words if word.startswith("--")}
        assert options <= command_options()[path], f"{page_id(page)}: warmgate {line}"


VALIDATED = re.compile(r"^\$ warmgate policy validate (?P<files>[^\n]+)\n(?P<said>(?:(?!\$ )[^\n]+\n)+)", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_what_validate_prints_is_what_a_page_shows(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Warnings included: a reader who sees another line than the page has stopped trusting it."""
    monkeypatch.chdir(ROOT)
    for block in FENCE.finditer(page.read_text(encoding="utf-8")):
        for shown in VALIDATED.finditer(block["body"]):
            result = CliRunner().invoke(app, ["policy", "validate", *shown["files"].split()])
            assert result.stdout == shown["said"]


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_make_target_exists(page: Path) -> None:
    """A page names no target that the Makefile lacks."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", page.read_text())) | set(
        re.findall(r"^\$ make ([a-z-]+)", page.read_text(), re.MULTILINE)
    )
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_link_leads_somewhere(page: Path) -> None:
    """Links inside the project resolve."""
    for match in LINK.finditer(FENCE.sub("", page.read_text())):
        if "://" not in match["href"]:
            assert (page.parent / match["href"]).exists(), f"{page_id(page)}: {match['href']}"


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_policy_shown_is_valid(page: Path) -> None:
    """A YAML block that begins a policy can be used as it stands."""
    for match in FENCE.finditer(page.read_text()):
        if match["language"] == "yaml" and re.search(r"^policy:", match["body"], re.MULTILINE):
            parse_policy(match["body"], page_id(page), lambda _name: "{}")


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_policy_key_named_exists(page: Path) -> None:
    """Dotted policy paths in prose (`warm.environments`) are keys of the schema."""
    schema = yaml.safe_load((ROOT / "policies" / "schema.json").read_text())
    for section, key in re.findall(
        r"`(warm|limits|compare|live|when|budget)\.([a-z_]+)", FENCE.sub("", page.read_text())
    ):
        properties = schema["properties"][section]
        if "$ref" in properties:
            properties = schema["$defs"][properties["$ref"].rsplit("/", 1)[-1]]
        assert key in properties["properties"], f"{page_id(page)}: {section}.{key}"


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_variable_named_exists(page: Path) -> None:
    """Environment variables in the documentation are read somewhere."""
    source = "\n".join(
        path.read_text() for folder in ("hooks", "scripts", "tests") for path in (ROOT / folder).rglob("*.py")
    )
    for name in set(re.findall(r"WARMGATE_[A-Z_]+", page.read_text())):
        assert name in source, f"{page_id(page)}: {name}"


def test_the_product_speaks_of_itself_alone() -> None:
    """No path of a machine stands in the documentation."""
    for page in PAGES:
        assert not re.search(r"/(home|root|work|Users)/", page.read_text()), page_id(page)


def test_every_command_is_documented() -> None:
    """The reference of the command line leaves no command out."""
    text = (ROOT / "docs" / "reference" / "command-line.md").read_text()
    leaves = [
        path for path in command_options() if path and not any(p[: len(path)] == path != p for p in command_options())
    ]

    assert all(f"## `warmgate {' '.join(path)}`" in text for path in leaves), leaves


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "docs/tutorial/first-policy.md",
        "docs/explanation/verdicts.md",
        "docs/reference/policy.md",
        "policies/README.md",
        "policies/schema.json",
    ],
)
def test_what_none_means_is_said_in_one_sentence(page: str) -> None:
    """Every page that explains an error rate of 0 % has the same sentence, and no other."""
    text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    assert NONE_MAY_FAIL in text
    assert "lets none fail" not in text


def test_what_none_means_has_the_numbers_of_the_judge() -> None:
    """Calls and shares in the sentences are the constants by which it is judged."""
    assert f"none of {RARE_CALLS - 1} other calls: at most {percent(RARE_SHARE)}" in NONE_MAY_FAIL
    live = (ROOT / "docs" / "explanation" / "live-traffic.md").read_text(encoding="utf-8")
    reference = (ROOT / "docs" / "reference" / "policy.md").read_text(encoding="utf-8")
    for text in (live, reference):
        assert f"{RARE_LIVE_CALLS} calls or more" in text
        assert f"at most {percent(ruled_out_live(0.0))}" in text
