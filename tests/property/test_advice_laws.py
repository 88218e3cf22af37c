"""Laws of the hints that a faulty policy is answered with: followed, they validate and mean what was meant."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmgate.errors import PolicyError
from warmgate.policy import parse_policy
from warmgate.policy.percentiles import share_of
from warmgate.policy.units import SECONDS_IN
from warmgate.policy.values import Policy

UNITS = st.sampled_from(sorted(SECONDS_IN))
NUMBERS = st.integers(1, 599).map(lambda tenths: f"{tenths / 10:g}")
AROUND = st.sampled_from(["{}", " {} ", "<{}", "<= {}", "'{}'"])
_WRITE = re.compile(r"write (\S+?)(?: or (\S+?))?(?:, (?:whichever is meant|unquoted))?")


def answers(template: str, mistake: str) -> dict[str, Policy]:
    """Return the policies that the hint on a mistake leads to, by what it says to write; each must validate."""
    with pytest.raises(PolicyError) as caught:
        parse_policy(template.replace("@", mistake), "p")
    (fault,) = caught.value.faults
    written = _WRITE.fullmatch(fault.fix)
    said = [each for each in written.groups() if each] if written else []
    return {each: parse_policy(template.replace("@", each), "p") for each in said}


@given(number=NUMBERS, unit=UNITS, space=st.sampled_from(["", " "]))
def test_a_time_keeps_its_unit_where_the_key_names_seconds(number: str, unit: str, space: str) -> None:
    """Five minutes are 300 seconds, whatever spelling the unit has."""
    meant = float(number) * SECONDS_IN[unit]
    found = answers("policy: p\nbudget: {seconds: @}\n", f'"{number}{space}{unit}"')

    assert [policy.budget.seconds for policy in found.values()] == [pytest.approx(meant)] * (0 < meant <= 3600)


@given(number=NUMBERS, unit=UNITS.filter(lambda unit: unit not in ("ms", "s")), around=AROUND)
def test_a_duration_keeps_its_length(number: str, unit: str, around: str) -> None:
    """Another unit, a sign of a comparison or quotes change the spelling alone."""
    meant = float(number) * SECONDS_IN[unit] * 1000
    mistake = around.format(f"{number}{unit}")
    found = answers("policy: p\nlimits: {duration: {p95: @}}\n", mistake)

    limits = [policy.limits.duration[0].limit_ms for policy in found.values()]
    assert limits == [pytest.approx(meant)] * (0 < meant <= 900_000)


@given(number=NUMBERS)
def test_a_number_without_a_unit_is_milliseconds_and_a_small_one_may_be_seconds(number: str) -> None:
    """Both readings are told where both are likely."""
    found = answers("policy: p\nlimits: {duration: {p95: @}}\n", number)
    limits = {policy.limits.duration[0].limit_ms for policy in found.values()}

    meant = {float(number)} | ({float(number) * 1000} if float(number) < 10 else set())
    assert sorted(limits) == pytest.approx(sorted(meant))


@given(more=st.integers(1, 99), how=st.sampled_from(["{}%", "+{}%", "{} %", "{} percent", "1{:02}%", "0.{:02}"]))
def test_a_share_more_than_the_baseline_becomes_its_ratio(more: int, how: str) -> None:
    """20 %, +20 %, 120 % and 0.2 are all 1.2 times the baseline, and none of them less than it."""
    found = answers("policy: p\ncompare: {duration: {p95: @}}\n", how.format(more))
    (policy,) = found.values()

    assert policy.compare.duration is not None
    assert policy.compare.duration.ratio == pytest.approx(1 + more / 100)


@given(number=st.integers(5, 99))
def test_a_whole_number_is_both_a_percentage_and_a_ratio(number: int) -> None:
    """Twenty may be 20 % more or twenty times: the smaller is not left unsaid."""
    found = answers("policy: p\ncompare: {duration: {p95: @}}\n", str(number))
    ratios = [policy.compare.duration.ratio for policy in found.values() if policy.compare.duration]

    assert ratios == [pytest.approx(1 + number / 100), number]


@given(
    percentile=st.one_of(
        st.integers(1, 99).map(str), st.tuples(st.integers(10, 99), st.integers(1, 9)).map("{0[0]}.{0[1]}".format)
    ),
    how=st.sampled_from(["P{}", "{}th", "p({})", "p_{}", "{}%", "p{}th", "quantile"]),
)
def test_a_percentile_keeps_its_rank(percentile: str, how: str) -> None:
    """However a percentile is spelt, the spelling that is told is that percentile."""
    share = float(percentile) / 100
    mistake = (
        f"0.{percentile.replace('.', '').zfill(2 + ('.' in percentile))}"
        if how == "quantile"
        else how.format(percentile)
    )
    found = answers("policy: p\nlimits: {duration: {'@': 1s}}\n", mistake)

    assert [share_of(key) for key in found] == [pytest.approx(share)]


@given(decimals=st.text("9", min_size=1, max_size=3))
def test_nines_that_are_spoken_are_decimals(decimals: str) -> None:
    """p999 is p99.9."""
    assert list(answers("policy: p\nlimits: {duration: {@: 1s}}\n", f"p99{decimals}")) == [f"p99.{decimals}"]


@given(word=st.sampled_from(["yes", "on", "'true'", "1", "no", "off", "'false'", "0"]))
def test_a_truth_value_keeps_its_truth(word: str) -> None:
    """YAML 1.1's words for yes become true, those for no false."""
    (policy,) = answers("policy: p\nstore_payloads: @\n", word).values()

    assert policy.store_payloads is (word.strip("'") in ("yes", "on", "true", "1"))


@given(number=st.integers(1, 1000), how=st.sampled_from(["'{}'", "{}.0", '" {} "']))
def test_a_count_keeps_its_number(number: int, how: str) -> None:
    """Quotes and an empty decimal are taken off."""
    (policy,) = answers(
        "policy: p\nbudget: {invocations: 90000}\nwarm: {environments: @}\n", how.format(number)
    ).values()

    assert policy.warm.environments == number


@given(at=st.integers(0, 7), key=st.sampled_from(["environments", "rounds", "provisioned"]))
def test_a_misspelt_key_is_told_as_it_is_spelt(at: int, key: str) -> None:
    """Two letters that changed places still name their key."""
    at = at % (len(key) - 1)
    typo = key[:at] + key[at + 1] + key[at] + key[at + 2 :]
    value = "ignore" if key == "provisioned" else "5"
    if typo != key:
        assert list(answers(f"policy: p\nwarm: {{@: {value}}}\n", typo)) == [key]
