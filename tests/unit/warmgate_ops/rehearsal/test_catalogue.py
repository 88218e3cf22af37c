"""The scenarios as they are written: folders, policies and expectations fit together before anything is run."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from warmgate.adapters.policies import read_policy
from warmgate.model.deployment import Status, Target
from warmgate.policy import matches
from warmgate_ops.rehearsal.catalogue import (
    LIVE_SCENARIOS,
    SCENARIOS,
    UnknownScenarioError,
    chosen,
    own_release,
)
from warmgate_ops.rehearsal.scenario import FunctionSettings, Scenario
from warmgate_ops.rehearsal.stage import ALIAS

EACH = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
CALL = """
import json, sys
sys.path[:0] = sys.argv[1:]
import app
class Context:
    client_context = None
basket = [{"sku": "bread", "count": 2}, {"sku": "coffee", "count": 1}]
print(json.dumps(app.handler({"body": json.dumps({"basket": basket})}, Context)))
"""


def test_the_catalogue_holds_two_good_releases_and_seven_bad_ones() -> None:
    """Two scenarios must be released; each of the others fails for a reason of its own."""
    good = [scenario.name for scenario in SCENARIOS if scenario.expected is Status.SUCCEEDED]
    reasons = {scenario.name: scenario.failing for scenario in SCENARIOS if scenario.expected is Status.FAILED}

    assert good == ["healthy", "noisy_neighbours"]
    assert len(reasons) == 7
    assert all(reasons.values())


@pytest.mark.parametrize("scenario", [*SCENARIOS, *LIVE_SCENARIOS], ids=lambda scenario: scenario.name)
def test_a_scenario_has_code_and_a_policy_that_is_meant_for_it(scenario: Scenario) -> None:
    """Both versions have folders, and the policy is free of faults and matches the function."""
    policy = read_policy(scenario.policy)

    assert all(folder.is_dir() for folder in (*scenario.baseline, *scenario.candidate))
    assert matches(policy, Target(scenario.function, ALIAS))


@EACH
def test_the_policy_has_the_checks_that_a_scenario_must_fail(scenario: Scenario) -> None:
    """Every expected policy path is one that the policy sets a limit for."""
    policy = read_policy(scenario.policy)
    set_limits = {
        "limits.init": bool(policy.limits.init),
        "limits.duration": bool(policy.limits.duration),
        "limits.errors": policy.limits.error_ratio is not None,
        "probes.quote.expect": [probe.name for probe in policy.probes if probe.expect.jmespath] == ["quote"],
        "limits.memory": policy.limits.memory_ratio is not None,
        "compare.init": policy.compare.init is not None,
        "compare.duration": policy.compare.duration is not None,
    }

    assert all(set_limits[path] for path in scenario.failing)


@EACH
def test_a_scenario_does_real_work(scenario: Scenario) -> None:
    """No candidate pretends: what is slow computes, imports, or waits for the stock service as its baseline does."""
    if scenario.settings.runtime:
        assert any("pbkdf2" in path.read_text("utf-8") for path in scenario.candidate[-1].glob("*.mjs"))
        return
    files = {path.name: path for folder in scenario.candidate for path in folder.glob("*.py")}
    sources = [path.read_text(encoding="utf-8") for path in files.values()]
    called = {
        node.func.attr
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }

    waits = scenario.policy.stem == "stocked"
    assert ("sleep" in called) is waits
    assert waits or "pbkdf2_hmac" in called


@pytest.mark.parametrize(
    ("name", "returncode", "said"),
    [
        ("healthy", 0, '\\"total_cents\\": 1530'),
        ("wrong_answer", 0, '\\"total_cents\\": 0'),
        ("broken", 1, "KeyError: 'de/bread'"),
    ],
)
def test_a_candidate_answers_as_its_scenario_says(name: str, returncode: int, said: str) -> None:
    """The code answers right, wrong or not at all, each in its own process."""
    (scenario,) = chosen([name])
    folders = [str(folder) for folder in reversed(scenario.candidate)]
    done = subprocess.run(
        [sys.executable, "-c", CALL, *folders], capture_output=True, text=True, timeout=30, check=False
    )

    assert done.returncode == returncode
    assert said in done.stdout + done.stderr


def test_no_name_chooses_every_scenario() -> None:
    """Without a name the tour is chosen, with names these alone, in the catalogue's order; live traffic on request."""
    assert chosen() == SCENARIOS
    assert chosen(everything=True) == (*SCENARIOS, *LIVE_SCENARIOS)
    assert [scenario.name for scenario in chosen(["storm"])] == ["storm"]
    assert chosen(["broken"], everything=True) == (*chosen(["broken"]), *LIVE_SCENARIOS)
    assert [scenario.name for scenario in chosen(["broken", "healthy"])] == ["healthy", "broken"]


def test_each_scenario_releases_a_function_of_its_own() -> None:
    """No two scenarios share a function, so that they can run in one cloud."""
    functions = [scenario.function for scenario in (*SCENARIOS, *LIVE_SCENARIOS)]
    assert len({*functions}) == len(functions)


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    """A misspelt scenario is an error that lists what there is."""
    with pytest.raises(
        UnknownScenarioError, match="found heathy, expected some of healthy, slow_init, slow_tail, broken"
    ):
        chosen(["heathy", "broken"])


def test_nothing_is_expected_of_own_code(tmp_path: Path) -> None:
    """A user's release has no expectation: its verdict is the result."""
    scenario = own_release("orders", (tmp_path,), (tmp_path,), tmp_path / "policy.yaml", FunctionSettings())

    assert scenario.expected is None
    assert scenario.failing == ()
    assert scenario.function == "orders"
