"""What every command does alike, asked of each command and option that the application has."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from unit.warmgate_ops.cli.commands import KEYS, ROOT, warmgate
from unit.warmgate_ops.cli.surface import COMMANDS, Parameter, Subcommand
from warmgate_ops.cli.main import app

PATHS = [(command, each) for command in COMMANDS for each in command.parameters if each.looks]
OUTPUTS = [(command, each) for command, each in PATHS if each.looks.startswith("output")]
INPUTS = [(command, each) for command, each in PATHS if not each.looks.startswith("output")]
IN_AN_ACCOUNT = [command for command in COMMANDS if command.parameter("region")]
CLI = ROOT / "scripts" / "warmgate_ops" / "cli"
POLICY = "policy: a\nlimits: {duration: {p95: 100ms}}\n"
WRONG = {
    "no region": (3, {"AWS_REGION": ""}, {}, "No region. Pass --region or set AWS_REGION."),
    "a region that is none": (2, {}, {"region": "eu west"}, "region: found eu west, expected one such as eu-"),
    "a region with capitals": (2, {"AWS_REGION": "EU-west-1"}, {}, "region: found EU-west-1, expected one such as eu-"),
    "a region of the default": (2, {"AWS_REGION": "", "AWS_DEFAULT_REGION": "x"}, {}, "region: found x, expected one"),
    "no profile": (3, {"AWS_PROFILE": "nope"}, {}, "The AWS profile nope was not found. Set AWS_PROFILE to one of"),
    "no scheme": (2, {}, {"endpoint_url": "localhost:4566"}, "--endpoint-url: found localhost:4566, expected an"),
    "a port that is none": (2, {}, {"endpoint_url": "http://a:99999"}, "--endpoint-url: found http://a:99999, exp"),
    "half an address": (2, {}, {"endpoint_url": "http://[::1"}, "--endpoint-url: found http://[::1, expected an"),
    "a variable": (2, {"AWS_ENDPOINT_URL": "a:1"}, {}, "AWS_ENDPOINT_URL: found a:1, expected an address"),
    "a service": (2, {"AWS_ENDPOINT_URL_LAMBDA": "a:1"}, {}, "AWS_ENDPOINT_URL_LAMBDA: found a:1, expected an addr"),
}
"""Exit code, changes of environment and options, and how the line begins."""
NO_PLACES = {
    "output_file": ["absent/out", "policy.yaml/out", "folder", "", "/proc/warmgate", "a" * 300],
    "output_folder": ["policy.yaml/out", "policy.yaml", "", "/proc/warmgate", "a" * 300],
}
PROFILE = "[profile shop]\nregion = x\n[profile local]\nregion = eu-central-1\nendpoint_url = localhost:4566\n"


def titled(value: Any) -> str | None:
    """Return the title of a test."""
    if isinstance(value, Subcommand):
        return "-".join(value.words)
    return value.name if isinstance(value, Parameter) else None


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a policy, where nothing of an account is known but its region."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "folder").mkdir()
    for name in ("AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (KEYS | {"AWS_CONFIG_FILE": str(tmp_path / "config")}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ended(line: list[str]) -> tuple[int, str]:
    """Return exit code and standard error of a command that has said nothing else."""
    result = CliRunner().invoke(app, line)
    assert result.stdout == ""
    return result.exit_code, result.stderr


def test_every_command_that_asks_an_account_is_looked_at() -> None:
    """The lists below are not empty by mistake."""
    assert {command.words for command in IN_AN_ACCOUNT} >= {
        ("check",),
        ("doctor",),
        ("release",),
        ("report",),
        ("why",),
    }
    assert all(command.parameter("endpoint_url") for command in IN_AN_ACCOUNT)
    assert {each.name for _, each in OUTPUTS} >= {"sarif", "output", "html", "junit", "json_file", "report_dir"}


@pytest.mark.parametrize("command", COMMANDS, ids=titled)
def test_every_path_is_looked_at(command: Subcommand) -> None:
    """An option that speaks of a file, a folder or samples has one of the functions that look at paths."""
    for each in command.parameters:
        speaks_of_one = re.search(r"\b(files?|folder|samples|template)\b", str(each.about.help), re.IGNORECASE)
        if speaks_of_one and each.is_text and each.name != "run":
            assert each.looks, each.name


@pytest.mark.parametrize("path", sorted(CLI.glob("*.py")), ids=lambda path: path.name)
def test_every_file_is_written_in_one_place(path: Path) -> None:
    """No command has a way of its own past the look at a path, but the page that GitHub wants to be added to."""
    calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    names = [call.attr for call in calls if isinstance(call, ast.Attribute)]

    writes = {"write_text", "write_bytes", "open"} & set(names)
    assert not writes or path.name in {"paths.py", "documents.py", "release.py"}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("command", IN_AN_ACCOUNT, ids=titled)
def test_an_account_that_is_not_named_well_is_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: Subcommand, wrong: str
) -> None:
    """What was found, what was expected, what to do: exit code 2 for what was written, 3 for what is not there."""
    code, environment, options, said = WRONG[wrong]
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    found, line = ended(account_call(command, **options))

    assert (found, line.count("\n")) == (code, 1), line
    assert line.startswith(said)


@pytest.mark.parametrize(("profile", "said"), [("shop", "region: found x, expected"), ("local", "")])
@pytest.mark.parametrize("command", IN_AN_ACCOUNT, ids=titled)
@pytest.mark.slow
def test_a_profile_is_looked_at_like_the_rest(folder: Path, command: Subcommand, profile: str, said: str) -> None:
    """Region and endpoint of a profile may be wrong too."""
    (folder / "config").write_text(PROFILE)
    environment = KEYS | {"AWS_REGION": "", "AWS_PROFILE": profile, "AWS_CONFIG_FILE": str(folder / "config")}

    done = warmgate(*account_call(command), folder=folder, **environment)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert done.stderr.startswith(said)
    assert "unforeseen" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", IN_AN_ACCOUNT, ids=titled)
def test_an_account_without_credentials_is_one_line(folder: Path, command: Subcommand) -> None:
    """Who asks must be known: what to do, exit code 3."""
    done = warmgate(*account_call(command), folder=folder, AWS_REGION="eu-central-1")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "No AWS credentials found. Run `aws sso login` or set AWS_PROFILE.\n"


def account_call(command: Subcommand, **given: str) -> list[str]:
    """Return a call that asks the account: a report is one of a deployment there."""
    return command.call(**({"subject": "d-ABCDEF123"} | given))


@pytest.mark.parametrize(
    ("command", "option", "place"),
    [(command, option, place) for command, option in OUTPUTS for place in NO_PLACES[option.looks]],
    ids=titled,
)
def test_what_cannot_be_written_is_told_before_anything_is_done(
    folder: Path, command: Subcommand, option: Parameter, place: str
) -> None:
    """One line with the name, exit code 2, no call of AWS and no result printed; and nothing is left behind."""
    code, line = ended(command.call(**{option.name: place}))

    assert (code, line.count("\n")) == (2, 1), line
    assert place in line
    assert sorted(path.name for path in folder.iterdir()) == ["folder", "policy.yaml"]


@pytest.mark.parametrize(("command", "option"), INPUTS, ids=titled)
def test_what_is_not_there_is_told_in_one_line(folder: Path, command: Subcommand, option: Parameter) -> None:
    """Its name and the system's word for it, exit code 2, from whatever option it comes."""
    result = CliRunner().invoke(app, command.call(**{"bucket": "", option.name: "absent"}))

    assert (result.exit_code, result.output.count("\n")) == (2, 1), result.output
    assert "absent" in result.output


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=titled)
def test_help_is_printed_in_any_encoding(folder: Path, command: Subcommand) -> None:
    """A terminal that knows ASCII alone is no reason to end."""
    done = warmgate(*command.words, "--help", folder=folder, PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "latin-1:strict"},
    ],
    ids=lambda each: next(iter(each)),
)
@pytest.mark.parametrize("words", ["policy validate", "doctor --template", "logs parse", "appspec check"])
def test_text_that_an_encoding_lacks_is_written_out(folder: Path, words: str, environment: dict[str, str]) -> None:
    """Names of files, resources and errors in any letters end no command."""
    (folder / "ł.yaml").write_text(TEXTS[words], encoding="utf-8")

    done = warmgate(*words.split(), "ł.yaml", folder=folder, **environment)

    assert "Traceback" not in done.stderr
    assert done.returncode in {0, 1}, done.stderr
    assert re.search(r"\\u0142|\\udcc5\\udc82", done.stdout)


HOOKED = "Type: AWS::Serverless::Function, Properties: {DeploymentPreference: {Type: AllAtOnce}}"
REPORT = """{"type": "platform.report", "record": {"requestId": "a", "status": "error", "errorType": "ł",
"metrics": {"durationMs": 1.0, "billedDurationMs": 2, "memorySizeMB": 128, "maxMemoryUsedMB": 30}}}""".replace("\n", "")
SPEC = """version: 0.0
Resources:
  - f: {Type: AWS::Lambda::Function, Properties: {Name: ł, Alias: live, CurrentVersion: "1", TargetVersion: "2"}}
"""
TEXTS = {
    "policy validate": POLICY,
    "doctor --template": f"Resources: {{ł: {{{HOOKED}}}}}\n",
    "logs parse": REPORT,
    "appspec check": SPEC,
}
