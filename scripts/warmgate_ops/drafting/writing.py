"""A drafted policy as YAML text, each key with a comment on what it means for this function."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from warmgate.policy.render import lines_of
from warmgate.policy.values import Budget
from warmgate.visible import one_line
from warmgate_ops.drafting.known import Known
from warmgate_ops.drafting.limits import Limit, LimitsDraft
from warmgate_ops.drafting.probes import LONGEST_NAME, ProbeDraft

WIDTH, COLUMN = 118, 28
_ODD, _FUNCTION = re.compile(r"[^A-Za-z0-9._-]+"), re.compile(r"[A-Za-z0-9_-]{1,140}")
_SIDE_EFFECTS = (
    "Together they are called up to 230 times on each version, the new one and the one that serves, and what the"
    " function does it does: rows are written, mails are sent. The calls carry `warmgate: smoke` as custom"
    " ClientContext, by which it can leave that out."
)

_UNNAMED = (
    "No `match`, as the deployment gives the function its name. Bundled with the hook as `policies/{name}.yaml`, it"
    " applies to a function with the tag `warmgate:policy: bundled:{name}`."
)


def policy_text(known: Known, probes: Sequence[ProbeDraft], limits: LimitsDraft, schema: str) -> str:
    """Return the text of the policy's file.

    Args:
        known: the function.
        probes: to write.
        limits: to write.
        schema: where an editor finds the policy's schema.
    """
    return "".join(f"{line}\n" for line in _lines(known, probes, limits, schema))


def _lines(known: Known, probes: Sequence[ProbeDraft], limits: LimitsDraft, schema: str) -> Iterator[str]:
    yield f"# yaml-language-server: $schema={schema}"
    yield from _head(known)
    yield from _comment(_SIDE_EFFECTS)
    yield "probes:"
    for probe in probes:
        yield from _probe(probe)
    yield from _limits(known, limits)
    yield from _COMPARED
    yield "budget:"
    yield _with(f"  invocations: {Budget().invocations}", "40 cold + 120 warm-up + 300 compared")
    yield _with(f"  seconds: {Budget().seconds:g}", "what the hook has")
    yield _with(f"  cost_usd: {limits.cost_usd:g}", "at list price; a fast function takes about a cent")


def _head(known: Known) -> Iterator[str]:
    yield from _comment(f"Written by `warmgate init` from {one_line(known.source)}; to be read, changed and kept.")
    for note in known.notes:
        yield from _comment(f"Not known: {one_line(note)}.")
    name = _ODD.sub("-", known.name).strip("-_.")[:LONGEST_NAME] or "own"
    yield _with(f"policy: {lines_of(name)[0]}", "its name in reports")
    if _FUNCTION.fullmatch(known.function):
        alias = f", alias: {lines_of(known.alias)[0]}" if _FUNCTION.fullmatch(known.alias) else ""
        target = f"function: {lines_of(known.function)[0]}{alias}"
        yield _with(f"match: [{{{target}}}]", "for whom it is meant where it is bundled with the hook")
    else:
        yield from _comment(_UNNAMED.format(name=name))
    yield _with("mode: enforce", "observe measures and reports, and refuses nothing")
    yield "warm:"
    yield _with("  environments: 20", "cold starts of each version; fewer than 10 leave comparisons undecided")
    yield _with("  rounds: 3", "calls that each gets before anything is measured")


def _limits(known: Known, limits: LimitsDraft) -> Iterator[str]:
    yield "limits:"
    yield _with(f"  init: {_flow(limits.init)}", limits.init.why)
    yield _with(f"  duration: {_flow(limits.duration)}", limits.duration.why)
    yield _with("  errors: {rate: 0%}", "a fixed event either works or does not; one failed call is repeated")
    yield _with("  memory: {max: 90%}", f"of {known.memory_mb} MB; the rest is for events larger than the probe's")


def _flow(limit: Limit) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in limit.values.items()) + "}"


def _probe(probe: ProbeDraft) -> Iterator[str]:
    for remark in probe.remarks:
        yield from _comment(one_line(remark), "  ")
    first = "  - " if probe.called else "  # - "
    for number, line in enumerate(lines_of(probe.fields)):
        yield f"{first if not number else first.replace('-', ' ')}{line}"


def _with(line: str, why: str) -> str:
    return f"{line.ljust(COLUMN)}  # {why}"


def _comment(text: str, indent: str = "") -> list[str]:
    return [f"{indent}# {line}" for line in textwrap.wrap(text, WIDTH - len(indent), break_long_words=False)]


_COMPARED = (
    *_comment("Beside the version that serves now, called in the same rounds: a fifth slower is too slow."),
    "compare:",
    "  init: {median: 1.2x}",
    "  duration: {p95: 1.2x}",
    *_comment("While traffic shifts, where the guard or the hook after it is installed."),
    "live:",
    "  duration: {p95: 1.2x}",
    _with("  errors: {rate: 1%}", "real callers send bad requests too"),
)
