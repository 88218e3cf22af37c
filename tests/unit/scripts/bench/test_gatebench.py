"""GateBench counts what rules say: its generators are what they claim, and its peers do as their documents say."""

from __future__ import annotations

import math
from random import Random

import pytest

from bench.gatebench.changes import KINDS
from bench.gatebench.ours import Decision
from bench.gatebench.peers import PEERS, p95
from bench.gatebench.run import Cell, Row, kind_of, run_cell
from bench.gatebench.summary import family_table, summaries, table
from support.traffic.generators import FAMILIES, record, true_durations

BY_NAME = {family.name: family for family in FAMILIES}
PEER = {peer.name: peer for peer in PEERS}
SAME = [[100.0 + i for i in range(20)] for _ in range(10)]
TWICE = [[2 * ms for ms in round_] for round_ in SAME]


def unchanged(duration_ms: float, _random: Random) -> float:
    """Return a duration as it is."""
    return duration_ms


@pytest.mark.parametrize(("name", "ratio"), [("light", 1.3), ("typical", 1.6), ("cluster", 1.3)])
def test_a_family_has_the_p95_that_it_states(name: str, ratio: float) -> None:
    """p95 over median is as documented, to two percent."""
    durations = true_durations(BY_NAME[name], unchanged, "test")

    assert durations[int(0.95 * len(durations))] / durations[len(durations) // 2] == pytest.approx(ratio, rel=0.02)


def test_calls_of_one_environment_are_alike_in_cluster() -> None:
    """The intra-class correlation of the logarithms is about 0.7."""
    within, between, random = [], [], Random("test")
    for _ in range(40):
        rounds = record(BY_NAME["cluster"], unchanged, random).new
        for place in range(20):
            logs = [math.log(call.duration_ms) for round_ in rounds for call in round_ if call.environment == place]
            mean = sum(logs) / len(logs)
            within.append(sum((x - mean) ** 2 for x in logs) / (len(logs) - 1))
            between.append(mean)
    centre = sum(between) / len(between)
    noise = sum(within) / len(within)
    speeds = sum((m - centre) ** 2 for m in between) / (len(between) - 1) - noise / 10

    assert speeds / (speeds + noise) == pytest.approx(0.7, abs=0.07)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_the_same_seed_draws_the_same_release(family: object) -> None:
    """A benchmark can be repeated to the last digit."""
    assert isinstance(family, type(FAMILIES[0]))

    assert record(family, unchanged, Random("a")) == record(family, unchanged, Random("a"))


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name)
def test_a_change_changes_what_its_name_says(kind: object) -> None:
    """The mean of a constant duration moves as the name of the change promises."""
    assert isinstance(kind, type(KINDS[0]))
    change, random = kind.change(1000.0), Random("b")

    mean = sum(change(100.0, random) for _ in range(20_000)) / 20_000

    expected = 130.0 if kind.body_only else 100 * kind.factor * (1 + 2 * kind.slow_share)
    assert mean == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("peer", PEERS, ids=lambda p: p.name)
def test_every_peer_but_the_sequence_knows_twice_from_the_same(peer: object) -> None:
    """No relative rule refuses identical arms; each refuses twice as slow, if it can decide at all."""
    assert isinstance(peer, type(PEERS[0]))
    assert peer.relative is not None

    assert not peer.relative(SAME, SAME).failed
    assert peer.relative(SAME, TWICE).failed or peer.relative(SAME, TWICE).inconclusive


@pytest.mark.parametrize(
    ("rule", "bad_rounds", "said"),
    [
        ("Flagger, 5 good / threshold 2", (), Decision(failed=False, calls=100)),
        ("Flagger, 5 good / threshold 2", (1,), Decision(failed=False, calls=120)),
        ("Flagger, 5 good / threshold 2", (0, 3), Decision(failed=True, calls=80)),
        ("Flagger, 10 good / threshold 5", (1,), Decision(failed=False, calls=200, inconclusive=True)),
        ("Argo, count 5, failureLimit 0", (2,), Decision(failed=True, calls=60)),
        ("Argo, count 5, failureLimit 0", (5,), Decision(failed=False, calls=100)),
        ("Argo, count 10, failureLimit 3", (0, 1, 2), Decision(failed=False, calls=200)),
        ("Argo, count 10, failureLimit 3", (0, 1, 2, 9), Decision(failed=True, calls=200)),
    ],
)
def test_loops_stop_as_their_projects_document(rule: str, bad_rounds: tuple[int, ...], said: Decision) -> None:
    """Failed and good checks are counted as Flagger and Argo Rollouts do, interval by interval."""
    new = [TWICE[i] if i in bad_rounds else SAME[i] for i in range(10)]
    absolute = PEER[rule].absolute
    assert absolute is not None

    assert absolute(new, 150.0) == said


def test_kayenta_overlooks_a_tail_and_allows_what_it_is_told_to() -> None:
    """A slow path of one call in ten moves no rank-sum interval; +10 % is refused by default, not with 1.2."""
    tail = [[3 * ms if i % 10 == 0 else ms for i, ms in enumerate(round_)] for round_ in SAME]
    more = [[1.1 * ms for ms in round_] for round_ in SAME]
    default, told = (PEER[f"Kayenta, {name}"].relative for name in ("default", "allowedIncrease 1.2"))
    assert default is not None
    assert told is not None

    assert not default(SAME, tail).failed
    assert default(SAME, more).failed
    assert not told(SAME, more).failed


def test_p95_is_interpolated() -> None:
    """The percentile of 1 to 21 is 20, as numpy and R's type 7 have it."""
    assert p95([float(i) for i in range(21, 0, -1)]) == pytest.approx(20.0)


def test_a_cell_shows_every_rule_the_same_number_of_releases() -> None:
    """A row a rule, ours with environments known and unknown first."""
    rows = run_cell(Cell("relative", "light", KINDS[0], 2, peers=True))

    assert [row.rule for row in rows[:2]] == ["Warmgate, environments known", "Warmgate, environments unknown"]
    assert len(rows) == 2 + len(PEERS)
    assert {row.runs for row in rows} == {2}


def test_a_rule_with_false_rollbacks_is_disqualified() -> None:
    """More than one in a hundred good releases refused puts a rule out of the running, and the table says so."""
    changes = ("x0.8", "x0.9", "x1", "x1.1", "x1.5", "x2", "tail 10%", "tail 20%")
    rows = [
        Row("relative", rule, "light", change, kind_of("relative", change), 100, failed, 0, 40.0)
        for rule, bad in (("hasty", 5), ("calm", 1))
        for change in changes
        for failed in [bad if kind_of("relative", change) == "good" else 90]
    ]

    hasty, calm = summaries(rows, "relative")

    assert (hasty.disqualified, calm.disqualified) == (True, False)
    assert "| hasty | 5.0 % | 5.0 % | 5.0 % | 90.0 % | 40 | 40 | 0 % | disqualified |" in table(
        [hasty, calm], "relative"
    )
    assert "| x1.5 | fail | 90.0 |" in family_table(rows, "relative", "calm")
