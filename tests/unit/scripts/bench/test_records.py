"""Recorded calls become releases: nothing is made up, environments stay together, and what is no recording is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.gatebench.changes import BY_NAME
from bench.records.__main__ import main
from bench.records.releases import p95_of, release_of
from bench.records.sebs import Recorded, functions_in
from warmgate.errors import DocumentError
from warmgate.report.samples import read_samples

FUNCTION = Recorded("f-128", tuple((100.0 * e + 1, 100.0 * e + 2, 100.0 * e + 3) for e in range(1, 30)))


def call(begin: float, environment: str | None, ms: float, *, cold: bool = False) -> dict[str, object]:
    """Return a call as SeBS writes it, as far as it is read."""
    named = {} if environment is None else {"container_id": environment}
    return {
        "output": {"begin": str(begin), "request_id": f"{begin}", **named},
        "provider_times": {"execution": ms * 1000},
        "stats": {"cold_start": cold, "failure": False},
    }


def written(folder: Path, calls: list[dict[str, object]]) -> Path:
    """Write one function's results and return the folder of the platform."""
    path = folder / "120" / "perf-cost" / "warm_results_256-processed.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"_invocations": {"f": {str(n): each for n, each in enumerate(calls)}}}))
    return folder


def test_calls_are_read_by_environment_and_in_order(tmp_path: Path) -> None:
    """Cold calls are no warm ones; a call without environment is one of its own."""
    calls = [call(2, "a", 20), call(1, "a", 10), call(1, "b", 30), call(0, "b", 900, cold=True), call(3, None, 40)]
    assert functions_in(written(tmp_path, calls)) == [Recorded("120-256", ((40.0,), (10.0, 20.0), (30.0,)))]


@pytest.mark.parametrize("text", ["", "[]", '{"_invocations": {"f": {"1": {}}}}'])
def test_what_is_no_recording_is_said(tmp_path: Path, text: str) -> None:
    """Where, what was found, and what to give instead."""
    with pytest.raises(DocumentError, match="found no results of SeBS"):
        functions_in(tmp_path)
    path = written(tmp_path, []) / "120" / "perf-cost" / "warm_results_256-processed.json"
    path.write_text(text)
    with pytest.raises(DocumentError, match="warm_results_256"):
        functions_in(tmp_path)


def test_a_release_is_made_of_recorded_calls_alone() -> None:
    """An environment's calls stay together and in order, and the candidate's are changed as the change says."""
    release = release_of(FUNCTION, BY_NAME["x1.5"], 0)
    assert release == release_of(FUNCTION, BY_NAME["x1.5"], 0)
    for factor, arm in ((1.0, release.old), (1.5, release.new)):
        assert [len(calls) for calls in arm] == [20] * 10
        for place in range(20):
            taken = [c.duration_ms / factor for calls in arm for c in calls if c.environment == place]
            assert [round(ms % 100) for ms in taken] == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1]
            assert round(taken[0]) // 100 == round(taken[2]) // 100
    assert p95_of(FUNCTION) == 2802.0


def test_the_table_is_printed_and_samples_are_written_for_replay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row for each change with its interval; the samples are what `warmgate replay` reads."""
    folder = written(tmp_path, [call(n / 100, f"{n % 25}", 50 + n % 7) for n in range(150)])
    samples = tmp_path / "samples.jsonl"
    assert main([str(folder), "--runs", "1", "--samples", str(samples)]) == 0
    printed = capsys.readouterr().out
    assert "| relative | x1 | 0.00% | 0.00% to 97.50% | 0.0% |" in printed
    assert len([line for line in printed.splitlines() if line.startswith(("| relative", "| absolute"))]) == 14
    read = list(read_samples(samples.read_text().splitlines()))
    assert {run for run, _ in read} == {"120-256 0"}
    assert main([str(tmp_path / "nothing")]) == 2
    assert "expected files" in capsys.readouterr().err
