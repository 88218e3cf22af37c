"""What `warmgate replay` prints, where it stops, and how it exits."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from warmgate_ops.cli.main import app

ABSOLUTE = "policy: a\nlimits: {duration: {p95: 100ms}}\n"
RELATIVE = "policy: r\ncompare: {duration: {p95: 1.2x}}\nbudget: {invocations: 460}\n"


def row(**changes: Any) -> dict[str, Any]:
    """Return one good record with changes."""
    record: dict[str, Any] = {
        "run": "r1",
        "arm": "candidate",
        "round": 1,
        "environment": None,
        "probe": "default",
        "phase": "measured",
        "start": "warm",
        "init_ms": None,
        "restore_ms": None,
        "duration_ms": 50.0,
        "memory_mb": 64.0,
        "outcome": "ok",
    }
    return record | changes


def recorded(
    run: str = "r1",
    *,
    factor: float = 1.0,
    rounds: int = 10,
    size: int = 20,
    named: bool = False,
    measured_only: bool = False,
) -> list[dict[str, Any]]:
    """Return a whole run: a burst, three warm-up rounds, and measured rounds of both arms."""
    noise = random.Random(f"{run} {factor}")
    phases = [("measured", n) for n in range(1, rounds + 1)]
    if not measured_only:
        phases = [("prewarm", 1), *(("warmup", n) for n in (1, 2, 3)), *phases]
    return [
        row(
            run=run,
            arm=arm,
            round=number,
            phase=phase,
            environment=f"{arm} {i}" if named else None,
            start="cold" if phase == "prewarm" else "warm",
            init_ms=300.0 if phase == "prewarm" else None,
            duration_ms=50 * noise.lognormvariate(0, 0.1) * (factor if arm == "candidate" else 1),
        )
        for phase, number in phases
        for i in range(size)
        for arm in ("baseline", "candidate")
    ]


def replayed(folder: Path, policy: str, lines: Iterable[dict[str, Any] | str], *more: str) -> Result:
    """Return what the command does with a policy and a file of records."""
    (folder / "policy.yaml").write_text(policy)
    text = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    (folder / "runs.jsonl").write_text("".join(f"{line}\n" for line in text))
    command = ["replay", "--policy", str(folder / "policy.yaml"), str(folder / "runs.jsonl"), *more]
    return CliRunner().invoke(app, command)


def verdicts(result: Result) -> list[dict[str, Any]]:
    """Return the runs that were printed as JSON."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_json_object_a_run_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Every run is one line with exactly the promised keys; one Failed makes the exit code 1."""
    lines = [*recorded("good"), *recorded("bad", factor=3.0), *recorded("fine")]

    result = replayed(tmp_path, RELATIVE, lines, "--json")

    found = verdicts(result)
    assert result.exit_code == 1
    assert [(v["run"], v["status"]) for v in found] == [
        ("good", "Succeeded"),
        ("bad", "Failed"),
        ("fine", "Succeeded"),
    ]
    assert all(list(v) == ["run", "outcome", "status", "calls", "reason", "findings"] for v in found)
    assert "compare.duration.body" in [finding["check"] for finding in found[1]["findings"]]


def test_a_table_ends_with_a_summary(tmp_path: Path) -> None:
    """Without --json there is a line a run and a summary; all Succeeded exits 0."""
    result = replayed(tmp_path, RELATIVE, [*recorded("one"), *recorded("two")])

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0].startswith("one ")
    assert lines[-1].startswith("2 runs: 2 Succeeded, 0 Failed;")


def test_a_run_stops_at_the_end_of_the_round_that_decides(tmp_path: Path) -> None:
    """A clear failure consumes whole rounds and no more of them than it takes."""
    result = replayed(tmp_path, RELATIVE, recorded(factor=3.0), "--json")

    (found,) = verdicts(result)
    assert found["calls"] in {200, 240}


def test_a_baseline_that_no_check_reads_is_not_consumed(tmp_path: Path) -> None:
    """With absolute limits alone, calls count the candidate's only: four unmeasured rounds and three measured ones."""
    result = replayed(tmp_path, ABSOLUTE, recorded(), "--json")

    (found,) = verdicts(result)
    assert (found["outcome"], found["calls"]) == ("passed", 7 * 20)


def test_phases_come_in_the_hook_s_order_whatever_the_file_s(tmp_path: Path) -> None:
    """Measured rounds that stand first in the file are still judged last."""
    lines = recorded()

    forward, backward = (replayed(tmp_path, RELATIVE, order, "--json") for order in (lines, lines[-40:] + lines[:-40]))

    assert verdicts(forward)[0]["calls"] == verdicts(backward)[0]["calls"] > 160


def test_memory_is_left_out_and_named(tmp_path: Path) -> None:
    """A memory limit, for which samples hold no size, refuses nothing and is said to be left out."""
    policy = ABSOLUTE.replace("}}", "}, memory: {max: 85%}}")

    result = replayed(tmp_path, policy, recorded())

    assert result.exit_code == 0
    assert "left out in 1 runs: limits.memory" in result.stdout


def test_init_checks_are_left_out_where_no_burst_was_recorded(tmp_path: Path) -> None:
    """Measured calls alone can be judged: init checks are named and refuse nothing."""
    policy = RELATIVE.replace("duration", "init: {median: 1.2x}, duration") + "limits: {init: {p95: 1s}}\n"

    result = replayed(tmp_path, policy, recorded(measured_only=True), "--json")

    assert [f["check"] for f in verdicts(result)[0]["findings"]] == [
        "limits.errors.rate",
        "compare.duration.body",
        "compare.duration.tail",
    ]
    assert "init checks: no prewarm call was recorded" in result.stderr


def test_a_baseline_that_comes_late_is_waited_for(tmp_path: Path) -> None:
    """A burst of the candidate alone does not make the run one without a baseline."""
    lines = [r for r in recorded(factor=3.0) if r["phase"] == "measured" or r["arm"] == "candidate"]

    (found,) = verdicts(replayed(tmp_path, RELATIVE, lines, "--json"))

    assert found["outcome"] == "failed"
    assert found["calls"] > 80


@pytest.mark.parametrize(("invocations", "calls"), [(219, 200), (240, 240), (400, 280)])
def test_the_budget_ends_a_run_before_the_round_that_does_not_fit(tmp_path: Path, invocations: int, calls: int) -> None:
    """Whole rounds are consumed as long as they fit into `budget.invocations`."""
    policy = f"policy: r\ncompare: {{duration: {{p95: 1.2x}}}}\nbudget: {{invocations: {invocations}}}\n"

    (found,) = verdicts(replayed(tmp_path, policy, recorded(rounds=3), "--json"))

    assert found["calls"] == calls


def test_one_failing_burst_stops_a_run_at_once(tmp_path: Path) -> None:
    """Two errors refuse a release without any measured call."""
    lines = [r | {"outcome": "error"} if r["phase"] == "prewarm" else r for r in recorded()]

    (found,) = verdicts(replayed(tmp_path, RELATIVE, lines, "--json"))

    assert (found["outcome"], found["calls"]) == ("failed", 40)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([row(), "{"], "runs.jsonl:2 line"),
        ([row(), row(arm="canary")], "runs.jsonl:2 arm"),
        ([row(), row(run="r2"), row()], "runs.jsonl:3 run: found 'r1' again"),
        ([], "runs.jsonl file: found no sample"),
    ],
)
def test_a_fault_is_named_with_file_and_line(tmp_path: Path, lines: list[dict[str, Any] | str], said: str) -> None:
    """Unreadable input exits 2 and says where, found, expected, fix; the run it cuts is not judged."""
    result = replayed(tmp_path, ABSOLUTE, lines, "--json")

    assert result.exit_code == 2
    assert said in result.stderr


def test_runs_before_a_fault_are_judged(tmp_path: Path) -> None:
    """What was whole before the fault has been printed."""
    result = replayed(tmp_path, ABSOLUTE, [*recorded("one"), *recorded("two"), "{"], "--json")

    assert [v["run"] for v in verdicts(result)] == ["one"]


def test_bytes_that_are_no_text_are_a_fault(tmp_path: Path) -> None:
    """A byte outside of UTF-8 is named with its line."""
    (tmp_path / "policy.yaml").write_text(ABSOLUTE)
    (tmp_path / "runs.jsonl").write_bytes(json.dumps(row()).encode() + b"\n\xff\n")

    result = CliRunner().invoke(
        app, ["replay", "--policy", str(tmp_path / "policy.yaml"), str(tmp_path / "runs.jsonl")]
    )

    assert result.exit_code == 2
    assert "runs.jsonl:2 line: found a byte 0xff, expected UTF-8" in result.stderr


@pytest.mark.parametrize("policy", ["limits: {duration: {p95: 100}}\n", None])
def test_a_policy_that_cannot_be_read_exits_2(tmp_path: Path, policy: str | None) -> None:
    """A policy with faults, or none at all, is unreadable input."""
    (tmp_path / "runs.jsonl").write_text(json.dumps(row()))
    if policy:
        (tmp_path / "p.yaml").write_text(policy)

    result = CliRunner().invoke(app, ["replay", "--policy", str(tmp_path / "p.yaml"), str(tmp_path / "runs.jsonl")])

    assert result.exit_code == 2
    assert "p.yaml" in result.stderr


def test_standard_input_and_several_files_are_judged_in_turn(tmp_path: Path) -> None:
    """A dash reads standard input; the same run id in another file is another recording."""
    (tmp_path / "policy.yaml").write_text(ABSOLUTE)
    text = "".join(f"{json.dumps(line)}\n" for line in recorded())
    (tmp_path / "runs.jsonl").write_text(text)

    command = ["replay", "--policy", str(tmp_path / "policy.yaml"), "-", str(tmp_path / "runs.jsonl"), "--json"]
    result = CliRunner().invoke(app, command, input=text)

    assert [v["run"] for v in verdicts(result)] == ["r1", "r1"]


def test_uneven_rounds_without_environments_are_judged(tmp_path: Path) -> None:
    """Rounds of different sizes and calls that never came back leave a verdict, not an exception."""
    noise = random.Random(7)
    lines = [line for line in recorded(factor=3.0) if noise.random() < 0.7]
    lines = [line | {"duration_ms": None, "outcome": "timeout"} if noise.random() < 0.05 else line for line in lines]
    lines = [line | {"outcome": "throttled", "duration_ms": None} if noise.random() < 0.05 else line for line in lines]

    (found,) = verdicts(replayed(tmp_path, RELATIVE, lines, "--json"))

    assert found["status"] == "Failed"
