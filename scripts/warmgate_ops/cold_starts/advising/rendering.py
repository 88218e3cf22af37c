"""What was advised, as text, JSON and SARIF: the doctor's renderers, with what advice has beside a finding."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from rich.text import Text

from warmgate.visible import one_line
from warmgate_ops.cold_starts.advising.advising import Advising, Reason
from warmgate_ops.cold_starts.advising.facts import ColdFacts
from warmgate_ops.cold_starts.advising.function import Function
from warmgate_ops.cold_starts.advising.package.contents import Inspected
from warmgate_ops.cold_starts.advising.registry import RULES
from warmgate_ops.cold_starts.advising.saying import RANKS
from warmgate_ops.cold_starts.advising.wording import cold_count, size_of, waited
from warmgate_ops.doctor.facts import Denied
from warmgate_ops.doctor.render.html import Section
from warmgate_ops.doctor.render.html import render_html as html_of
from warmgate_ops.doctor.render.json_report import finding_record
from warmgate_ops.doctor.render.sarif import render_sarif as sarif_of
from warmgate_ops.doctor.render.text import append_finding

TOOL = "warmgate cold advise"


def render_text(advisings: Sequence[Advising]) -> Text:
    """Return a text that knows its colours; `plain` of it is the text alone."""
    text, told = Text(), set[tuple[str, str, str]]()
    for each in advisings:
        text.append(f"{heading_of(each.function)}\n", "bold")
        for finding in each.examined.findings:
            append_finding(text, finding, told)
        for line in _asides(each):
            text.append(one_line(line) + "\n")
        for line in beside(each.function):
            text.append(one_line(line) + "\n", "dim")
        text.append("\n")
    return text.append(f"{summary(advisings)}\n")


def heading_of(function: Function) -> str:
    """Return what is known of a function in one line."""
    image = "container image" if function.image else "zip" if function.image is False else ""
    bytes_ = f" {size_of(function.code_bytes)}" if isinstance(function.code_bytes, int) else ""
    layers = function.layers if isinstance(function.layers, tuple) else ()
    parts = (
        function.runtime or "",
        function.architecture or "",
        f"{function.memory_mb} MB" if function.memory_mb else "",
        f"{image}{bytes_}",
        f"+ {len(layers)} layer{'s' * (len(layers) > 1)}" if layers else "",
    )
    known = " ".join(part for part in parts if part)
    return one_line(", ".join([_name(function) + known, *_more(function)]))


def _name(function: Function) -> str:
    return f"{function.name}:{function.qualifier}: " if function.qualifier else f"{function.name}: "


def _more(function: Function) -> list[str]:
    words = ["VPC"] if function.vpc else []
    words += ["SnapStart"] if function.snap_start else []
    provisioned = function.provisioned
    words += [f"{provisioned} provisioned"] if isinstance(provisioned, int) and provisioned else []
    cold = function.cold
    if isinstance(cold, ColdFacts):
        words.append(cold_count(cold))
        if cold.enough and cold.first:
            words.append(f"first response p95 {waited(cold.first.p95)}")
    elif not function.in_template:
        words.append("its log hides reports" if function.hides_reports else "no calls were read")
    return words


def beside(function: Function) -> list[str]:
    """Return what is told beside the advice: other tools, what was not looked at, what is unknown of a template."""
    lines = []
    if isinstance(function.optimizer, str):
        lines.append(f"AWS Compute Optimizer, which does not know init: {function.optimizer}")
    facts = (function.optimizer, function.before, function.layers, function.events, function.package)
    lines += [f"not asked: {fact.place}: {fact.reason}" for fact in facts if isinstance(fact, Denied)]
    if isinstance(function.package, Inspected) and not function.package.is_python:
        lines.append(f"package {function.package.source}: no Python handler was found in it, imports were not followed")
    if function.special:
        lines.append(f"it {function.special}: most of this is written for functions that do not")
    return lines


def summary(advisings: Sequence[Advising]) -> str:
    """Return how many pieces of advice there are of each rank, for how many functions."""
    counts = Counter(advice.said.rank for each in advisings for advice in each.advice)
    counted = ", ".join(f"{counts[rank]} {rank.value}" for rank in RANKS if counts[rank])
    unseen = sum(len(each.examined.findings) - len(each.advice) for each in advisings)
    more = f"; {unseen} could not be looked at" if unseen else ""
    functions = f"{len(advisings)} function{'s' * (len(advisings) != 1)}"
    return f"{counted or 'nothing to advise'} for {functions}, {len(RULES)} rules{more}"


def render_json(advisings: Sequence[Advising]) -> str:
    """Return one JSON object: a list of functions, each with its advice and with the reasons where there is none."""
    return json.dumps({"functions": [_record(each) for each in advisings], "summary": summary(advisings)})


def _record(each: Advising) -> dict[str, object]:
    function = each.function
    return {
        "function": function.name,
        "qualifier": function.qualifier or None,
        "file": function.place.file or None,
        "line": function.place.line,
        "heading": heading_of(function),
        "cold_starts": _cold(function.cold) if isinstance(function.cold, ColdFacts) else None,
        "advice": [finding_record(finding) for finding in each.examined.findings],
        "no_issue": _reasons(each.no_issue),
        "not_advised": _reasons(each.not_advised),
        "not_looked": list(each.examined.not_looked),
        "beside": beside(function),
    }


def _cold(cold: ColdFacts) -> dict[str, object]:
    times = {"init_ms": cold.init, "first_response_ms": cold.first, "warm_ms": cold.warm}
    return {
        "version": cold.version,
        "days": cold.days,
        "calls": cold.calls,
        "cold": cold.cold,
        "restored": cold.restored,
        "suppressed": cold.suppressed,
        "ahead": cold.ahead,
        "enough": cold.enough,
        "first_call_overhead_ms": cold.overhead_ms,
        "peak": cold.peak,
        "overlapping": cold.overlapping,
        "max_memory_mb": cold.max_memory_mb,
        **{
            name: {"count": found.count, "median": found.median, "p95": found.p95, "most": found.most}
            if found
            else None
            for name, found in times.items()
        },
    }


def _reasons(reasons: Sequence[Reason]) -> list[dict[str, str]]:
    return [{"id": each.rule, "reason": each.reason} for each in reasons]


def render_sarif(advisings: Sequence[Advising]) -> str:
    """Return a SARIF log of one run."""
    return sarif_of([finding for each in advisings for finding in each.examined.findings], RULES, TOOL)


def render_html(advisings: Sequence[Advising]) -> str:
    """Return one HTML page that needs nothing else."""
    sections = [
        Section(
            heading=heading_of(each.function),
            findings=each.examined.findings,
            asides=[*_asides(each), *beside(each.function)],
        )
        for each in advisings
    ]
    return html_of("Advice on cold starts", sections, summary(advisings))


def _asides(each: Advising) -> list[str]:
    titled = (("not an issue", each.no_issue), ("not advised", each.not_advised))
    return [f"{title}: {'; '.join(each.reason for each in reasons)}" for title, reasons in titled if reasons]
