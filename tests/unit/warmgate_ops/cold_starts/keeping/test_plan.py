"""A plan over recorded calls: its table, its words, and where it says that pings cannot help."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from support.warm_week import MONDAY_S
from warmgate.model.deployment import Target
from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.keeping.costs import Size, init_usd
from warmgate_ops.cold_starts.keeping.lines import read_every, read_keep
from warmgate_ops.cold_starts.keeping.plan import Plan, Wanted, plan_of
from warmgate_ops.cold_starts.keeping.showing import document_of, text_of

TARGET = Target("checkout-api", "live")
WANTED = Wanted(
    target=TARGET,
    keep=read_keep("2"),
    every=read_every("5m"),
    size=Size(memory_mb=512.0, architecture="arm64"),
    runtime="python3.13",
)
COLD = Call(
    function="checkout-api",
    version="1",
    environment="e",
    beginning=Beginning.COLD,
    ended_ms=0.0,
    duration_ms=100.0,
    init_ms=900.0,
)


def hourly(at_once: int = 1, hours: int = 100) -> list[Call]:
    """Return so many calls at once in the middle of each hour, every one of them cold."""
    return [
        replace(COLD, environment=f"e{hour}-{number}", ended_ms=(MONDAY_S + 1920 + hour * 3600) * 1000)
        for hour in range(hours)
        for number in range(at_once)
    ]


def planned(calls: list[Call], keep: str = "2", **more: object) -> Plan:
    """Return the plan."""
    return plan_of(calls, replace(WANTED, keep=read_keep(keep), **more))  # type: ignore[arg-type]


def test_pings_cure_what_idleness_causes() -> None:
    """Calls an hour apart are all cold; with two kept, the first alone is."""
    plan = planned(hourly())
    nothing, pings, snapstart, _, provisioned = plan.rows

    assert (plan.calls, plan.cold, plan.replayed_cold) == (100, 100, 100)
    assert nothing.cold == pytest.approx(730, rel=0.02)
    assert pings.cold == pytest.approx(7.4, rel=0.02)
    assert snapstart.cold == nothing.cold
    assert provisioned.cold == 0.0
    assert plan.advice.startswith("pings remove 99 % of the cold starts for $0.")
    assert nothing.usd == pytest.approx(init_usd(900.0, WANTED.size) * (nothing.cold or 0))


def test_what_comes_at_once_beyond_the_kept_stays_cold() -> None:
    """Of ten callers at once two are served: the plan says how many it cannot help, and names another cure."""
    plan = planned(hourly(at_once=10))
    pings = plan.rows[1]

    assert pings.cold is not None
    assert pings.cold / (plan.rows[0].cold or 1) == pytest.approx(0.8, abs=0.01)
    assert plan.beyond == pytest.approx(pings.cold, rel=0.01)
    assert "up to 10 callers come at once, and pings cannot help beyond 2" in plan.advice


def test_nothing_kept_costs_what_it_costs_today() -> None:
    """No ping, no run of the keeper, no provisioned second."""
    plan = planned(hourly(), "0")

    assert plan.rows[1].usd == plan.rows[0].usd
    assert plan.rows[1].cold == plan.rows[0].cold
    assert plan.advice == "nothing is kept, and nothing is called"


def test_four_cold_starts_are_too_few() -> None:
    """Nothing is advised of them."""
    assert planned(hourly(hours=4)).advice.startswith("4 recorded cold starts are too few")
    assert planned([]).calls == 0


def test_a_restart_after_a_crash_is_none_of_its_business() -> None:
    """It is counted apart: an environment that is kept warm crashes as well."""
    crash = replace(COLD, beginning=Beginning.SUPPRESSED, init_ms=None, ended_ms=MONDAY_S * 1000)
    plan = planned([crash, *hourly()])

    assert (plan.cold, plan.crashes) == (100, 1)
    assert "1 restarts after a crash left out" in text_of(plan)


def test_calls_on_provisioned_concurrency_count_for_nothing() -> None:
    """What it has served needs no pings."""
    served = replace(COLD, beginning=Beginning.PROVISIONED, init_ms=None, ended_ms=(MONDAY_S + 1000) * 1000)

    assert planned([served, *hourly()]).calls == 100


def test_snapstart_is_not_offered_for_every_runtime() -> None:
    """The row stays, and says so."""
    row = planned(hourly(), runtime="nodejs22.x").rows[2]

    assert (row.usd, row.cold, row.says) == (None, None, "not offered for nodejs22.x")


def test_provisioned_concurrency_costs_its_hours() -> None:
    """Two environments for half the week, and for all of it."""
    _, _, _, hours, always = planned(hourly(), "Mon-Sun 00:00-12:00 UTC = 2, else 0").rows
    held = 2 * 730 * 3600 * 0.5 * 0.0000033334

    assert always.usd == pytest.approx(held, rel=0.01)
    assert hours.usd == pytest.approx(held / 2, rel=0.03)
    assert hours.name == "PC 2 / 0, same hours"


def test_the_document_says_what_the_text_says() -> None:
    """The JSON holds every row, and both can be printed."""
    plan = planned(hourly())
    document = json.loads(json.dumps(document_of(plan)))

    assert [row["name"] for row in document["month"]] == [row.name for row in plan.rows]
    assert document["advice"] in text_of(plan)
    assert "not yet seen on AWS" in text_of(plan)


def test_a_lifetime_may_be_given() -> None:
    """With environments that live two hours nothing would be cold, whatever was recorded."""
    plan = planned(hourly(), idle_s=7200.0)

    assert plan.replayed_cold == 1
    assert "(given)" in text_of(plan)


def test_the_time_that_was_recorded_may_be_longer_than_its_calls() -> None:
    """Five calls in a week are twenty in a month, not the thousands of five calls in an afternoon; pings go on."""
    plan = planned(hourly(hours=5), recorded_s=7 * 86_400.0)

    assert plan.rows[0].cold == pytest.approx(5 * 730 / 168)
    assert plan.pings == pytest.approx(2 * 12 * 730)
