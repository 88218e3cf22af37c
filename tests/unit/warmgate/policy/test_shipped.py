"""The bundled policies can be used, and what is generated beside them is what the generator writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from generate.__main__ import ROOT, generated, main, outdated
from generate.reference import SHIPPED
from generate.schema import policy_schema, schema_of
from unit.warmgate.policy.documents import DATA, file_in
from warmgate.policy import parse_policy
from warmgate.policy.kinds import Kind
from warmgate.policy.rules import fewest_invocations

POLICIES = sorted((ROOT / "policies").glob("*.yaml"))
SCHEMA = Draft202012Validator(policy_schema())


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_a_bundled_policy_can_be_used(path: Path) -> None:
    """It has no fault, fits the schema, names it for editors, and has the name of its file."""
    text = path.read_text(encoding="utf-8")
    policy = parse_policy(text, path.name, file_in(path.parent))

    assert policy.name == path.stem
    assert text.startswith("# yaml-language-server: $schema=./schema.json\n# ")
    assert list(SCHEMA.iter_errors(yaml.safe_load(text))) == []
    assert policy.budget.invocations > fewest_invocations(policy.warm, policy.limits, policy.compare)


def test_every_bundled_policy_is_introduced() -> None:
    """The README has a line for each policy, and for no other."""
    assert sorted(SHIPPED) == [path.stem for path in POLICIES]


def test_the_default_policy_knows_nothing_of_the_function() -> None:
    """It compares durations, and sets none in milliseconds."""
    policy = parse_policy((ROOT / "policies" / "default.yaml").read_text(), "default.yaml")

    assert policy.limits.duration == ()
    assert policy.compare.duration is not None
    assert policy.match == ()


@pytest.mark.parametrize("name", sorted(generated()))
def test_a_generated_file_is_what_the_generator_writes(name: str) -> None:
    """Run `python -m generate` after a change of the table of keys."""
    assert (ROOT / name).read_text(encoding="utf-8") == generated()[name]


def test_the_generator_writes_checks_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` fails until the files are written; any other word is wrong usage."""
    assert main(["--check"], tmp_path) == 1
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    assert outdated(tmp_path) == []
    assert main(["--write"], tmp_path) == 2

    assert "policies/schema.json: out of date" in capsys.readouterr().err


def test_the_schema_is_a_schema() -> None:
    """It follows its own dialect, and describes every property."""
    Draft202012Validator.check_schema(policy_schema())

    assert list(SCHEMA.iter_errors(yaml.safe_load((DATA / "checkout.yaml").read_text()))) == []
    assert policy_schema()["properties"]["warm"]["properties"]["rounds"]["description"].startswith("Warm calls")


@pytest.mark.parametrize(
    "lines",
    [
        "known_bad: {}",
        "mode: observed",
        "limits: {init: {p95: 250}}",
        "limits: {init: {p95: 2m}}",
        "store_payloads: 1",
        "limits: {init: {p100: 1s}}",
        "limits: {init: {}}",
        "limits: {errors: {rate: 0}}",
        "live: {errors: {rate: any}}",
        "live: {duration: {p50: 1.2x, p95: 1.2x}}",
        "compare: {duration: {basis: p95}}",
        "warm: {environments: 0}",
        "warm: {environments: true}",
        "keep_warm: {environments: 5, every: 7m}",
        "keep_warm: {environments: 5, only: 07:30-19:00}",
        "bake: {duration: 90s}",
        "bake: {every: 10m}",
        "budget: {seconds: 0}",
        "match: [{}]",
        "probes: [{}]",
        "probes: [{name: a, payload: 1, payload_file: b.json}]",
        "probes: [{name: a, payload_file: ../b.json}]",
        "probes: [{name: a, expect: {jmespath: ' '}}]",
    ],
)
def test_an_editor_marks_what_the_parser_refuses(lines: str) -> None:
    """Faults of form are faults of the schema too."""
    assert list(SCHEMA.iter_errors(yaml.safe_load(f"policy: x\n{lines}"))) != []


def test_a_kind_without_a_schema_is_noticed() -> None:
    """A new kind of value cannot be forgotten in the schema."""

    class Colour(Kind):
        expected = "a colour"

        def read(self, node: object, at: object) -> object: ...

        def write(self, value: object) -> object: ...

    with pytest.raises(NotImplementedError, match="no schema for Colour"):
        schema_of(Colour())


def test_every_key_is_explained_in_both_references() -> None:
    """README and reference name each key of the schema by its path."""
    keys = re.findall(r"^\| `([a-z_.\[\]0-9]+)` \|", (ROOT / "policies" / "README.md").read_text(), re.MULTILINE)

    assert {"policy", "warm.rounds", "limits.errors.rate", "probes[].expect.jmespath", "live.cold_starts.share"} <= set(
        keys
    )
    assert len(keys) == len(set(keys)) == 49
    assert all(f"| `{key}` |" in (ROOT / "docs" / "reference" / "policy.md").read_text() for key in keys)
