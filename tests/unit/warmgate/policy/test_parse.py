"""Whole documents: a policy that uses every key, the shortest one, and one with a fault in nearly every line."""

from __future__ import annotations

import pytest

import warmgate.policy
from unit.warmgate.policy.documents import DATA, faults_below, faults_of, file_in
from warmgate.model.verdict import Mode
from warmgate.policy import parse_policy, render_policy
from warmgate.policy.values import (
    DEFAULT_PROBES,
    Bake,
    Basis,
    Budget,
    Compare,
    ErrorAction,
    Expect,
    KeepWarm,
    Limits,
    Live,
    Match,
    OnInconclusive,
    OnKnownBad,
    PercentileLimit,
    Policy,
    Probe,
    Provisioned,
    RatioLimit,
    RollbackMode,
    Warm,
    When,
)

HEADERS = {"accept": "application/json", "x-trace": None}
CHECKOUT = Policy(
    name="checkout-api",
    match=(Match(function="checkout-*", alias="live"), Match(function="cart")),
    mode=Mode.OBSERVE,
    warm=Warm(environments=10, rounds=2, provisioned=Provisioned.IGNORE),
    probes=(
        Probe(
            name="health",
            weight=3,
            payload={"rawPath": "/health", "headers": HEADERS, "retries": 1, "share": 0.5},
            expect=Expect(jmespath="statusCode == `200`"),
            repeatable=True,
        ),
        Probe(
            name="quote",
            payload={"sku": "A-1", "amount": 2, "price": 9.5, "gift": None},
            payload_file="payloads/quote.json",
        ),
        Probe(
            name="refused",
            payload={"rawPath": "/nowhere", "headers": HEADERS, "deep": [True, [1, "no"], {}]},
            expect=Expect(error_type="NotFound"),
        ),
    ),
    limits=Limits(
        init=(
            PercentileLimit(percentile=0.5, limit_ms=300.0),
            PercentileLimit(percentile=0.999, limit_ms=2500.0),
        ),
        first_response=(PercentileLimit(percentile=0.95, limit_ms=1800.0),),
        duration=(PercentileLimit(percentile=0.5, limit_ms=120.0), PercentileLimit(percentile=0.95, limit_ms=400.0)),
        error_ratio=0.005,
        memory_ratio=0.85,
        certify=True,
    ),
    compare=Compare(
        init=RatioLimit(statistic="median", ratio=1.2),
        first_response=RatioLimit(statistic="median", ratio=1.3),
        duration=RatioLimit(statistic="p95", ratio=1.25),
        basis=Basis.P95,
        error_margin=0.015,
    ),
    live=Live(
        duration=RatioLimit(statistic="p99", ratio=1.5), error_ratio=0.01, cold_start_ratio=0.05, grace_ms=45_000.0
    ),
    bake=Bake(minutes=360, every_minutes=15),
    keep_warm=KeepWarm(environments=5, every="10m", only="Mon-Fri 07:30-19:00 Europe/Berlin", reserved_ratio=0.25),
    when=When(
        inconclusive=OnInconclusive.PASS, no_data=ErrorAction.PASS, error=ErrorAction.PASS, probe_unfit=ErrorAction.PASS
    ),
    budget=Budget(invocations=200, seconds=90.5, cost_usd=0.25),
    rollback=RollbackMode.ENFORCE,
    known_bad=OnKnownBad.JUDGE,
    store_payloads=True,
)


def test_every_key_reaches_its_field() -> None:
    """A document that uses every key becomes the policy that its words say."""
    text = (DATA / "checkout.yaml").read_text()

    assert parse_policy(text, "checkout.yaml", file_in(DATA)) == CHECKOUT


def test_a_name_is_a_policy() -> None:
    """Everything but the name has a default."""
    assert parse_policy("policy: x", "p") == Policy(name="x")


@pytest.mark.parametrize("lines", ["", "probes: []\n"])
def test_without_probes_the_default_probe_is_used(lines: str) -> None:
    """What names no probe calls the function with an empty object."""
    assert parse_policy(f"policy: x\n{lines}", "p").probes == DEFAULT_PROBES == (Probe(name="default", payload={}),)


def test_all_faults_of_a_document_are_told_at_once() -> None:
    """Each fault has its line, in the order of the lines; nothing of a payload is repeated."""
    folder = DATA / "faulty"
    text = (folder / "everywhere.yaml").read_text()

    told = "".join(f"{fault}\n" for fault in faults_of(text, file_in(DATA)))
    assert told == (folder / "everywhere.txt").read_text()
    assert "5EC2E7" not in told


def test_errors_need_not_be_checked() -> None:
    """`any` is the word for an error rate that nobody looks at, and is written back."""
    policy = parse_policy("policy: x\nlimits: {errors: {rate: any}}", "p")

    assert policy.limits.error_ratio is None
    assert "rate: any" in render_policy(policy)


def test_anchors_stand_for_what_they_name() -> None:
    """A value may be written once and used again, as a list, a mapping or a word."""
    policy = parse_policy(
        "policy: &n x\nprobes:\n- {name: *n, payload: &p [1]}\n- name: b\n  payload: {a: *p, c: *p}", "p"
    )

    assert [probe.payload for probe in policy.probes] == [[1], {"a": [1], "c": [1]}]
    assert policy.probes[0].name == "x"


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (
            "probes: [{name: a}, {name: b}, {name: a}]",
            (
                "2 probes[2].name: found the name a a second time, expected a name of its own for each probe;"
                " rename it or probes[0]"
            ),
        ),
        (
            "limits: {duration: {p95: 1s, p50: 2s}}",
            (
                "2 limits.duration.p95: found 1s, less than p50 allows (2s), expected limits that grow with"
                " the percentile; raise p95 or lower p50"
            ),
        ),
        (
            "limits: {duration: {p95: 1s}}\nbudget: {invocations: 99}",
            (
                "3 budget.invocations: found 99 invocations, expected at least 100, for 20 environments and"
                " 3 warm-up rounds; write 100 or more, or lower warm.environments"
            ),
        ),
        (
            "compare: {init: {median: 1.2x}}\nwarm:\n  environments: 231",
            (
                "1 budget.invocations: found 460 invocations, expected at least 462, for 231 environments and 3 warm-up"
                " rounds; write 462 or more, or lower warm.environments"
            ),
        ),
        (
            "warm:\n  environments: 3\nprobes: [{name: a, weight: 3}, {name: b}]",
            (
                "3 warm.environments: found 3 environments, of which each gets one call, for probes of weight 4 in all,"
                " expected at least 4; write 4, or lower the probes' weights"
            ),
        ),
    ],
)
def test_values_that_do_not_go_together(lines: str, fault: str) -> None:
    """Rules over several values point at the one to change, by its line where it has one."""
    assert faults_below(lines) == [fault]


@pytest.mark.parametrize(
    "lines",
    [
        "limits: {duration: {p50: 1s, p95: 1s}}",
        "limits: {duration: {p95: 1s}}\nbudget: {invocations: 100}",
        "compare: {duration: {p95: 1.2x}}\nbudget: {invocations: 200}",
        "limits: {errors: {rate: 1%}}\nbudget: {invocations: 100}",
        "compare: {init: {median: 1.2x}}\nbudget: {invocations: 40}",
        "budget: {invocations: 20}",
        "warm: {environments: 4, rounds: 0}\nprobes: [{name: a, weight: 3}, {name: b}]",
        "warm: {environments: 1}\nlimits: {duration: {p95: 1s}}\nprobes: [{name: a}, {name: b}]",
    ],
)
def test_values_that_just_go_together(lines: str) -> None:
    """Right at the bound, a rule is content."""
    assert parse_policy(f"policy: x\n{lines}", "p").name == "x"


def test_a_rule_is_silent_about_values_that_could_not_be_read() -> None:
    """A fault is told once: its consequences are not told beside it."""
    assert faults_below("warm: {environments: none}\nbudget: {invocations: 1}") == [
        (
            "2 warm.environments: found none, expected a whole number from 1 to 1000;"
            " write a number within these bounds, without quotes or unit"
        )
    ]


def test_the_package_offers_no_other_name() -> None:
    """A name that the package does not have is an AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="no attribute 'parse'"):
        _ = warmgate.policy.__getattr__("parse")
