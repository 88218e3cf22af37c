"""The rules on a clinic of twenty functions, and what every rule must have."""

from __future__ import annotations

import re

import pytest

from unit.warmgate_ops.cold_starts.advising.clinic import CLEAN, FAULTY
from warmgate_ops.cold_starts.advising.advising import advise
from warmgate_ops.cold_starts.advising.registry import RULES
from warmgate_ops.cold_starts.advising.saying import Gain, Rank

SOURCE = re.compile(r"[\w.-]+/[\w.-]+#\d+|.+ \((AWS|Amazon) [\w ]+ (Guide|Reference)\)")
IDS = [rule.id for rule in RULES]


def test_the_clinic_has_twenty_functions() -> None:
    """Ten with one planted fault each, ten without any."""
    assert (len(FAULTY), len(CLEAN)) == (10, 10)


@pytest.mark.parametrize("fault", FAULTY)
def test_a_planted_fault_is_named_once_and_nothing_else(fault: str) -> None:
    """The rule that is for it names it, no other rule advises anything, and all could look."""
    found = advise(RULES, FAULTY[fault])

    assert [each.check.id for each in found.advice] == [fault], [each.message for each in found.advice]
    assert len(found.examined.findings) == 1


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_function_gets_no_advice(name: str) -> None:
    """Nothing of any rank, and a reason for each rule that looked."""
    found = advise(RULES, CLEAN[name])

    assert [(each.check.id, each.message) for each in found.examined.findings] == []
    assert found.exit_code == 0
    assert found.no_issue


@pytest.mark.parametrize("fault", FAULTY)
def test_what_is_not_measured_ends_with_the_command_that_measures_it(fault: str) -> None:
    """Each advice has a gain of a kind, its risk, and a command where a figure is missing."""
    advice = advise(RULES, FAULTY[fault]).advice[0]

    assert advice.said.gain is Gain.MEASURED or re.match(r"warmgate (cold|warm) [a-z]+ ", advice.measure)
    assert dict(advice.details())["risk"]
    assert "{" not in advice.measure


@pytest.mark.parametrize("fault", FAULTY)
def test_what_times_say_has_a_count_beside_it(fault: str) -> None:
    """Whoever speaks of times of cold starts says how many there were."""
    advice = advise(RULES, FAULTY[fault]).advice[0]

    assert advice.said.cold is None or re.search(r"\d[\d,]* (cold starts|calls)", advice.message)


def test_high_is_given_where_figures_prove_it() -> None:
    """No high without figures or a package that was read."""
    high = {fault for fault in FAULTY if advise(RULES, FAULTY[fault]).advice[0].said.rank is Rank.HIGH}

    assert high == {"memory", "init-work", "init-near-10s", "timeout-below-init", "snapstart-uniqueness"}


@pytest.mark.parametrize("rule", RULES, ids=IDS)
def test_every_rule_says_why_what_to_do_and_where_it_is_written(rule: object) -> None:
    """Title, reason, fix, risk, a command, and sources that a reader finds."""
    assert [rule.id for rule in RULES] == IDS
    found = next(each for each in RULES if each is rule)
    assert all((found.title, found.why, found.fix, found.risk, found.measure, found.sources))
    assert all(SOURCE.fullmatch(source) for source in found.sources), found.sources
    assert found.in_account is not None


def test_ids_are_unique_and_named_as_their_files() -> None:
    """A rule is found by its id."""
    from warmgate_ops.cold_starts.advising import rules

    assert len(set(IDS)) == len(IDS)
    assert all(hasattr(rules, each.replace("-", "_")) for each in IDS)
