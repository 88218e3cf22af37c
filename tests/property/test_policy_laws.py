"""Laws of reading and writing policies, over every policy that can be written and over texts that are none."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from generate.schema import policy_schema
from property.json_strategies import json_of
from property.policy_strategies import PAYLOAD_FILE, durations, names, policies, ratios, shares
from warmgate.documents.nodes import ListNode, Node, ScalarNode
from warmgate.documents.text import read_yaml
from warmgate.errors import Fault, PolicyError
from warmgate.model.deployment import Target
from warmgate.policy import matches, parse_policy, render_policy
from warmgate.policy.units import DURATION, PERCENT, RATIO, Unit
from warmgate.policy.values import Match, Policy

SCHEMA = Draft202012Validator(policy_schema())
PRINTABLE = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"], exclude_characters="\ufeff")
# Pieces of policies and of YAML's own signs, in any order: near enough to policies to get past the first check.
PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "policy: x\n",
                "probes:\n",
                "  - name: a\n",
                "warm: ",
                "limits: {",
                "duration: ",
                "p95: ",
                "400ms",
                "}\n",
            ),
            *(
                "&a ",
                "*a",
                "!!str ",
                "<<: ",
                "? ",
                "- ",
                ": ",
                "\n",
                "  ",
                "[",
                "]",
                "{",
                "}",
                "'",
                '"',
                "|\n",
                "---\n",
            ),
            *(
                "2024-01-01",
                "0x1F",
                "1e999",
                ".nan",
                "payload: ",
                "match: ",
                "#",
                "\t",
                "\x00",
                "budget: 1\n",
                "9" * 30,
            ),
            *(
                "jmespath: a(",
                "expect: ",
                "compare:\n",
                "  init: {median: 1.2x}\n",
                "payload_file: ../a\n",
                "%",
                "@",
                "`",
            ),
        ]
    ),
    max_size=30,
).map("".join)


def load_file(_path: str) -> str:
    """Return the same payload for every path."""
    return PAYLOAD_FILE


def faults_of(text: str) -> tuple[Fault, ...]:
    """Return the faults of a text; a text without faults is a policy."""
    try:
        parse_policy(text, "p.yaml", load_file)
    except PolicyError as error:
        return error.faults
    return ()


def typed(value: Any) -> str:
    """Return a text that tells 1 from 1.0 and from true, which Python's equality does not."""
    return repr(value)


def shape(node: Node) -> Any:
    """Return a node with its lines as plain values."""
    if isinstance(node, ScalarNode):
        return (node.text, node.plain, node.line)
    if isinstance(node, ListNode):
        return (node.line, [shape(item) for item in node.items])
    return (node.line, [(entry.key, entry.line, shape(entry.value)) for entry in node.entries])


@given(policies())
def test_reading_inverts_writing(policy: Policy) -> None:
    """parse(render(p)) == p, to the last bit of every number and the type of every payload value."""
    read = parse_policy(render_policy(policy), "p.yaml", load_file)

    assert read == policy
    assert typed(read) == typed(policy)


@given(policies())
def test_defaults_need_not_be_written(policy: Policy) -> None:
    """The text without them reads as the same policy, and every line of it stands in the text with them."""
    short = render_policy(policy, defaults=False)

    assert parse_policy(short, "p.yaml", load_file) == policy
    assert set(short.splitlines()) <= set(render_policy(policy).splitlines())


@given(policies())
def test_writing_what_was_read_changes_nothing(policy: Policy) -> None:
    """render(parse(render(p))) == render(p)."""
    written = render_policy(policy)

    assert render_policy(parse_policy(written, "p.yaml", load_file)) == written


@given(policies())
def test_what_the_parser_takes_the_schema_takes(policy: Policy) -> None:
    """A policy without faults validates against the JSON Schema, as another YAML reader sees it."""
    assert [error.message for error in SCHEMA.iter_errors(yaml.safe_load(render_policy(policy)))] == []


@given(policies())
def test_both_yaml_parsers_read_the_same(policy: Policy) -> None:
    """LibYAML's parser and the one in Python give the same nodes with the same lines."""
    written = render_policy(policy)

    assert shape(read_yaml(written, "p", yaml.SafeLoader).root) == shape(read_yaml(written, "p").root)


@pytest.mark.parametrize(
    ("unit", "numbers"), [(DURATION, durations), (PERCENT, shares), (RATIO, ratios)], ids=["duration", "share", "ratio"]
)
@given(data=st.data())
def test_a_number_survives_its_unit(unit: Unit, numbers: st.SearchStrategy[float], data: st.DataObject) -> None:
    """parse(format(x)) == x for every float, without an exponent in the text."""
    number = data.draw(numbers)

    assert unit.parse(unit.format(number)) == number
    assert "e" not in unit.format(number)


@given(st.integers(1, 900_000))
def test_the_fix_for_a_bare_number_is_right(number: int) -> None:
    """What a fault says to write instead of a bare number is read without a fault; a small one may be seconds too."""
    with pytest.raises(PolicyError) as caught:
        parse_policy(f"policy: x\nlimits: {{init: {{p95: {number}}}}}", "p")
    fixes = caught.value.faults[0].fix.removeprefix("write ").removesuffix(", whichever is meant").split(" or ")

    policies = [parse_policy(f"policy: x\nlimits: {{init: {{p95: {fix}}}}}", "p") for fix in fixes]
    meant = [number * 1000, number] if number < 10 else [number]
    assert [policy.limits.init[0].limit_ms for policy in policies] == meant


@given(json_of(st.text(PRINTABLE)))
@example({"no": [True, None, 1, 1.0, -0.0, 1e22, 1e-07, "yes", "1:30", "2024-01-01", ""]})
def test_a_payload_is_read_as_json_reads_it(value: Any) -> None:
    """JSON pasted as a payload means in YAML what it means in JSON."""
    pasted = json.dumps(value, ensure_ascii=False)

    policy = parse_policy(f"policy: x\nprobes:\n  - name: a\n    payload: {pasted}\n", "p")
    assert typed(policy.probes[0].payload) == typed(value)


@given(st.text() | PIECES)
@example("policy: x\nlimits: {errors: {rate: any}}\nprobes: [{name: a, payload: {a: *b}}]")
@example("? [a]\n: b\npolicy: x")
def test_any_text_is_a_policy_or_faults(text: str) -> None:
    """No text makes the parser raise anything but faults, each on one line and with all of its parts."""
    for fault in faults_of(text):
        assert all((fault.path, fault.found, fault.expected, fault.fix))
        assert str(fault).isprintable()
        assert fault.line is None or 1 <= fault.line <= len(text.splitlines()) + 1


@given(
    policies(),
    st.lists(st.sampled_from(["warm", "limits", "compare", "live", "when", "budget"]), unique=True, min_size=1),
)
def test_every_fault_is_told_at_once(policy: Policy, broken: list[str]) -> None:
    """A stray key in each of any sections gives a fault for each, no fewer and no more."""
    sections = yaml.safe_load(render_policy(policy))
    for section in broken:
        sections[section] = {**sections.get(section, {}), "zzz_stray": 1}
    text = "".join(f"{key}: {json.dumps(value)}\n" for key, value in sections.items() if key != "probes")

    with pytest.raises(PolicyError) as caught:
        parse_policy(text, "p", load_file)
    assert {fault.path for fault in caught.value.faults} == {f"{section}.zzz_stray" for section in broken}


@given(names, names, names)
def test_a_name_matches_itself_alone(function: str, other: str, alias: str) -> None:
    """A pattern without signs fits one function; `*` fits all."""
    exact = Policy(name="x", match=(Match(function=function, alias=alias),))
    anything = Policy(name="x", match=(Match(),))

    assert matches(exact, Target(function, alias))
    assert matches(exact, Target(other, alias)) == (other == function)
    assert matches(anything, Target(other, alias))
