"""Laws of advice: whatever a template holds and whatever calls say, each rule ends, and what is shown holds."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from unit.warmgate_ops.cold_starts.advising.clinic import HEALTHY, Traffic, facts_of
from warmgate_ops.cold_starts.advising.advising import advise
from warmgate_ops.cold_starts.advising.function import Layer
from warmgate_ops.cold_starts.advising.registry import RULES
from warmgate_ops.cold_starts.advising.rendering import render_html, render_json, render_sarif, render_text
from warmgate_ops.cold_starts.advising.saying import Rank
from warmgate_ops.cold_starts.advising.template import functions_of
from warmgate_ops.cold_starts.concurrency.registry import CONCURRENCY_CHECKS
from warmgate_ops.cold_starts.concurrency.template import concurrency_in
from warmgate_ops.doctor.findings import examine

ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 20_000),
    st.text("aZ0.-:/${}\n'\"é", max_size=8),
    st.fixed_dictionaries({"Ref": st.sampled_from(["Size", "Open", "Shop", "AWS::NoValue"])}),
    st.fixed_dictionaries({"Fn::If": st.just(["Big", 128, 512])}),
    st.fixed_dictionaries({"Fn::GetAtt": st.just("Shop.Arn")}),
)
VALUES: st.SearchStrategy[Any] = st.one_of(
    ODD,
    st.lists(ODD, max_size=3),
    st.dictionaries(st.sampled_from(["ApplyOn", "Size", "LogFormat", "x"]), ODD, max_size=3),
)
NAMES = (
    *(
        "MemorySize",
        "Timeout",
        "Runtime",
        "Architectures",
        "PackageType",
        "Layers",
        "SnapStart",
        "VpcConfig",
        "Handler",
    ),
    *("EphemeralStorage", "FileSystemConfigs", "LoggingConfig", "ReservedConcurrentExecutions", "AutoPublishAlias"),
    *("ProvisionedConcurrencyConfig", "CodeUri", "InlineCode", "Events", "RuntimeManagementConfig"),
)


@given(
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8),
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3),
    st.booleans(),
    st.booleans(),
)
def test_no_template_ends_advice_and_each_change_can_be_read(
    own: dict[str, Any], shared: dict[str, Any], is_sam: bool, as_json: bool
) -> None:
    """Every form gets an answer; a change is a diff of this template or property lines, never something else."""
    kind = "AWS::Serverless::Function" if is_sam else "AWS::Lambda::Function"
    document = {
        "Parameters": {"Size": {"Type": "Number", "Default": 256}, "Open": {"Type": "String"}},
        "Globals": {"Function": shared},
        "Resources": {"Shop": {"Type": kind, "Properties": own}},
    }
    text = json.dumps(document) if as_json else yaml.safe_dump(document, sort_keys=False)
    found = [advise(RULES, each) for each in functions_of(text, "t.yaml", date(2026, 11, 27))]

    for render in (render_json, render_sarif, render_html):
        assert render(found)
    assert render_text(found).plain
    for advice in found[0].advice:
        assert advice.said.change.startswith(("--- t.yaml", "Properties:")) or not advice.said.change
        if advice.check.id == "snapstart":
            assert len(advice.said.hazards) >= 4
    examine(CONCURRENCY_CHECKS, concurrency_in(text, "t.yaml"))


@given(
    st.integers(0, 12),
    st.integers(0, 60),
    st.floats(1, 20_000),
    st.floats(1, 5_000),
    st.floats(1, 5_000),
    st.sampled_from([128, 512, 1_769, 10_240]),
    st.floats(1, 10_240),
    st.integers(1, 5),
    st.sampled_from(["python3.13", "nodejs24.x", "java21", "python3.9", "unheard"]),
    st.booleans(),
)
def test_no_figures_end_advice_and_nothing_is_high_on_too_few(
    cold: int,
    warm: int,
    init_ms: float,
    cold_ms: float,
    warm_ms: float,
    memory_mb: int,
    used_mb: float,
    at_once: int,
    runtime: str,
    snap_start: bool,
) -> None:
    """Below five cold starts no rank is high, and no time is compared."""
    from dataclasses import replace

    traffic = Traffic(
        cold=cold,
        warm=warm,
        init_ms=init_ms,
        cold_ms=cold_ms,
        warm_ms=warm_ms,
        memory_mb=memory_mb,
        used_mb=used_mb,
        at_once=at_once,
    )
    layers = (Layer(arn="a:b:c:d:e:f:tools:1", size=1),)
    function = replace(
        HEALTHY, cold=facts_of(traffic), memory_mb=memory_mb, runtime=runtime, snap_start=snap_start, layers=layers
    )
    found = advise(RULES, function)

    assert render_text([found]).plain
    if cold < 5:
        assert all(each.said.rank is not Rank.HIGH for each in found.advice)
        assert all(each.check.id not in {"memory", "snapstart"} or "max used" in each.message for each in found.advice)
    for advice in found.advice:
        assert advice.measure
        assert "nan" not in advice.message
