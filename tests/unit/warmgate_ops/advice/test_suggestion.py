"""Limits from recorded runs: above what was seen, ready to be used, and silent where too little was seen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from support.traffic.generators import FAMILIES, record
from warmgate.model.calls import Arm, CallOutcome, Phase, Sample, Start
from warmgate.policy import parse_policy, render_policy
from warmgate_ops.advice.recorded import Durations, Recorded
from warmgate_ops.advice.suggestion import suggest
from warmgate_ops.cli.main import app

Seen = tuple[float | None, Start, float | None]
"""Duration, start and init of a call."""


def samples_of(seed: str, runs: int = 3) -> list[tuple[str, Sample]]:
    """Return runs of a typical function, unchanged, with twenty cold starts of each arm."""
    found = []
    for number in range(runs):
        random = Random(f"{seed} {number}")
        recording = record(FAMILIES[0], lambda duration_ms, _random: duration_ms, random)
        for arm, rounds in ((Arm.BASELINE, recording.old[:5]), (Arm.CANDIDATE, recording.new)):
            cold: list[list[Seen]] = [[(None, Start.COLD, 300.0 * random.lognormvariate(0, 0.1)) for _ in range(20)]]
            warm: list[list[Seen]] = [[(call.duration_ms, Start.WARM, None) for call in calls] for calls in rounds]
            for phase, groups in ((Phase.PREWARM, cold), (Phase.MEASURED, warm)):
                for place, group in enumerate(groups, start=1):
                    for position, (duration_ms, start, init_ms) in enumerate(group):
                        sample = Sample(
                            arm=arm,
                            round=place,
                            position=position,
                            probe="default",
                            phase=phase,
                            outcome=CallOutcome.OK,
                            start=start,
                            duration_ms=duration_ms if duration_ms is not None else 80.0,
                            init_ms=init_ms,
                        )
                        found.append((f"run {number}", sample))
    return found


def recorded(samples: list[tuple[str, Sample]]) -> Recorded:
    """Return what some samples show together."""
    found = Recorded()
    for run, sample in samples:
        found.add(run, sample)
    return found


def lines_of(samples: list[tuple[str, Sample]]) -> str:
    """Return the samples as a report stores them, the rounds of a run in their order."""
    order = {phase: place for place, phase in enumerate(Phase)}
    ordered = sorted(samples, key=lambda found: (found[0], order[found[1].phase], found[1].round))
    return "".join(
        json.dumps(
            {
                "run": run,
                "arm": s.arm,
                "round": s.round,
                "environment": None,
                "probe": s.probe,
                "phase": s.phase,
                "start": s.start,
                "init_ms": s.init_ms,
                "restore_ms": None,
                "duration_ms": s.duration_ms,
                "memory_mb": None,
                "outcome": s.outcome,
            }
        )
        + "\n"
        for run, s in ordered
    )


@given(st.lists(st.floats(0.02, 1e6), min_size=1, max_size=200), st.sampled_from([0.5, 0.95, 1.0]))
def test_counted_percentiles_are_right_to_half_a_per_cent(values: list[float], percentile: float) -> None:
    """Never below the true one."""
    durations = Durations()
    for value in values:
        durations.add(value)
    ordered = sorted(values)
    true = ordered[max(0, -(-int(percentile * 1000) * len(values) // 1000) - 1)]
    assert true * 0.999999 <= durations.percentile(percentile) <= true * 1.0051


def test_limits_stand_above_what_was_seen_and_parse_again() -> None:
    """The policy can be stored as it is printed."""
    found = recorded(samples_of("a"))
    suggestion = suggest(found, 1.25)
    (limit,) = suggestion.policy.limits.init
    assert limit.limit_ms >= 1.25 * found.inits[Arm.CANDIDATE].percentile(0.95)
    again = parse_policy(render_policy(suggestion.policy), "suggested.yaml")
    assert again == suggestion.policy


def test_what_was_seen_too_seldom_is_not_proposed() -> None:
    """Ten cold starts have no 95th percentile; calls that failed are no example."""
    few = [(run, s) for run, s in samples_of("b", runs=1) if s.arm is Arm.CANDIDATE][:10]
    broken = [(run, replace(sample, outcome=CallOutcome.ERROR)) for run, sample in few]
    suggestion = suggest(recorded(broken), 1.25)
    assert suggestion.policy.limits.init == ()
    assert suggestion.policy.limits.duration == ()
    assert suggestion.policy.limits.error_ratio is None
    assert len(suggestion.left_out) == 4


def test_the_command_prints_a_policy_and_how_often_it_would_have_fired(tmp_path: Path) -> None:
    """On runs of the version it was made from it fires on none."""
    path = tmp_path / "samples.jsonl"
    path.write_text(lines_of(samples_of("c")))
    result = CliRunner().invoke(app, ["policy", "suggest", "--samples", str(path), "--name", "quotes"])
    assert result.exit_code == 0, result.output
    assert parse_policy(result.stdout, "printed").name == "quotes"
    assert "on the 3 recorded runs it refuses 0: no check fired" in result.stderr


def test_the_command_as_json(tmp_path: Path) -> None:
    """The same as one object."""
    path = tmp_path / "samples.jsonl"
    path.write_text(lines_of(samples_of("d")))
    result = CliRunner().invoke(app, ["policy", "suggest", "--samples", str(path), "--json"])
    found = json.loads(result.stdout)
    assert (found["runs"], found["refused"], found["fired"]) == (3, 0, {})
    assert parse_policy(found["policy"], "printed").limits.init


@pytest.mark.parametrize("content", [None, "{}\n", b"\xff\n"])
def test_samples_that_cannot_be_read_are_wrong_input(tmp_path: Path, content: str | bytes | None) -> None:
    """The file and what is wrong with it."""
    path = tmp_path / "samples.jsonl"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = CliRunner().invoke(app, ["policy", "suggest", "--samples", str(path)])
    assert result.exit_code == 2
    assert str(path) in result.stderr


def test_explain_beside_todays_values(tmp_path: Path) -> None:
    """The command joins policy and samples."""
    path, policy = tmp_path / "samples.jsonl", tmp_path / "p.yaml"
    path.write_text(lines_of(samples_of("e")))
    policy.write_text("policy: p\nlimits: {duration: {p95: 66ms}, init: {p95: 2s}}\n")
    result = CliRunner().invoke(app, ["policy", "explain", str(policy), "--samples", str(path), "--json"])
    assert result.exit_code == 0, result.output
    checks = {check["check"]: check for check in json.loads(result.stdout)["checks"]}
    assert any("by chance" in warning for warning in checks["limits.duration.p95"]["warnings"])
    assert any(line.startswith("today") for line in checks["limits.init.p95"]["says"])


def test_explain_in_words(tmp_path: Path) -> None:
    """A line a thing; a policy with faults is wrong input."""
    policy = tmp_path / "p.yaml"
    policy.write_text("policy: p\nlimits: {duration: {p95: 400ms}}\n")
    result = CliRunner().invoke(app, ["policy", "explain", str(policy)])
    assert result.exit_code == 0
    assert "limits.duration.p95 <= 400 ms" in result.stdout
    policy.write_text("policy: p\nlimits: {duration: {p95: 400}}\n")
    assert CliRunner().invoke(app, ["policy", "explain", str(policy)]).exit_code == 2
    assert CliRunner().invoke(app, ["policy", "explain", str(tmp_path / "none.yaml")]).exit_code == 2
