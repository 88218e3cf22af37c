"""Samples as JSON Lines: what is written can be read back, and what cannot be read says where and why."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.reports.judgements import REFUSED
from warmgate.model.calls import Arm, CallOutcome, Phase, Sample, Start
from warmgate.report.samples import MOST_FAULTS, SamplesError, read_samples, render_samples

KEYS = [
    "run",
    "arm",
    "round",
    "environment",
    "probe",
    "phase",
    "start",
    "init_ms",
    "restore_ms",
    "duration_ms",
    "memory_mb",
    "outcome",
]
FIGURES = st.none() | st.floats(min_value=0, max_value=1e9)
RECORDS = st.lists(
    st.builds(
        Sample,
        arm=st.sampled_from(Arm),
        round=st.integers(min_value=1, max_value=3),
        position=st.just(0),
        probe=st.text(max_size=5),
        phase=st.sampled_from(Phase),
        outcome=st.sampled_from(CallOutcome),
        start=st.none() | st.sampled_from(Start),
        environment=st.none() | st.text(max_size=5),
        init_ms=FIGURES,
        restore_ms=FIGURES,
        duration_ms=FIGURES,
        memory_mb=FIGURES,
        error_type=st.none() | st.text(min_size=1, max_size=5),
    ),
    max_size=8,
)


def line(**changes: Any) -> str:
    """Return one good line with changes; a value of ... removes its key."""
    record = json.loads(render_samples(REFUSED).splitlines()[0]) | changes
    return json.dumps({key: value for key, value in record.items() if value is not ...})


def faults(*lines: str) -> list[str]:
    """Return the faults of lines, as text."""
    with pytest.raises(SamplesError) as raised:
        list(read_samples(lines, "run.jsonl"))
    return [str(fault) for fault in raised.value.faults]


def test_a_line_has_exactly_the_promised_keys() -> None:
    """Every line has the twelve keys in their order, and the type of an error where one was raised."""
    for text in render_samples(REFUSED).splitlines():
        record = json.loads(text)
        assert list(record) == [*KEYS, *(["error_type"] if "error_type" in record else [])]


@given(samples=RECORDS)
def test_reading_gives_back_what_was_written(samples: list[Sample]) -> None:
    """Samples written and read are the same in dispatch order, positions counted within their round."""
    written = render_samples(replace(REFUSED, samples=tuple(samples)))
    read = list(read_samples(written.split("\n")))

    assert [run for run, _ in read] == ["d-ABCDEF123"] * len(samples)
    assert [replace(sample, position=0) for _, sample in read] == samples
    for phase, number in {(sample.phase, sample.round) for sample in samples}:
        positions = [sample.position for _, sample in read if (sample.phase, sample.round) == (phase, number)]
        assert positions == list(range(len(positions)))


def test_a_failed_init_is_marked_where_there_is_one() -> None:
    """A file of an earlier version says nothing of it, and is read as before."""
    failed = replace(REFUSED.samples[0], init_failed=True, failed_init_ms=60.9)
    texts = render_samples(replace(REFUSED, samples=(failed, *REFUSED.samples[1:]))).splitlines()

    assert [json.loads(text).get("init_failed") for text in texts] == [True] + [None] * (len(texts) - 1)
    assert [json.loads(text).get("failed_init_ms") for text in texts] == [60.9] + [None] * (len(texts) - 1)
    assert [sample.init_failed for _, sample in read_samples(texts)] == [True] + [False] * (len(texts) - 1)
    assert next(sample.failed_init_ms for _, sample in read_samples(texts)) == 60.9


def test_runs_are_counted_apart() -> None:
    """Files of several runs may be joined, however many: positions start again in each."""
    read = list(read_samples([line(run="a"), "", line(run="a"), line(run="b")]))

    assert [(run, sample.position) for run, sample in read] == [("a", 0), ("a", 1), ("b", 0)]


KNOWN = ", ".join([*KEYS, "init_failed", "failed_init_ms", "error_type"])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"arm": "canary"}, 'arm: found "canary", expected one of baseline, candidate; correct the value'),
        ({"arm": ["baseline"]}, 'arm: found ["baseline"], expected one of baseline, candidate; correct the value'),
        ({"round": 0}, "round: found 0, expected a whole number from 1; correct the value"),
        ({"round": True}, "round: found true, expected a whole number from 1; correct the value"),
        ({"init_ms": "300"}, 'init_ms: found "300", expected a number from 0 or null; correct the value'),
        ({"init_ms": True}, "init_ms: found true, expected a number from 0 or null; correct the value"),
        ({"memory_mb": float("nan")}, "memory_mb: found NaN, expected a number from 0 or null; correct the value"),
        ({"duration_ms": -1}, "duration_ms: found -1, expected a number from 0 or null; correct the value"),
        ({"init_failed": "no"}, 'init_failed: found "no", expected true or false; correct the value'),
        ({"probe": None}, "probe: found null, expected a text; correct the value"),
        (
            {"start": "hot"},
            'start: found "hot", expected one of cold, warm, restored, provisioned or null; correct the value',
        ),
        (
            {"outcome": ...},
            "outcome: found nothing, expected the key; add outcome; null where the call did not show it",
        ),
        (
            {"durations_ms": 3},
            f"durations_ms: found a key that is not known, expected some of {KNOWN}; write duration_ms",
        ),
        (
            {"zzz": 3},
            f"zzz: found a key that is not known, expected some of {KNOWN}; remove it",
        ),
    ],
)
def test_a_fault_says_where_found_expected_and_fix(changes: dict[str, Any], expected: str) -> None:
    """Each fault names file, line, key, what was found, what was expected and what to do."""
    assert faults(line(), line(**changes)) == [f"run.jsonl:2 {expected}"]


@pytest.mark.parametrize("text", ["{", "[1]", "[" * 100_000, "null"])
def test_a_line_that_is_no_object_is_a_fault(text: str) -> None:
    """Text that is no JSON object is told with its beginning only, however long it is."""
    (fault,) = faults(text)

    assert fault.startswith("run.jsonl:1 line: found ")
    assert len(fault) < 150


def test_every_fault_is_told_at_once() -> None:
    """One pass tells all faults, after the samples before the first of them."""
    reading = read_samples([line(), line(arm=1, phase=2), line(), line(run=3)])

    assert next(reading)[0] == "d-ABCDEF123"
    with pytest.raises(SamplesError) as raised:
        list(reading)
    assert [(fault.line, fault.path) for fault in raised.value.faults] == [(2, "arm"), (2, "phase"), (4, "run")]


def test_a_file_of_another_kind_is_not_read_to_its_end() -> None:
    """Reading ends when the faults say nothing new."""
    endless = iter(lambda: "no record", None)

    with pytest.raises(SamplesError) as raised:
        list(read_samples(endless))
    assert len(raised.value.faults) == MOST_FAULTS
