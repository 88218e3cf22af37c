"""`warmgate policy validate`: what it prints and how it exits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generate.schema import policy_schema
from unit.warmgate.policy.documents import DATA, ROOT
from warmgate_ops.cli.main import app


def validate(*arguments: str | Path, standard_input: bytes = b"") -> tuple[int, list[str]]:
    """Return the exit code and the lines of a run."""
    result = CliRunner().invoke(app, ["policy", "validate", *map(str, arguments)], input=standard_input)
    return result.exit_code, result.stdout.splitlines()


def test_valid_policies_are_ok() -> None:
    """One line a file; payload files are read beside the policy."""
    files = [DATA / "checkout.yaml", ROOT / "policies" / "default.yaml"]

    code, lines = validate(*files)
    assert code == 0
    assert [line for line in lines if not line.startswith("  ! ")] == [f"{file}: ok" for file in files]


def test_what_a_valid_policy_cannot_know_is_a_warning() -> None:
    """It can be used; the reader is told what it will not tell him."""
    text = b"policy: x\nwarm: {environments: 10}\nlimits: {duration: {p99: 1s}}\nbudget: {invocations: 120}\n"
    code, lines = validate("-", standard_input=text)
    assert (code, lines[0]) == (0, "-: ok")
    assert any("80 measured calls can never pass p99" in line for line in lines[1:])


def test_one_faulty_policy_fails_the_run(tmp_path: Path) -> None:
    """Every fault is printed with file and line, and valid files are still told."""
    faulty = tmp_path / "a.yaml"
    faulty.write_text("policy: a\nmode: no\nwarm: {rounds: x}\n")
    code, lines = validate(faulty, DATA / "checkout.yaml")

    assert code == 2
    assert lines[0] == f"{faulty}:2 mode: found no, expected enforce or observe; write one of enforce, observe"
    assert [line.split(": found")[0] for line in lines[1:] if not line.startswith("  ! ")] == [
        f"{faulty}:3 warm.rounds",
        f"{DATA / 'checkout.yaml'}: ok",
    ]


def test_json_has_one_object_a_file(tmp_path: Path) -> None:
    """Name or faults, for another program."""
    faulty = tmp_path / "a.yaml"
    faulty.write_text("policy: 1")
    code, lines = validate("--json", DATA / "checkout.yaml", faulty)

    assert code == 2
    first, second = map(json.loads, lines)
    assert first.pop("warnings")
    assert first == {"file": str(DATA / "checkout.yaml"), "valid": True, "policy": "checkout-api", "errors": []}
    assert (second["valid"], second["policy"], len(second["errors"])) == (False, None, 1)
    assert second["errors"][0].startswith(f"{faulty}:1 policy: found number 1")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, ": cannot be read: No such file or directory"),
        (b"policy: a\nmode: \xff", ":2 file: found a byte 0xff, expected UTF-8; save it as UTF-8"),
        ("policy: a\n".encode("utf-16"), " file: found UTF-16, expected UTF-8; save it as UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_wrong_input(tmp_path: Path, content: bytes | None, reason: str) -> None:
    """It is told as an error of its own: what was found and what to do."""
    path = tmp_path / "a.yaml"
    if content is not None:
        path.write_bytes(content)
    code, lines = validate(path)

    assert code == 2
    assert lines[0].startswith(f"{path}{reason}")


def test_standard_input_can_be_checked() -> None:
    """A dash stands for standard input."""
    assert validate("-", standard_input=b"policy: x") == (0, ["-: ok"])


def test_a_document_of_another_tool_is_one_fault_and_a_policy(tmp_path: Path) -> None:
    """What is printed below the fault can be saved, and validates."""
    flagger = ROOT / "tests" / "data" / "foreign" / "flagger.yaml"
    code, lines = validate(flagger)
    assert code == 2
    assert lines[0] == (
        f"{flagger}:1 document: found Flagger's Canary, expected a policy;"
        " begin with the policy that `warmgate policy validate` prints for it"
    )
    saved = tmp_path / "warmgate.yaml"
    saved.write_text("\n".join(lines[1:]))
    assert validate(saved)[1][0] == f"{saved}: ok"

    record = json.loads(validate("--json", flagger)[1][0])
    assert (len(record["errors"]), record["proposal"].splitlines()) == (1, lines[1:])


def test_other_commands_name_it_too() -> None:
    """Whatever reads a policy says what stands there instead of one."""
    flagger = ROOT / "tests" / "data" / "foreign" / "flagger.yaml"
    result = CliRunner().invoke(app, ["policy", "explain", str(flagger)])

    assert result.exit_code == 2
    assert "found Flagger's Canary, expected a policy" in result.output


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    """A payload file may not be a way to any other file."""
    (tmp_path / "secret.json").write_text("1")
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "quote.json").symlink_to(tmp_path / "secret.json")
    (folder / "a.yaml").write_text("policy: a\nprobes: [{name: a, payload_file: quote.json}]")
    code, lines = validate(folder / "a.yaml")

    assert code == 2
    assert "quote.json (a link that leads out of the policy's folder)" in lines[0]


def test_the_schema_is_that_of_this_version_and_has_a_name() -> None:
    """What an editor reads is what the parser was made from, and nothing is fetched for its name."""
    result = CliRunner().invoke(app, ["policy", "schema"])

    assert result.exit_code == 0
    assert json.loads(result.stdout) == policy_schema()
    assert policy_schema()["$id"] == "urn:warmgate:policy"
