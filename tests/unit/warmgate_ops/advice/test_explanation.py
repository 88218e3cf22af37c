"""What is said of a policy: figures that are right, and warnings where it cannot know."""

from __future__ import annotations

import re

import pytest

from warmgate.policy import parse_policy
from warmgate.policy.values import Policy
from warmgate_ops.advice.explanation import explain, warnings_of


def policy(text: str) -> Policy:
    """Return a policy from its sections."""
    return parse_policy(f"policy: p\n{text}", "p.yaml")


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            "warm: {environments: 10}\nlimits: {init: {p95: 1s}}",
            "10 cold starts within the limit show p74 with 95 % confidence",
        ),
        ("warm: {environments: 3}\nlimits: {init: {p95: 1s}}", "too few to judge"),
        ("warm: {environments: 3}\nlimits: {first_response: {p95: 1s}}", "limits.first_response.p95: 3 cold starts"),
        ("warm: {environments: 10}\nlimits: {duration: {p99: 1s}}\nbudget: {invocations: 120}", "can never pass p99"),
        ("warm: {environments: 2}\nlimits: {duration: {p95: 1s}}", "can never refuse a release for its duration"),
        (
            "warm: {environments: 8}\ncompare: {duration: {p95: 1.2x}}",
            "8 environments of each version are too few to decide",
        ),
        ("warm: {environments: 4}\ncompare: {init: {median: 1.2x}}", "4 cold starts of each are too few"),
        ("warm: {environments: 4}\ncompare: {first_response: {median: 1.2x}}", "4 cold starts of each are too few"),
        ("limits: {duration: {p95: 1s}}\nbudget: {invocations: 140}", "a good release stays open in"),
        ("compare: {duration: {p95: 1.2x}}\nbudget: {invocations: 200}", "the budget"),
        ("probes: [{name: a, tenant: blue}, {name: b}]", "with a tenant and without one: no function takes both"),
        ("compare: {errors: {rate: +1%}}", "limits.errors.rate 0 % refuses by itself: write `any` there"),
        ("limits: {errors: {rate: 1%}}\nwarm: {environments: 5}\nbudget: {invocations: 50}", "can never pass it"),
    ],
)
def test_what_a_policy_cannot_know_is_warned_of(text: str, warning: str) -> None:
    """In the words of the check, in validate and in explain alike."""
    found = policy(text)
    warnings = warnings_of(found)
    assert any(warning in each for each in warnings), warnings
    explained = [f"{each.check}: {each_warning}" for each in explain(found) for each_warning in each.warnings]
    assert set(warnings) <= set(explained)


RARE = "warm: {environments: 20}\nbudget: {invocations: 20000}\nlimits: {duration: {p99.9: 300ms}}\n"


def test_what_gives_a_rare_percentile_room_is_told_and_helps() -> None:
    """Where the number of rounds is the bound a larger budget helps nothing: more environments do."""
    (told,) = [each for each in warnings_of(policy(RARE)) if "can never pass" in each]
    found = re.search(r"raise warm.environments to (\d+),", told)

    assert found
    wider = RARE.replace("environments: 20", f"environments: {found[1]}")
    assert not [each for each in warnings_of(policy(wider)) if "can never pass" in each]


def test_what_no_plan_can_decide_is_told() -> None:
    """Where a comparison takes most rounds, a lower percentile alone helps."""
    text = RARE + "compare: {duration: {p95: 1.2x}}\n"

    assert any("take a lower percentile: neither" in each for each in warnings_of(policy(text)))


@pytest.mark.slow
def test_every_check_is_explained_once() -> None:
    """No limit of the policy is left out."""
    found = explain(
        policy(
            "limits: {init: {p95: 1s}, first_response: {p95: 1800ms}, duration: {p50: 100ms, p95: 400ms},"
            " errors: {rate: 0%}, memory: {max: 85%}}\n"
            "compare: {init: {median: 1.2x}, first_response: {median: 1.2x}, duration: {p95: 1.2x},"
            " errors: {rate: +0%}}\n"
            "probes: [{name: a, expect: {jmespath: 'ok'}}]\n"
        )
    )
    assert [each.check for each in found] == [
        "budget",
        "limits.init.p95",
        "limits.first_response.p95",
        "limits.duration.p50",
        "limits.duration.p95",
        "limits.errors.rate",
        "limits.memory.max",
        "probes.a.expect",
        "compare.init.median",
        "compare.first_response.median",
        "compare.duration.p95",
        "compare.errors.rate",
    ]
    assert all(each.says for each in found)


@pytest.mark.slow
def test_a_comparison_says_that_it_is_simulated_and_sees_what_is_slower() -> None:
    """Unchanged releases pass, half as slow again is refused."""
    (found,) = [
        each for each in explain(policy("compare: {duration: {p95: 1.2x}}")) if each.check.startswith("compare")
    ]
    told = found.says[-1]
    assert "simulated" in told
    assert "unchanged: 0 %" in told
    assert "50 % slower: 100 %" in told


@pytest.mark.slow
def test_first_responses_say_what_counts() -> None:
    """Init alone would be passed by moving work into the first call; half as slow again is seen as for inits."""
    text = "limits: {first_response: {p95: 1800ms}}\ncompare: {first_response: {median: 1.2x}}"
    found = {each.check: each for each in explain(policy(text))}
    limit, compared = found["limits.first_response.p95"], found["compare.first_response.median"]

    assert limit.says[0] == (
        "init (or restore) and then that same call: work moved out of the init into the first call counts"
    )
    assert any("of first responses are slower than 1800 ms" in line for line in limit.says)
    assert any("of real callers' events instead of the probes'" in line for line in compared.says)
    assert "unchanged: 0 %" in compared.says[-1]
    assert "50 % slower: 100 %" in compared.says[-1]


@pytest.mark.parametrize(("today_ms", "near"), [(380.0, True), (200.0, False), (None, False)])
def test_a_limit_near_todays_value_is_warned_of(today_ms: float | None, *, near: bool) -> None:
    """It would be met by chance; without a value it is said that it is not known."""
    today = {} if today_ms is None else {"limits.duration.p95": today_ms}
    (found,) = [e for e in explain(policy("limits: {duration: {p95: 400ms}}"), today) if e.limit_ms]
    assert any("by chance" in warning for warning in found.warnings) is near
    assert any("do not show" in line for line in found.says) is (today_ms is None)


@pytest.mark.parametrize(
    ("text", "check", "line"),
    [
        ("warm: {environments: 10}", "limits.errors.rate", "a release where 20.6 % of calls are so"),
        (
            "warm: {environments: 10}\nbudget: {invocations: 92}",
            "limits.errors.rate",
            "room for 92 of 93 calls of probe",
        ),
        ("limits: {duration: {p95: 400ms}}", "limits.errors.rate", "a release where 0.9 % of calls are so"),
        (
            "warm: {environments: 2}\nbudget: {invocations: 93}\nprobes: [{name: a, expect: {jmespath: o}}, {name: b}]",
            "probes.a.expect",
            "the budget has room for 92 of 93 calls of probe a: one that fails refuses",
        ),
    ],
)
def test_what_none_means_for_a_budget_is_said(text: str, check: str, line: str) -> None:
    """The share that is seen, and the probes of which one failure refuses since they cannot be called again."""
    (found,) = [each for each in explain(policy(text)) if each.check == check]
    assert any(line in each for each in found.says), found.says


@pytest.mark.parametrize(
    ("text", "check", "says"),
    [
        (
            "limits: {duration: {p95: 1s}}\nbudget: {invocations: 140}",
            "limits.duration.p95",
            "refused of releases beyond it, bad calls spread evenly: at 10 % 24.9 %, at 15 % 69.6 %, at 20 % 93.3 %",
        ),
        (
            "limits: {duration: {p95: 1s}}\nbudget: {invocations: 140}",
            "limits.duration.p95",
            "of releases exactly at the limit 0.991 % are refused, those half-way included",
        ),
        ("limits: {duration: {p50: 1s}}", "limits.duration.p50", "twice that would be all calls"),
        (
            "limits: {errors: {rate: 1%}}",
            "limits.errors.rate",
            "failures refuse it once they came from 3 of 20 environments",
        ),
    ],
)
def test_the_power_that_a_budget_leaves_is_told(text: str, check: str, says: str) -> None:
    """How much is refused at the limit, and of what is two, three and four times beyond it."""
    (found,) = [each for each in explain(policy(text)) if each.check == check]

    assert any(says in each for each in found.says), found.says


def test_tenants_are_told() -> None:
    """What is measured is measured for them alone."""
    found = explain(policy("probes: [{name: a, tenant: green}, {name: b, tenant: blue}]\nlimits: {memory: {max: 85%}}"))

    assert any("called as tenant blue, green: environments of every other tenant" in line for line in found[0].says)
    assert found[0].warnings == ()
