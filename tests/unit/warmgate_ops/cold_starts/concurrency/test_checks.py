"""Checks of concurrency: fifteen planted settings each found once, fifteen clean ones silent."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from typing import Any

import pytest

from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.concurrency import checks
from warmgate_ops.cold_starts.concurrency.registry import CONCURRENCY_CHECKS
from warmgate_ops.cold_starts.concurrency.replay import refused_by, reservation_of, steepest_rise
from warmgate_ops.cold_starts.concurrency.seen import (
    Account,
    Alias,
    Concurrency,
    Provisioned,
    Scaling,
    ScalingAlarm,
    Source,
    Use,
    reserving,
    room_in,
)
from warmgate_ops.doctor.facts import Denied
from warmgate_ops.doctor.findings import Place, Severity, examine

SOURCE = re.compile(r"[\w.-]+/[\w.-]+#\d+|.+ \((AWS|Amazon) [\w ]+ (Guide|Reference)\)")
CALM = Use(
    days=14.0, peak=20, account_peak=212, invocations=100_000, peak_rate=50.0, mean_ms=140.0, log_peak=22, rise=9
)
HEALTHY = Concurrency(
    name="orders-api",
    at=Place(name="lambda:orders-api"),
    memory_mb=512,
    account=Account(limit=1_000, unreserved=400),
    reserved=60,
    provisioned=(),
    aliases=(Alias(name="live", version="7"),),
    sources=(),
    scaling=(),
    use=CALM,
)
LIVE = (Provisioned(qualifier="live", requested=20),)
TRACKED = Scaling(qualifier="live", least=5, most=20, alarms=(ScalingAlarm(name="AlarmLow", state="OK", lowers=True),))
BUSY_HOURS = (0.8,) * 336


def but(**changes: Any) -> Concurrency:
    """Return the healthy function with some facts changed."""
    return replace(HEALTHY, **changes)


def used(**changes: Any) -> Use:
    """Return the calm use with some figures changed."""
    return replace(CALM, **changes)


PLANTED: dict[str, Concurrency] = {
    "account-limit-low": but(account=Account(limit=400, unreserved=340)),
    "unreserved-below-100": but(account=Account(limit=1_000, unreserved=100)),
    "reserved-zero": but(reserved=0),
    "reserved-too-low": but(use=used(peak=57, throttles=31, throttled_at="2026-11-24 09:00 UTC", peak_rate=410.0)),
    "reserved-too-high": but(reserved=300),
    "pc-eats-reserved": but(provisioned=(Provisioned(qualifier="live", requested=50),)),
    "pc-on-latest": but(provisioned=LIVE, sources=(Source(name="sqs:orders", kind="sqs"),)),
    "pc-on-weighted-alias": but(provisioned=LIVE, aliases=(Alias(name="live", version="7", weights={"8": 0.1}),)),
    "pc-spillover": but(provisioned=LIVE, use=used(spilled=4_100)),
    "pc-idle": but(provisioned=LIVE, use=used(utilization=(0.7,) * 200 + (0.1, None) * 68)),
    "autoscaling-stuck": but(
        scaling=(
            replace(TRACKED, alarms=(ScalingAlarm(name="AlarmLow", state="INSUFFICIENT_DATA", lowers=True, days=6.0),)),
        )
    ),
    "autoscaling-average": but(scaling=(replace(TRACKED, statistic="Average"),)),
    "scaling-rate": but(reserved=None, use=used(rise=940)),
    "rate-limit": but(use=used(peak_rate=520.0, mean_ms=20.0)),
    "event-source-above-reserved": but(
        sources=(Source(name="sqs:orders", kind="sqs", qualifier="live", most=100),),
    ),
}
CLEAN: dict[str, Concurrency] = {
    "healthy": HEALTHY,
    "nothing reserved": but(reserved=None),
    "limit at the default": but(account=Account(limit=1_000, unreserved=101)),
    "a raised limit": but(account=Account(limit=5_000, unreserved=4_000)),
    "peak with room": but(use=used(peak=50)),
    "reserved four times the demand": but(reserved=88),
    "nothing called": but(use=Use(days=14.0, peak=0), reserved=300),
    "provisioned with room": but(provisioned=LIVE, use=used(utilization=BUSY_HOURS)),
    "sources call the alias": but(
        provisioned=LIVE, sources=(Source(name="sqs:orders", kind="sqs", qualifier="live", most=40),)
    ),
    "weights without provisioned": but(aliases=(Alias(name="live", version="7", weights={"8": 0.1}),)),
    "a little spill-over": but(provisioned=LIVE, use=used(spilled=900)),
    "idle, and scheduled": but(
        provisioned=LIVE,
        scaling=(replace(TRACKED, schedules=("cron(0 20 * * ? *)",)),),
        use=used(utilization=(0.1,) * 336),
    ),
    "no data for an hour": but(
        scaling=(
            replace(
                TRACKED, alarms=(ScalingAlarm(name="AlarmLow", state="INSUFFICIENT_DATA", lowers=True, days=0.04),)
            ),
        )
    ),
    "tracked by its maximum": but(scaling=(replace(TRACKED, statistic="Maximum"),)),
    "steep below the rate": but(use=used(rise=300)),
}


@pytest.mark.parametrize("check", PLANTED)
def test_a_planted_setting_is_found_once_and_nothing_else(check: str) -> None:
    """Each by the check that is for it, and no other check sees anything."""
    found = examine(CONCURRENCY_CHECKS, [PLANTED[check]]).findings

    assert [each.check.id for each in found] == [check], [each.message for each in found]


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_setting_is_silent(name: str) -> None:
    """Not even a note."""
    assert [(each.check.id, each.message) for each in examine(CONCURRENCY_CHECKS, [CLEAN[name]]).findings] == []


def test_every_check_has_a_planted_setting_and_its_file() -> None:
    """No check is left unproven, and each is found by its id."""
    assert list(PLANTED) == [check.id for check in CONCURRENCY_CHECKS]
    assert len(PLANTED) == len(CLEAN) == 15
    assert all(hasattr(checks, check.id.replace("-", "_")) for check in CONCURRENCY_CHECKS)


@pytest.mark.parametrize("check", CONCURRENCY_CHECKS, ids=lambda check: check.id)
def test_every_check_says_why_what_to_do_and_where_it_is_written(check: Any) -> None:
    """Sources are pages of AWS's documentation or public threads."""
    assert all((check.title, check.why, check.fix))
    assert all(SOURCE.fullmatch(source) for source in check.sources), check.sources


def test_a_reservation_is_advised_with_what_the_account_has_left() -> None:
    """What one function takes the others lack: the sum stands beside it, and 100 stay."""
    (found,) = examine(CONCURRENCY_CHECKS, [PLANTED["reserved-too-low"]]).findings

    assert found.message == (
        "demand 58 of 60 reserved in 14 days (rate 410/s x 0.14 s); throttled 31 times, most on 2026-11-24 09:00 UTC:"
        " reserve 87 (SAM: ReservedConcurrentExecutions: 87; aws lambda put-function-concurrency --function-name"
        " orders-api --reserved-concurrent-executions 87); account 1,000: 600 reserved, 400 not, of which 300 can still"
        " be reserved (100 stay)"
    )


def test_a_reservation_beyond_the_account_says_so() -> None:
    """Lambda would refuse it."""
    found = but(account=Account(limit=1_000, unreserved=110))

    assert "; the account lets it reserve 70; " in reserving(found, 90)
    assert room_in(but(account=Denied(place="lambda", reason="denied"))) == "what the account has reserved is not known"


def test_provisioned_that_takes_all_is_an_error() -> None:
    """Nothing is left for the version that a release probes."""
    (found,) = examine(CONCURRENCY_CHECKS, [but(provisioned=(Provisioned(qualifier="live", requested=60),))]).findings

    assert (found.check.id, found.severity) == ("pc-eats-reserved", Severity.ERROR)


def test_what_idle_environments_cost_is_said_with_the_hours() -> None:
    """20 environments of 0.5 GB in the share of hours in which they were idle, at the price of x86_64."""
    (found,) = examine(CONCURRENCY_CHECKS, [PLANTED["pc-idle"]]).findings

    assert "in 136 of 336 hours less than 30% of them were used" in found.message
    assert "about $30.60 a month (list prices of us-east-1" in found.message


def test_a_denied_fact_ends_no_other_check() -> None:
    """Without metrics the checks of settings go on."""
    found = examine(
        CONCURRENCY_CHECKS, [but(reserved=0, use=Denied(place="lambda:orders-api", reason="cloudwatch:GetMetricData"))]
    )

    assert found.exit_code == 1
    assert {each.check.id for each in found.findings if each.severity is Severity.UNKNOWN} >= {"scaling-rate"}


def traffic(seed: int) -> list[Call]:
    """Return an hour of calls at random times, of random durations."""
    chance = random.Random(seed)
    at, calls = 0.0, []
    while at < 600_000:
        at += chance.expovariate(1 / 40)
        took = chance.lognormvariate(5.5, 0.6)
        calls.append(
            Call(
                function="orders-api",
                version="7",
                environment="",
                beginning=Beginning.WARM,
                ended_ms=at + took,
                duration_ms=took,
            )
        )
    return calls


@pytest.mark.parametrize("seed", range(10))
def test_an_advised_reservation_refuses_none_of_the_recorded_calls_and_less_refuses_some(seed: int) -> None:
    """Replayed: no call is refused at what the log asks for, and a tenth less refuses some."""
    calls = traffic(seed)
    wanted = reservation_of(calls)

    assert refused_by(calls, wanted) == 0
    assert refused_by(calls, int(wanted * 0.9)) > 0


def test_the_steepest_rise_is_that_of_any_ten_seconds() -> None:
    """Calls that begin together after calm; slow growth over minutes is not steep."""
    first = traffic(0)[0]
    together = [replace(first, ended_ms=60_000.0 + place, duration_ms=30_000.0) for place in range(40)]
    slow = [replace(first, ended_ms=900_000.0, duration_ms=900_000.0 - place * 20_000) for place in range(40)]

    assert steepest_rise(together) == 40
    assert steepest_rise(slow) == 1
    assert steepest_rise([]) == 0
