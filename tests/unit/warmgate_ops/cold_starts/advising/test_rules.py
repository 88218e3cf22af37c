"""Rules that the clinic has no patient for: each names its own fault, with its figures, and no other rule does."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from unit.warmgate_ops.cold_starts.advising.clinic import HEALTHY, PACKAGE, Traffic, but, facts_of
from warmgate_ops.cold_starts.advising.advising import advise
from warmgate_ops.cold_starts.advising.costs import break_even, pings_usd, provisioned_usd, snapstart_usd
from warmgate_ops.cold_starts.advising.function import Concurrency, Event, Function, Layer
from warmgate_ops.cold_starts.advising.package.lint import AtImport, Kind
from warmgate_ops.cold_starts.advising.registry import RULES
from warmgate_ops.cold_starts.advising.runtimes import DEPRECATED, takes_snapshots
from warmgate_ops.cold_starts.advising.saying import Gain, Rank
from warmgate_ops.cold_starts.prices import LIST

ROOT = Path(__file__).parents[5]
MB = 1024 * 1024
CLIENTS = tuple(AtImport(file="app.py", line=line, call="boto3.client", kind=Kind.CLIENT) for line in range(1, 5))
CONNECT = AtImport(file="db.py", line=3, call="psycopg2.connect", kind=Kind.CONNECTION)
BIG = Layer(arn="arn:aws:lambda:eu-west-1:123456789012:layer:science:3", size=60 * MB)
SAID: dict[str, tuple[Function, Rank, str]] = {
    "layers": (but(layers=(Layer(arn="a:b:c:d:e:f:small:1", size=MB), BIG)), Rank.LOW, "2 layers of 61 MB zipped"),
    "package-size": (but(code_bytes=48 * MB), Rank.LOW, "the package is 48 MB zipped"),
    "unused-code": (
        but(package=replace(PACKAGE, bytes=40 * MB, unused=(("pandas", 30 * MB),), by_name=("app.py:9",))),
        Rank.LOW,
        "30 MB of 40 MB are never imported (pandas 30 MB); app.py:9 imports by a computed name, which may reach it",
    ),
    "sdk-clients-at-import": (
        but(package=replace(PACKAGE, at_import=CLIENTS)),
        Rank.LOW,
        "4 SDK clients are made at import (app.py:1, app.py:2, app.py:3, app.py:4)",
    ),
    "vpc": (
        but(vpc=True, package=replace(PACKAGE, at_import=(CONNECT,))),
        Rank.LOW,
        "1 connections are opened at import (db.py:3 psycopg2.connect()): init waits for the network",
    ),
    "image": (
        but(runtime="", image=True, code_bytes=None, cold=facts_of(Traffic(init_ms=1_400.0))),
        Rank.LOW,
        "container image with an init median of 1.4 s (20 cold starts in 7 days)",
    ),
    "runtime": (but(runtime="nodejs18.x"), Rank.MEDIUM, "nodejs18.x is deprecated since 2025-09-01"),
    "memory": (
        but(cold=facts_of(Traffic(used_mb=490.0))),
        Rank.MEDIUM,
        "max used 490 of 512 MB in 2,200 calls: little is left",
    ),
    "traffic-pattern": (
        but(cold=facts_of(Traffic(cold=40, warm=60))),
        Rank.LOW,
        "40 of 100 (40%) calls were cold: a call every 101 min on average; 40 of 40 (100%) cold starts came when",
    ),
    "concurrency": (
        but(concurrency=Concurrency(reserved=1, account=1_000, unreserved=999)),
        Rank.MEDIUM,
        "peak 1 of 1 reserved in 7 days (2,200 calls)",
    ),
    "latest-used-by-callers": (
        but(events=(Event(source="orders"), Event(source="paid", qualifier="live"))),
        Rank.LOW,
        "event sources name no alias: orders",
    ),
}


@pytest.mark.parametrize("rule", SAID)
def test_a_rule_names_its_fault_with_its_figures(rule: str) -> None:
    """Once, with its rank, and no other rule advises anything."""
    function, rank, message = SAID[rule]
    found = advise(RULES, function).advice

    assert [(each.check.id, each.said.rank) for each in found] == [(rule, rank)]
    assert found[0].message.startswith(message)


def test_arm64_is_advised_where_it_saves_and_nobody_says_it_starts_faster() -> None:
    """The saving follows from the price, the start from nothing."""
    busy = facts_of(Traffic(warm=20_000, warm_ms=4_000.0, cold=40, cold_ms=4_000.0, memory_mb=1_024))
    found = {
        each.check.id: each for each in advise(RULES, but(architecture="x86_64", memory_mb=1_024, cold=busy)).advice
    }

    assert found["architecture"].said.gain is Gain.UNKNOWN
    assert found["architecture"].said.usd_month is not None
    assert found["architecture"].said.usd_month < -1
    assert "whether it starts faster is not known" in found["architecture"].message


def test_provisioned_concurrency_is_advised_only_where_it_would_be_busy() -> None:
    """Above the break-even it costs less than on demand; below it is not advised, with what it would cost."""
    busy = facts_of(Traffic(cold=40, warm=60_000, cold_ms=30_000.0, warm_ms=30_000.0, at_once=5))
    found = {each.check.id: each for each in advise(RULES, but(timeout_s=60, cold=busy)).advice}
    idle = [each.reason for each in advise(RULES, HEALTHY).not_advised if each.rule == "provisioned"]

    assert found["provisioned"].said.rank is Rank.MEDIUM
    assert found["provisioned"].message.startswith("3 calls run at once on average: 4 provisioned environments")
    assert idle[0].startswith("provisioned concurrency: $4.32 a month for 1, which would be busy less than 0.1% of")


def test_prices_are_the_formula_of_their_units() -> None:
    """One GB of provisioned x86_64 for 30 days; the break-even of both architectures; Java's snapshots are free."""
    cold = facts_of(Traffic(cold=100, warm=900))

    assert provisioned_usd(1, 1.0, "x86_64", LIST) == pytest.approx(2_592_000 * 0.0000041667)
    assert break_even("x86_64", LIST) == pytest.approx(0.6, abs=0.001)
    assert break_even("arm64", LIST) == pytest.approx(0.6, abs=0.001)
    assert snapstart_usd(cold, 0.5, "java21", LIST) == (0.0, 0.0)
    kept, restores = snapstart_usd(cold, 0.5, "python3.13", LIST)
    assert kept == pytest.approx(0.5 * 2_592_000 * 0.0000015046)
    assert restores == pytest.approx(100 / 7 * 30 * 0.5 * 0.0001397998)
    assert pings_usd(2, 0.5, "arm64", LIST) == pytest.approx(2 * pings_usd(1, 0.5, "arm64", LIST))


@pytest.mark.parametrize(
    ("runtime", "takes"),
    [
        *(("java11", True), ("java8.al2", False), ("java25", True), ("python3.11", False), ("python3.12", True)),
        *(("python3.9", False), ("dotnet6", False), ("dotnet8", True), ("dotnet10", True), ("nodejs24.x", False)),
        *(("provided.al2023", False), ("ruby3.4", False), ("", False), ("java", False), ("dotnetcore3.1", False)),
    ],
)
def test_snapstart_takes_three_families_from_a_version_on(runtime: str, takes: bool) -> None:
    """Java 11, Python 3.12, .NET 8 (AWS Lambda Developer Guide)."""
    assert takes_snapshots(runtime) is takes


def test_the_table_of_runtimes_is_what_cfn_lint_knows() -> None:
    """Its dates come from AWS's page by another way; without the environment that holds it nothing is compared."""
    tables = sorted(
        (ROOT / "build" / "env" / "sam").glob("lib/*/site-packages/cfnlint/data/**/LmbdRuntimeLifecycle.json")
    )
    if not tables:
        pytest.skip("cfn-lint is not installed in build/env/sam: make package")
    known = json.loads(tables[0].read_text())
    named = {name: ends for name, ends in DEPRECATED.items() if name in known}

    assert len(named) > 30
    assert {name: known[name]["deprecated"] for name in named} == {name: str(ends) for name, ends in named.items()}
