"""The text of a policy: every key that has a value, with units, in the order of the reference."""

from __future__ import annotations

import pytest

from unit.warmgate.policy.documents import DATA, file_in
from warmgate.policy import parse_policy, render_policy
from warmgate.policy.units import DURATION, PERCENT, RATIO, Unit
from warmgate.policy.values import Policy, Probe

SHORTEST = """\
policy: x
pinned: false
mode: enforce
warm:
  environments: 20
  rounds: 3
  provisioned: wait
probes:
  - name: default
    weight: 1
    repeatable: false
limits:
  errors:
    rate: 0%
  certify: false
live:
  grace: 30s
  subscribe: false
when:
  inconclusive: half
  no_data: fail
  error: fail
  probe_unfit: fail
budget:
  invocations: 460
  seconds: 300
  cost_usd: 2
rollback: verify
known_bad: refuse
store_payloads: false
"""


def test_defaults_are_written_out() -> None:
    """A stored policy says what applied, not what was left to the version that read it."""
    assert render_policy(Policy(name="x")) == SHORTEST


def test_defaults_can_be_left_out() -> None:
    """A text for people says what is special."""
    policy = parse_policy("policy: x\nlimits: {duration: {p95: 1s}}\ncompare: {duration: {p95: 1.2x}}\n", "p")

    assert render_policy(Policy(name="x"), defaults=False) == "policy: x\n"
    assert render_policy(policy, defaults=False) == (
        "policy: x\nlimits:\n  duration:\n    p95: 1s\ncompare:\n  duration:\n    p95: 1.2x\n"
    )


def test_a_full_policy_is_written_in_the_order_of_the_reference() -> None:
    """The stored text of the document that uses every key."""
    policy = parse_policy((DATA / "checkout.yaml").read_text(), "p", file_in(DATA))

    assert render_policy(policy) == (DATA / "checkout.rendered.yaml").read_text()


@pytest.mark.parametrize(
    ("payload", "line"),
    [
        (None, "payload: null"),
        (True, "payload: true"),
        (1, "payload: 1"),
        (1e22, "payload: 1.0e+22"),
        (1.5e-7, "payload: 1.5e-07"),
        ("no", 'payload: "no"'),
        ("1.2", 'payload: "1.2"'),
        ("two words", 'payload: "two words"'),
        ('a "b" \\ \n\t\x00\x85\U0001f600\U000e0001', 'payload: "a \\"b\\" \\\\ \\n\\t\\u0000\\u0085😀\\U000E0001"'),
        ([], "payload: []"),
        ([[1], {}], "payload:\n      - - 1\n      - {}"),
        ({"a": {}}, "payload:\n      a: {}"),
        ({"k" * 901: [1]}, f"payload:\n      ? {'k' * 901}\n      : - 1"),
        ({"k" * 901: 1}, f"payload:\n      ? {'k' * 901}\n      : 1"),
    ],
)
def test_payloads_are_written_so_that_every_yaml_reader_agrees(payload: object, line: str) -> None:
    """Text that another reader could take for something else stands in quotes."""
    assert f"    {line}\n" in render_policy(Policy(name="x", probes=(Probe(name="a", payload=payload),)))


@pytest.mark.parametrize(
    ("unit", "number", "text"),
    [
        (DURATION, 0.1, "0.1ms"),
        (DURATION, 400.0, "400ms"),
        (DURATION, 999.5, "999.5ms"),
        (DURATION, 1000.0, "1s"),
        (DURATION, 1234.5678, "1.2345678s"),
        (PERCENT, 0.0, "0%"),
        (PERCENT, 0.005, "0.5%"),
        (PERCENT, 1.0, "100%"),
        (PERCENT, 1e-12, "0.0000000001%"),
        (RATIO, 1.2, "1.2x"),
        (RATIO, 100.0, "100x"),
    ],
)
def test_numbers_are_written_with_the_unit_that_reads_best(unit: Unit, number: float, text: str) -> None:
    """Seconds from one second on, no exponent, no zeros that say nothing; and back."""
    assert unit.format(number) == text
    assert unit.parse(text) == number
