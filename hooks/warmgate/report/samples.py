"""Samples as JSON Lines, one call a line in dispatch order, and back; what a call was sent or answered stays out."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any

from warmgate.documents.place import nearest
from warmgate.errors import DocumentError, Fault, UnfitError
from warmgate.model.calls import Arm, CallOutcome, Phase, Sample, Start
from warmgate.model.verdict import Judgement
from warmgate.report.document import finite

MOST_FAULTS = 20
"""Reading ends after this many: the rest of a file of the wrong kind says nothing new."""


class SamplesError(DocumentError):
    """Recorded samples that cannot be read."""


def render_samples(judgement: Judgement) -> str:
    """Return the samples of a judgement as JSON Lines; the run is the deployment's id."""
    return render_run(judgement.deployment.deployment_id, judgement.samples)


def render_run(run: str, samples: Iterable[Sample]) -> str:
    """Return the samples of a run as JSON Lines."""
    return "".join(f"{json.dumps(_record(run, sample), separators=(',', ':'))}\n" for sample in samples)


def read_samples(lines: Iterable[str], source: str = "samples") -> Iterator[tuple[str, Sample]]:
    """Yield the run and the sample of every line; blank lines are skipped.

    A sample's position is its place among the lines of its round, so that files keep dispatch order; the lines of a run
    stand together.

    Raises:
        SamplesError: lines have faults; it comes after every sample before the first faulty line.
    """
    faults: list[Fault] = []
    positions: Counter[tuple[Phase, int]] = Counter()
    last: str | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        reading = _Line(source, number, faults)
        fields = reading.fields(line)
        if len(faults) >= MOST_FAULTS:
            break
        if fields is None or faults:
            continue
        run = fields.pop("run")
        if run != last:
            positions.clear()
            last = run
        place = (fields["phase"], fields["round"])
        yield run, Sample(position=positions[place], **fields)
        positions[place] += 1
    if faults:
        raise SamplesError(*faults)


def _record(run: str, sample: Sample) -> dict[str, Any]:
    return {
        "run": run,
        "arm": sample.arm.value,
        "round": sample.round,
        "environment": sample.environment,
        "probe": sample.probe,
        "phase": sample.phase.value,
        "start": None if sample.start is None else sample.start.value,
        "init_ms": finite(sample.init_ms),
        "restore_ms": finite(sample.restore_ms),
        "duration_ms": finite(sample.duration_ms),
        "memory_mb": finite(sample.memory_mb),
        "outcome": sample.outcome.value,
        # Only where it is so: files of earlier versions have no such key.
        **({"init_failed": True} if sample.init_failed else {}),
        **({} if finite(sample.failed_init_ms) is None else {"failed_init_ms": sample.failed_init_ms}),
        **({"error_type": sample.error_type} if sample.error_type else {}),
    }


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise UnfitError("a text")


def _round_number(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    raise UnfitError("a whole number from 1")


def _figure(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1e15 and math.isfinite(value):
        return float(value)
    raise UnfitError("a number from 0")


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise UnfitError("true or false")


def _word(words: type[StrEnum]) -> Callable[[Any], StrEnum]:
    def read(value: Any) -> StrEnum:
        if isinstance(value, str) and value in list(words):
            return words(value)
        raise UnfitError(f"one of {', '.join(words)}")

    return read


def _or_null(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def read_or_null(value: Any) -> Any:
        try:
            return None if value is None else read(value)
        except UnfitError as error:
            raise UnfitError(f"{error} or null") from error

    return read_or_null


_READERS: dict[str, Callable[[Any], Any]] = {
    "run": _text,
    "arm": _word(Arm),
    "round": _round_number,
    "environment": _or_null(_text),
    "probe": _text,
    "phase": _word(Phase),
    "start": _or_null(_word(Start)),
    "init_ms": _or_null(_figure),
    "restore_ms": _or_null(_figure),
    "duration_ms": _or_null(_figure),
    "memory_mb": _or_null(_figure),
    "outcome": _word(CallOutcome),
    "init_failed": _flag,
    "failed_init_ms": _or_null(_figure),
    "error_type": _or_null(_text),
}


_DEFAULTS = {"init_failed": False, "failed_init_ms": None, "error_type": None}


class _Line:
    """One line of a file; what is wrong with it goes to the list of faults."""

    def __init__(self, source: str, number: int, faults: list[Fault]) -> None:
        self._source, self._number, self._faults = source, number, faults

    def fields(self, line: str) -> dict[str, Any] | None:
        """Return the fields of a sample and its run, None where the line is no record."""
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            self._add("line", _short(line.strip()), "a JSON object", "write one sample a line")
            return None
        record = {**_DEFAULTS, **record}
        for key in record.keys() - _READERS.keys():
            near = nearest(key, _READERS)
            fix = f"write {near}" if near else "remove it"
            self._add(_short(key), "a key that is not known", f"some of {', '.join(_READERS)}", fix)
        return {name: self._field(name, record) for name in _READERS}

    def _field(self, name: str, record: dict[str, Any]) -> Any:
        if name not in record:
            self._add(name, "nothing", "the key", f"add {name}; null where the call did not show it")
            return None
        try:
            return _READERS[name](record[name])
        except UnfitError as error:
            self._add(name, _short(json.dumps(record[name])), str(error), "correct the value")
            return None

    def _add(self, path: str, found: str, expected: str, fix: str) -> None:
        self._faults.append(
            Fault(source=self._source, line=self._number, path=path, found=found, expected=expected, fix=fix)
        )


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."
