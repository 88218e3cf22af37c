"""Limits from recorded runs: above what was seen, ready to be used, and silent where too little was seen."""

from __future__ import annotations

import json
import re
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
from warmgate.policy.values import Policy, Warm
from warmgate_ops.advice.recorded import Durations, Recorded
from warmgate_ops.advice.suggestion import suggest
from warmgate_ops.cli.main import app

GOLDEN = Path(__file__).parents[3] / "golden"
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
    assert limit.limit_ms >= 1.25 * found.inits[Arm.CANDIDATE].percentile(limit.percentile)
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
    assert len(suggestion.left_out) == 5


@pytest.mark.parametrize(
    ("starts", "asked", "percentile"), [(20, 20, 0.85), (10, 20, 0.70), (60, 20, 0.85), (60, 60, 0.95)]
)
def test_the_percentile_is_one_that_a_run_can_show(starts: int, asked: int, percentile: float) -> None:
    """Twenty cold starts within a limit show p86 with 95 % confidence: a p95 would stay unproven."""
    found = Recorded()
    for run in range(3):
        for position in range(starts):
            found.add(f"run {run}", cold(position, 300.0 + position))

    base = Policy(name="x", warm=Warm(environments=asked))
    (limit,) = suggest(found, 1.25, base=base).policy.limits.init
    assert limit.percentile == percentile


def cold(position: int, init_ms: float) -> Sample:
    """Return a cold start of the candidate."""
    return Sample(
        arm=Arm.CANDIDATE,
        round=1,
        position=position,
        probe="quote",
        phase=Phase.PREWARM,
        outcome=CallOutcome.OK,
        start=Start.COLD,
        duration_ms=80.0,
        init_ms=init_ms,
    )


@pytest.mark.parametrize(
    ("calls", "percentiles"), [(19, []), (20, [0.5, 0.75]), (50, [0.5, 0.9]), (99, [0.5, 0.9]), (100, [0.5, 0.95])]
)
def test_the_percentile_of_calls_has_five_beyond_it(calls: int, percentiles: list[float]) -> None:
    """Fewer calls show a lower one."""
    found = Recorded()
    for position in range(calls):
        found.add("run", replace(cold(position, 0), phase=Phase.MEASURED, start=Start.WARM, duration_ms=50.0))

    assert [limit.percentile for limit in suggest(found, 1.25).policy.limits.duration] == percentiles


def test_a_limit_is_no_nearer_than_the_scheduler() -> None:
    """A quarter of half a millisecond is no headroom."""
    found = Recorded()
    for position in range(200):
        found.add("run", replace(cold(position, 0), phase=Phase.MEASURED, start=Start.WARM, duration_ms=0.77))

    assert all(limit.limit_ms >= 5.77 for limit in suggest(found, 1.25).policy.limits.duration)


def test_a_limit_is_no_higher_than_a_call_can_last() -> None:
    """A policy takes none beyond 900 s."""
    found = Recorded()
    for position in range(200):
        found.add("run", replace(cold(position, 0), phase=Phase.MEASURED, start=Start.WARM, duration_ms=899_000.0))

    limits = suggest(found, 1.25).policy.limits.duration
    assert {limit.limit_ms for limit in limits} == {900_000.0}


def test_what_the_runs_leave_open_gives_way_to_less() -> None:
    """A lower percentile, and none where none is decided."""
    found = recorded(samples_of("open"))
    high = {"limits.duration.p95", "limits.init.p85"}
    lower = suggest(found, 1.25, undecided=lambda policy: high & named(policy))
    none = suggest(found, 1.25, undecided=named)

    assert named(lower.policy) == {"limits.init.p80", "limits.duration.p50", "limits.duration.p90"}
    assert named(none.policy) == set()
    assert any("too few warm calls to decide" in line for line in none.left_out)


def named(policy: Policy) -> set[str]:
    """Return the paths of a policy's limits."""
    both = (("init", policy.limits.init), ("duration", policy.limits.duration))
    return {f"limits.{kind}.{limit.name}" for kind, limits in both for limit in limits}


def test_a_base_keeps_all_but_its_limits(tmp_path: Path) -> None:
    """Probes, budget and comparisons are those of the policy that the runs were recorded under."""
    path, policy = tmp_path / "samples.jsonl", tmp_path / "p.yaml"
    path.write_text(lines_of(samples_of("base")))
    policy.write_text(
        "policy: quotes\nprobes: [{name: default, event: http-api, path: /quote}]\n"
        "limits: {duration: {p95: 9s}, memory: {max: 80%}}\ncompare: {duration: {p95: 1.5x}}\nbudget: {seconds: 100}\n"
    )
    result = CliRunner().invoke(app, ["policy", "suggest", "--samples", str(path), "--policy", str(policy)])
    base, found = parse_policy(policy.read_text(), "p"), parse_policy(result.stdout, "printed")

    assert result.exit_code == 0, result.output
    assert (found.name, found.probes, found.compare, found.budget) == ("quotes", base.probes, base.compare, base.budget)
    assert found.limits.memory_ratio == base.limits.memory_ratio
    assert found.limits.duration[-1].limit_ms < 1000
    assert "do not hold what was sent" not in result.stderr


def test_without_a_policy_the_probes_names_are_kept(tmp_path: Path) -> None:
    """What they sent is not in the samples, and that is said; nothing that counts anyway is printed."""
    path = tmp_path / "samples.jsonl"
    path.write_text(lines_of([(run, replace(s, probe="quote")) for run, s in samples_of("names")]))
    result = CliRunner().invoke(app, ["policy", "suggest", "--samples", str(path)])

    assert [probe.name for probe in parse_policy(result.stdout, "printed").probes] == ["quote"]
    assert "probes: quote: samples do not hold what was sent" in result.stderr
    assert not {"mode", "rollback", "when", "budget", "live"} & set(re.findall(r"^(\w+):", result.stdout, re.MULTILINE))


def slower(samples: list[tuple[str, Sample]]) -> list[tuple[str, Sample]]:
    """Return the samples with a candidate that is twice as slow."""
    return [
        (run, replace(s, duration_ms=2 * (s.duration_ms or 0)) if s.arm is Arm.CANDIDATE else s) for run, s in samples
    ]


def test_samples_of_a_refused_run_are_no_example(tmp_path: Path) -> None:
    """Its limits would let the same through again; who wants them says so."""
    path = tmp_path / "samples.jsonl"
    path.write_text(lines_of(slower(samples_of("slow", runs=1))))
    words = ["policy", "suggest", "--samples", str(path)]
    refused, taken = CliRunner().invoke(app, words), CliRunner().invoke(app, [*words, "--anyway"])

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert f"{path}: found the run run 0, which is refused (" in refused.stderr
    assert taken.exit_code == 0, taken.output


@pytest.mark.parametrize(("report", "code"), [("refused", 2), ("passed", 0)])
def test_the_report_beside_the_samples_says_whether_their_run_was_refused(
    tmp_path: Path, report: str, code: int
) -> None:
    """Whatever the samples alone would show: memory and live traffic are not in them."""
    document = json.loads((GOLDEN / f"report_{report}.json").read_text())
    (tmp_path / "report.json").write_text(json.dumps(document))
    path = tmp_path / "samples.jsonl"
    path.write_text(lines_of([(document["deployment_id"], s) for _, s in samples_of("told", runs=1)]))
    result = CliRunner().invoke(app, ["policy", "suggest", "--samples", str(path)])

    assert result.exit_code == code, result.output
    assert (document["reason"].splitlines()[0] in result.stderr) == (code == 2)


def test_its_own_runs_decide_every_limit(tmp_path: Path) -> None:
    """What is proposed passes the runs that it was made from, without an open limit and without a warning."""
    path, policy = tmp_path / "samples.jsonl", tmp_path / "p.yaml"
    path.write_text(lines_of(samples_of("own", runs=2)))
    policy.write_text(CliRunner().invoke(app, ["policy", "suggest", "--samples", str(path)]).stdout)
    replayed = CliRunner().invoke(app, ["replay", "--policy", str(policy), str(path), "--json"])
    validated = CliRunner().invoke(app, ["policy", "validate", str(policy)])

    outcomes = {
        finding["check"]: finding["outcome"]
        for line in replayed.stdout.splitlines()
        for finding in json.loads(line)["findings"]
        if finding["check"].startswith("limits.")
    }
    assert set(outcomes.values()) == {"passed"}, outcomes
    assert validated.stdout == f"{policy}: ok\n"


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
