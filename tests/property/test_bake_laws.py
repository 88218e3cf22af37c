"""Laws of a bake: its state is JSON of bounded size, and when somebody looks changes nothing of what is found."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from support.fakes.bake_world import BakeWorld, Traffic
from support.fakes.release_world import FAILED
from support.fakes.world import EPOCH_MS
from warmgate.judge.bake.tracks import followed
from warmgate.model.bake import MOST_PARTS, BakeState, Part, Scope, ShareCheck, ShareKind, Tally, begun
from warmgate.model.bake_state import document_of, state_of
from warmgate.model.calls import Arm, CallOutcome, Phase, Sample

LARGEST = 32_000
MINUTES = 60
counts = st.integers(0, 9_999_999)
tallies = st.builds(Tally, bad=counts, of=counts, worst=counts)
checks = st.builds(
    ShareCheck,
    check=st.text(min_size=1, max_size=40),
    kind=st.sampled_from(ShareKind),
    allowed=st.floats(0, 1),
    limit=st.none() | st.floats(0, 900_000),
)
used = st.tuples(st.floats(0, 7 * 86_400), st.integers(0, 200), st.floats(1, 10_240))


@st.composite
def states(draw: st.DrawFn) -> BakeState:
    """Return a state that looks could have left."""
    chosen = tuple(draw(st.lists(checks, max_size=4)))
    part = st.builds(Part, calls=counts, environments=counts, tallies=st.tuples(*[tallies] * len(chosen)))
    state = begun("d-ABC123", draw(st.floats(0, 2e12)), draw(st.integers(10, 10_080)), draw(st.integers(1, 10)))
    samples = [(at_s, _sample(name, mb)) for at_s, name, mb in sorted(draw(st.lists(used, max_size=60)))]
    scope = Scope(
        function="f", alias="live", baseline="6", candidate="7", policy="p", source="bundled:p", checks=chosen
    )
    return replace(
        state,
        look=draw(st.integers(0, 10_000)),
        scope=draw(st.none() | st.just(scope)),
        parts=tuple(draw(st.lists(part, max_size=20))),
        tracks=followed((), samples),
        failed=draw(st.text(max_size=600)),
    )


def _sample(name: int, used_mb: float) -> Sample:
    return Sample(
        arm=Arm.CANDIDATE,
        round=1,
        position=0,
        probe="p",
        phase=Phase.MEASURED,
        outcome=CallOutcome.OK,
        environment=f"2026/01/01/[7]{name:032d}",
        memory_mb=used_mb,
    )


@given(states())
def test_a_state_survives_json(state: BakeState) -> None:
    """What one look returns is what the next one reads."""
    assert state_of(json.loads(json.dumps(document_of(state)))) == state


@given(st.integers(10, 10_080), st.integers(0, 999))
def test_a_state_is_bounded_whatever_the_traffic(minutes: int, seed: int) -> None:
    """All parts of four checks with millions of calls each, and many environments for days, stay below 32 KB."""
    state = begun("d-ABC123", EPOCH_MS, minutes, 10)
    full = Part(calls=9_999_999, environments=9_999, tallies=(Tally(bad=999_999, of=9_999_999, worst=99_999),) * 4)
    random = Random(seed)
    times = sorted(random.uniform(0, 7 * 86_400) for _ in range(400))
    tracks = followed((), [(at_s, _sample(random.randrange(200), random.uniform(1, 10_240))) for at_s in times])
    assert state.part_count <= MOST_PARTS

    text = json.dumps(document_of(replace(state, parts=(full,) * state.part_count, tracks=tracks)))
    assert len(text) < LARGEST


@given(
    gaps=st.lists(st.integers(1, 25), min_size=3, max_size=40),
    since=st.integers(0, 50),
    rate=st.sampled_from([0.0, 0.002, 0.3]),
)
@settings(max_examples=12, deadline=None)
def test_when_somebody_looks_changes_nothing(gaps: list[int], since: int, rate: float) -> None:
    """Looks at any times lead to the verdict, the counts and the reason of looks at the time."""
    traffic = Traffic(per_minute=12, failing=lambda minute: rate if minute >= since else 0.0)
    expected, found = BakeWorld(traffic=traffic, minutes=MINUTES), BakeWorld(traffic=traffic, minutes=MINUTES)
    expected.bake()
    state = found.begin()
    for gap in gaps:
        state = found.look(state)
        found.clock.sleep_ms(0 if state["ended"] else gap * 60_000)
    state = state if state["ended"] else found.go_on(state)

    bakes = [world.reports.kept[FAILED].document["bake"] for world in (expected, found)]
    errors = [next(f for f in bake["findings"] if f["check"] == "bake.errors.rate") for bake in bakes]
    assert (bakes[0]["outcome"], errors[0]) == (bakes[1]["outcome"], errors[1])
