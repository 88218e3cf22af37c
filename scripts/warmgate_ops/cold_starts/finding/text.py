"""What was found, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from warmgate_ops.cold_starts.finding import words
from warmgate_ops.cold_starts.finding.counting import counted
from warmgate_ops.cold_starts.finding.found import DAY_MS, FoundFunction, FoundVersion
from warmgate_ops.cold_starts.finding.source import Source
from warmgate_ops.cold_starts.finding.trend import FEWEST, Change

_GAP = "  "
_SHOWN_SLOWEST = 5
_CHANGES = 5
BILLED = "billed since August 2025"


def render_one(found: FoundFunction, source: Source) -> str:
    """Return all that was found of one function."""
    return "\n".join((_headline(found, source), *_body(found), *_left_out(source), *_next(source)))


def render_many(found: Sequence[FoundFunction], source: Source) -> str:
    """Return a line for each function, the one first whose callers waited longest."""
    with_calls = [each for each in found if each.calls]
    head = f"{counted(source.functions, 'function')}, {len(with_calls)} with calls{_read(source)}"
    rows: list[tuple[str, ...]] = [
        ("waited", "function", "cold", "share", "together p50/p95", "over", "worst version", "since")
    ]
    rows += [_row(each) for each in with_calls if each.cold or each.suppressed]
    if len(rows) == 1:
        return "\n".join((head, "no cold starts", *_left_out(source)))
    lines = [head, *_aligned(rows, right={0, 2, 3, 5}), *_left_out(source)]
    warm = len(with_calls) + 1 - len(rows)
    if warm:
        lines.append(f"without a cold start: {warm} more")
    return "\n".join((*lines, *_next(source)))


def _headline(found: FoundFunction, source: Source) -> str:
    what = f"{counted(found.calls, 'call')}, {found.cold:,} cold ({words.share(found.cold, found.calls)})"
    return f"{source.named}{_window(found, source)}: {what}{_read(source)}"


def _window(found: FoundFunction, source: Source) -> str:
    since_ms = source.since_ms or found.first_at_ms
    until_ms = source.until_ms or found.last_at_ms
    if not since_ms or not until_ms:
        return ", no times told"
    days = (until_ms - since_ms) / DAY_MS
    length = f"{days:.0f} days" if days >= 1.95 else words.in_seconds((until_ms - since_ms) / 1000)
    return f", {length} to {words.at(until_ms)} UTC"


def _read(source: Source) -> str:
    size = f", log read {words.in_bytes(source.bytes_read)}" if source.bytes_read is not None else ""
    return f"{size}, {words.in_usd(source.usd)}" if "file" not in source.ways else size


def _body(found: FoundFunction) -> Iterator[str]:
    if not found.calls:
        yield "no report of a call found"
        return
    yield from _table(found)
    notes = []
    if found.suppressed:
        longest = words.in_ms(found.suppressed_max_ms)
        notes.append(f"restarts after a crash or time-out: {found.suppressed:,} (init ran inside the call: {longest})")
    if found.ahead:
        notes.append(f"made in advance, nobody waited: {found.ahead:,} (not counted above)")
    if found.provisioned:
        notes.append(f"first calls of provisioned environments: {found.provisioned:,} (no cold starts)")
    if notes:
        yield f"!  {'     '.join(notes)}"
    if found.init_s:
        cost = f", {words.in_usd(found.init_usd)}" if found.init_usd else ""
        yield f"init: {words.in_seconds(found.init_s)}{cost} ({BILLED})"
    yield f"expected: {_expected(found)}"
    yield from _trend(found)
    yield from _slowest(found)


def _expected(found: FoundFunction) -> str:
    expected = found.expected
    if expected.limit_ms is None:
        return f"nothing ({expected.why})"
    of = "init" if expected.of_init else "init and first call together"
    return f"{of} up to {words.in_ms(expected.limit_ms)} ({expected.why})"


def _table(found: FoundFunction) -> Iterator[str]:
    limit_ms = found.expected.limit_ms
    over = f"over {words.in_ms(limit_ms)}" if limit_ms is not None else "over"
    rows: list[tuple[str, ...]] = [
        ("version", "calls", "cold", "init p50", "p95", "max", "first call", "together p95", over, "days")
    ]
    highest = max((day for version in found.versions for day in version.days if day is not None), default=0.0)
    rows += [_version_row(version, highest) for version in found.versions]
    yield from _aligned(rows, right={1, 2, 3, 4, 5, 6, 7, 8})


def _version_row(version: FoundVersion, highest: float) -> tuple[str, ...]:
    head = (version.version or "-", f"{version.calls:,}", f"{version.cold:,}")
    days = words.sparkline(version.days, highest)
    if not (version.init and version.together):
        return (*head, "-", "-", "-", "-", "-", "-", days)
    longest = words.in_ms(version.init.longest)
    overhead = words.signed_ms(version.overhead_ms) if version.overhead_ms is not None else "-"
    over = "-" if version.over is None else f"{version.over:,} ({words.share(version.over, version.cold)})"
    if version.is_too_few:
        return (*head, "too few", "-", longest, "-", "-", over, days)
    spread = (words.in_ms(version.init.p50), words.in_ms(version.init.p95), longest)
    return (*head, *spread, overhead, words.in_ms(version.together.p95), over, days)


def _trend(found: FoundFunction) -> Iterator[str]:
    told = [version for version in found.versions if not version.is_too_few]
    if not told:
        yield f"trend: fewer than {FEWEST} cold starts of each version: too few"
        return
    if not found.changes:
        count = f"{sum(version.cold for version in told):,}"
        yield f"trend: none ({count} cold starts; a change is 1.2x in the median, {FEWEST} a side, p<0.01)"
        return
    shown = found.changes[-_CHANGES:]
    for number, change in enumerate(shown):
        yield f"{'trend: ' if not number else '       '}{changed(change)}"
    if len(shown) < len(found.changes):
        yield f"       and {len(found.changes) - len(shown)} earlier changes (all with --json)"


def changed(change: Change) -> str:
    """Return a change as a sentence."""
    figures = f"({words.chance(change.chance)}, {change.after:,} and {change.before:,} cold starts)"
    if change.version != change.before_version:
        return f"version {change.version} is {change.ratio:.2f}x version {change.before_version} {figures}"
    where = f"version {change.version}: " if change.version else ""
    return f"{where}{change.ratio:.2f}x since {words.at(change.at_ms)} UTC {figures}"


def _slowest(found: FoundFunction) -> Iterator[str]:
    calls = found.slowest[:_SHOWN_SLOWEST]
    for number, call in enumerate(calls):
        kind = "restore" if call.beginning == "restored" else "init"
        took = f"{words.in_ms(call.init_ms or 0.0)} {kind} + {words.in_ms(call.duration_ms)}"
        where = (f"request {call.request_id}", call.environment, f"trace {call.trace_id}" if call.trace_id else "")
        text = "  ".join((words.at(call.called_ms if call.ended_ms else 0.0, seconds=True), took, *filter(None, where)))
        yield f"{'slowest: ' if not number else '         '}{text}"
    if len(found.slowest) > len(calls):
        yield f"         {len(calls)} of {len(found.slowest):,}, all with --json"


def _row(found: FoundFunction) -> tuple[str, ...]:
    waited = [version for version in found.versions if version.together]
    worst = max(waited, key=lambda each: (not each.is_too_few, each.together.p50 if each.together else 0), default=None)
    spread = worst.together if worst else None
    together = f"{words.in_ms(spread.p50)} / {words.in_ms(spread.p95)}" if spread else "-"
    slower = [change for change in found.changes if change.is_slower]
    latest = slower[-1] if slower else None
    name = worst.version or "-" if worst else "-"
    if latest and worst and latest.version == worst.version and latest.before_version != latest.version:
        name = f"{name} ({latest.ratio:.1f}x of {latest.before_version})"
    return (
        words.in_seconds(found.waited_s),
        found.function or "-",
        f"{found.cold + found.suppressed:,}",
        words.share(found.cold + found.suppressed, found.calls),
        together,
        "-" if found.expected.limit_ms is None else f"{found.over:,}",
        name,
        words.at(latest.at_ms) if latest else "always" if any(not each.is_too_few for each in waited) else "too few",
    )


def _left_out(source: Source) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for each in source.left_out:
        reasons.setdefault(each.why, []).append(each.name)
    for why, names in reasons.items():
        more = f" and {len(names) - 10} more" if len(names) > 10 else ""
        yield f"left out: {', '.join(names[:10])}{more}: {why}"


def _next(source: Source) -> Iterator[str]:
    if source.next_command:
        yield f"next: {source.next_command}"


def _aligned(rows: Sequence[Sequence[str]], right: set[int]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        sized = enumerate(zip(row, widths, strict=True))
        cells = (cell.rjust(width) if place in right else cell.ljust(width) for place, (cell, width) in sized)
        yield _GAP.join(cells).rstrip()
