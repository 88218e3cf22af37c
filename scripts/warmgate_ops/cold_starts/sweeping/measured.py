"""A measurement of two versions as one value, and as text and JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from warmgate.visible import one_line
from warmgate_ops.cold_starts.sweeping.document import SCHEMA_VERSION, figures_of
from warmgate_ops.cold_starts.sweeping.intervals import median
from warmgate_ops.cold_starts.sweeping.limits import ColdLimits
from warmgate_ops.cold_starts.sweeping.measuring import Column, Compared, Comparison, Word, breaks, expected_quantile
from warmgate_ops.cold_starts.sweeping.outcome import NOT_ON_AWS, OVER, UNKNOWN, spent_words
from warmgate_ops.cold_starts.sweeping.rows import FEWEST, Row
from warmgate_ops.cold_starts.sweeping.text import seconds, table_lines
from warmgate_ops.cold_starts.sweeping.variants import cpu_share

USUAL_RESPONSE_PERCENTILE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a measurement showed."""

    function: str
    sweep_id: str
    comparison: Comparison
    limits: ColdLimits
    spent_usd: float
    calls: int
    seconds: float
    stopped: str = ""
    untouched: str = ""
    changed: bool = False
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """Return 0, 1 where callers of a probe wait longer or a limit would fail, 3 where too little was found out."""
        if self.comparison.slower or any(broken for _, broken in self._kept()):
            return OVER
        return UNKNOWN if self.comparison.too_few or self.stopped else 0

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return what was found, one finding each."""
        return tuple(filter(None, (self._whole(), self._limit(), self._moved(), self._failures(), self._stopped())))

    def _whole(self) -> str:
        both = self.comparison
        before, after = both.mean_before_ms, both.mean_after_ms
        said = [f"{_words(column)} of 100 first calls" for column in (*both.faster, *both.slower)]
        rest = [column for column in both.columns if column.together.word not in {Word.FASTER, Word.SLOWER}]
        said += [f"{column.together.word.value} for {column.probe}" for column in rest]
        mean = ""
        if before is not None and after is not None and before > 0:
            mean = f"by probe weights: {seconds(after)} on average ({(after / before - 1) * 100:+.0f} %); "
        return mean + ", ".join(said)

    def _kept(self) -> list[tuple[str, bool]]:
        """Return each limit of the first response, and whether the probe that is slowest would fail it."""
        found = []
        for limit in self.limits.first_response:
            broken = [breaks(limit, column.together.after_ms) for column in self.comparison.columns]
            met = expected_quantile(self.comparison.columns, limit.percentile)
            fails = any(broken) and (met is None or met > limit.limit_ms)
            found.append((f"limits.first_response.{limit.name} of {seconds(limit.limit_ms)}", fails))
        return found

    def _limit(self) -> str:
        kept = self._kept()
        if kept:
            return "; ".join(f"{name} {'would fail' if fails else 'would not fail'}" for name, fails in kept)
        worst = expected_quantile(self.comparison.columns, USUAL_RESPONSE_PERCENTILE)
        if not self.comparison.slower or worst is None:
            return ""
        aside = "; limits.init alone would let it pass" if self.comparison.only_moved else ""
        return f"any limits.first_response.p95 below {seconds(worst)} would fail{aside}"

    def _moved(self) -> str:
        both = self.comparison
        before, after = both.init.before_p50_ms, both.init.after_p50_ms
        if not both.only_moved or before is None or after is None:
            return ""
        worst = max(both.slower, key=lambda column: column.together.change or 0.0)
        if worst.first_before_ms is None or worst.first_after_ms is None:
            return ""
        vcpu = cpu_share(both.after.variant.memory_mb)
        return (
            f"init better, together worse: {before - after:.0f} ms less init became"
            f" {worst.first_after_ms - worst.first_before_ms:.0f} ms more in the first call of {worst.probe}"
            f" ({vcpu:.2f} vCPU): do that work in init, or try more memory (`warmgate cold sweep`)"
        )

    def _failures(self) -> str:
        found = [(row.variant.version, row.failures) for row in (self.comparison.before, self.comparison.after)]
        return "; ".join(
            f"calls of version {version} failed: " + ", ".join(f"{n} x {what}" for what, n in failures.most_common(3))
            for version, failures in found
            if failures
        )

    def _stopped(self) -> str:
        return f"stopped early: {self.stopped}" if self.stopped else ""


def render_text(measured: Measured) -> str:
    """Return the whole of a measurement."""
    both = measured.comparison
    versions = f"version {both.before.variant.version} against {both.after.variant.version}"
    lines = [one_line(f"{measured.function}: {versions}")]
    lines += table_lines([_head(both), _cells(both, both.before, after=False), _cells(both, both.after, after=True)])
    lines += [one_line(sentence) for sentence in measured.sentences]
    lines.append(NOT_ON_AWS)
    lines += [f"note: {one_line(note)}" for note in measured.notes]
    lines.append(f"{spent_words(measured.spent_usd, measured.calls, measured.seconds)}; {measured.untouched}")
    return "\n".join(lines)


def render_json(measured: Measured) -> str:
    """Return a measurement as JSON; milliseconds and US dollars."""
    both = measured.comparison
    document = {
        "schema_version": SCHEMA_VERSION,
        "function": measured.function,
        "measurement": measured.sweep_id,
        "before": _side(both.before),
        "after": _side(both.after),
        "init": _json(both.init),
        "probes": [
            {
                "probe": column.probe,
                "share": column.share,
                "first_call_ms": {"before": column.first_before_ms, "after": column.first_after_ms},
                "together": _json(column.together),
            }
            for column in both.columns
        ],
        "only_moved": both.only_moved,
        "says": list(measured.sentences),
        "spent": {"usd": measured.spent_usd, "calls": measured.calls, "seconds": measured.seconds},
        "stopped": measured.stopped or None,
        "original_changed": measured.changed,
        "notes": list(measured.notes),
    }
    return json.dumps(document, indent=2)


def _side(row: Row) -> dict[str, Any]:
    return {"version": row.variant.version, "memory_mb": row.variant.memory_mb, **figures_of(row)}


def _json(found: Compared) -> dict[str, Any]:
    return {
        "before_p50_ms": found.before_p50_ms,
        "after_p50_ms": found.after_p50_ms,
        "cold_starts": [len(found.before_ms), len(found.after_ms)],
        "change": found.change,
        "word": found.word.value,
    }


def _words(column: Column) -> str:
    change = column.together.change
    aside = f" ({change * 100:+.0f} %)" if change is not None else ""
    return f"{column.together.word.value} for {column.probe}{aside}, {column.share * 100:.3g}"


def _head(both: Comparison) -> list[str]:
    names = [f"{column.probe} ({column.share * 100:.3g} %)" for column in both.columns]
    first, together = (f"first call: {names[0]}", *names[1:]), (f"together: {names[0]}", *names[1:])
    return ["", "memory", "cold", "init p50", *first, *together]


def _cells(both: Comparison, row: Row, *, after: bool) -> list[str]:
    init = f"{median(row.inits_ms):.0f} ms" if len(row.inits_ms) >= FEWEST else "too few"
    firsts = [column.first_after_ms if after else column.first_before_ms for column in both.columns]
    together = [column.together.after_p50_ms if after else column.together.before_p50_ms for column in both.columns]
    return [
        f"{'after' if after else 'before'} {row.variant.version}",
        f"{row.variant.memory_mb} MB",
        str(len(row.cold)),
        init,
        *("-" if each is None else f"{each:+.0f} ms" for each in firsts),
        *("too few" if each is None else seconds(each) for each in together),
    ]
