"""Strategies for policies that the parser can return, and for the values in them."""

from __future__ import annotations

import json
from decimal import Decimal

from hypothesis import strategies as st

from property.event_strategies import events, probe_of
from property.json_strategies import json_of
from warmgate.model.verdict import Mode
from warmgate.policy.percentiles import share_of
from warmgate.policy.rounds import measures_warm_calls
from warmgate.policy.rules import fewest_invocations
from warmgate.policy.values import (
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

PAYLOAD_FILE = json.dumps({"from": "a file"})

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
patterns = st.from_regex(r"[A-Za-z0-9_*?\[\]!-]{1,20}", fullmatch=True)
percentiles = st.integers(1, 999_999).map(lambda n: f"p{Decimal(n).scaleb(-4).normalize():f}")
durations = st.floats(0, 900_000, exclude_min=True)
shares = st.floats(0, 1, exclude_max=True)
ratios = st.floats(1, 100, exclude_min=True)
expressions = st.sampled_from(
    ["statusCode == `200`", "a.b[0] && length(c) > `1`", "contains(body, 'ok: \"yes\"')", "@"]
)


@st.composite
def percentile_limits(draw: st.DrawFn) -> tuple[PercentileLimit, ...]:
    """Return limits that grow with their percentiles."""
    chosen = sorted(draw(st.sets(percentiles, max_size=4)), key=share_of)
    limits = sorted(draw(st.lists(durations, min_size=len(chosen), max_size=len(chosen))))
    return tuple(
        PercentileLimit(percentile=share_of(name), limit_ms=limit) for name, limit in zip(chosen, limits, strict=True)
    )


def ratio_of(statistic: st.SearchStrategy[str]) -> st.SearchStrategy[RatioLimit | None]:
    """Return ratios of one statistic, or none."""
    return st.none() | st.builds(RatioLimit, statistic=statistic, ratio=ratios)


expects = st.builds(
    Expect, jmespath=st.none() | expressions, error_type=st.none() | st.from_regex(r"[!-~]+", fullmatch=True)
)
probes = st.one_of(
    st.builds(
        Probe,
        name=names,
        weight=st.integers(1, 100),
        payload=json_of(st.text()),
        expect=expects,
        repeatable=st.booleans(),
        tenant=st.none() | st.text("aZ09._:/=+@ -", min_size=1, max_size=256).filter(lambda text: text == text.strip()),
    ),
    st.builds(
        Probe,
        name=names,
        payload=st.just(json.loads(PAYLOAD_FILE)),
        payload_file=st.sampled_from(["quote.json", "payloads/a-b.json"]),
    ),
    st.builds(probe_of, names, events()),
)
limits = st.builds(
    Limits,
    init=percentile_limits(),
    first_response=percentile_limits(),
    duration=percentile_limits(),
    error_ratio=st.none() | shares,
    memory_ratio=st.none() | st.floats(0, 1, exclude_min=True),
    certify=st.booleans(),
)
lives = st.builds(
    Live,
    duration=ratio_of(percentiles),
    error_ratio=st.none() | shares,
    cold_start_ratio=st.none() | shares,
    grace_ms=st.floats(0, 3_600_000),
)
bakes = st.integers(10, 10_080).flatmap(
    lambda minutes: st.builds(Bake, minutes=st.just(minutes), every_minutes=st.integers(1, min(minutes, 1440)))
)
keep_warms = st.builds(
    KeepWarm,
    environments=st.integers(0, 100),
    every=st.sampled_from(["5m", "60m", "cron(0/5 7-18 ? * MON-FRI *)", "cron(10 6 1,15 * ? *)"]),
    only=st.none() | st.sampled_from(["Mon-Fri 07:30-19:00 Europe/Berlin", "Sat,Sun 22:00-06:00 UTC"]),
    reserved_ratio=st.floats(0, 1, exclude_min=True),
)


@st.composite
def compares(draw: st.DrawFn) -> Compare:
    """Return comparisons; a basis belongs to a duration."""
    duration = draw(ratio_of(st.just("p95")))
    basis = draw(st.sampled_from(Basis)) if duration else Basis.SLOWDOWN
    margin = draw(st.none() | shares)
    return Compare(
        init=draw(ratio_of(st.just("median"))),
        first_response=draw(ratio_of(st.just("median"))),
        duration=duration,
        basis=basis,
        error_margin=margin,
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Return a policy that the parser could have returned."""
    limited, compared = draw(limits), draw(compares())
    asked = tuple(draw(st.lists(probes, min_size=1, max_size=3, unique_by=lambda probe: probe.name)))
    turns = 1 if measures_warm_calls(limited, compared) else sum(probe.weight for probe in asked)
    warm = Warm(
        environments=draw(st.integers(turns, 1000)),
        rounds=draw(st.integers(0, 20)),
        provisioned=draw(st.sampled_from(Provisioned)),
    )
    return Policy(
        name=draw(names),
        match=tuple(draw(st.lists(st.builds(Match, function=patterns, alias=patterns), max_size=3))),
        mode=draw(st.sampled_from(Mode)),
        warm=warm,
        probes=asked,
        limits=limited,
        compare=compared,
        live=draw(lives),
        bake=draw(st.none() | bakes),
        keep_warm=draw(st.none() | keep_warms),
        when=draw(
            st.builds(
                When,
                inconclusive=st.sampled_from(OnInconclusive),
                no_data=st.sampled_from(ErrorAction),
                error=st.sampled_from(ErrorAction),
                probe_unfit=st.sampled_from(ErrorAction),
            )
        ),
        budget=Budget(
            invocations=draw(st.integers(fewest_invocations(warm, limited, compared), 100_000)),
            seconds=draw(st.floats(0, 3600, exclude_min=True)),
            cost_usd=draw(st.floats(0, 10_000, exclude_min=True)),
        ),
        rollback=draw(st.sampled_from(RollbackMode)),
        known_bad=draw(st.sampled_from(OnKnownBad)),
        store_payloads=draw(st.booleans()),
    )
