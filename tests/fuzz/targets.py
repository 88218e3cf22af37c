"""What is fuzzed: each parser with what is shown of its results. A target raises for what must not happen."""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

from fuzz.mutations import mutated, mutated_json
from support.reports.judgements import ALL
from support.reports.page_cases import policy
from support.reports.releases import ENDS, completed
from warmgate.appspec.read import parse_appspec
from warmgate.errors import DocumentError
from warmgate.judge.replaying import replay
from warmgate.logs.calls import LogEvent, logged
from warmgate.logs.invocations import parse_invocations, record_of
from warmgate.model.calls import Sample
from warmgate.model.log_stream import FunctionLog
from warmgate.policy import parse_policy, render_policy
from warmgate.report.console import render_console
from warmgate.report.document import is_report
from warmgate.report.json_report import render_json
from warmgate.report.junit import render_junit
from warmgate.report.markdown import render_markdown
from warmgate.report.notice import build_notice
from warmgate.report.samples import read_samples, render_samples
from warmgate_ops.cli.appspec import _in_words
from warmgate_ops.cli.consoles import VisibleConsole
from warmgate_ops.cli.logs import _table, rendered
from warmgate_ops.cli.output import shown
from warmgate_ops.cli.replay import Judged, as_row
from warmgate_ops.cli.why import lines_of
from warmgate_ops.doctor.facts import Facts
from warmgate_ops.doctor.findings import examine
from warmgate_ops.doctor.registry import CHECKS
from warmgate_ops.doctor.render.json_report import render_json as render_findings
from warmgate_ops.doctor.render.sarif import render_sarif
from warmgate_ops.doctor.render.text import render_text
from warmgate_ops.doctor.template.reading import read_template
from warmgate_ops.page.case import replayed_case
from warmgate_ops.page.page import render_page
from warmgate_ops.page.stored import read_case

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
BIDI = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)), "\u200e", "\u200f", "\u061c"}
RARELY = 10
"""Tables and pages take ten times as long as all others together."""
POLICY = policy()
SAMPLES = render_samples(ALL["refused"])


class UnseenError(AssertionError):
    """An output holds a character that nobody sees, or that something obeys."""


@dataclass(frozen=True, slots=True)
class Target:
    """One parser: texts that it takes, how they are changed, and a look at all that comes of one."""

    seeds: Callable[[], list[str]]
    look: Callable[[str], Iterable[str]]
    """Yields every text that is shown; raises DocumentError, whose text is shown."""
    change: Callable[[str, Random], str] = mutated

    def run(self, text: str) -> bool:
        """Return whether a text was taken; raises where anything else came of it than results or faults."""
        try:
            for output in self.look(text):
                check_seen(output)
        except DocumentError as error:
            check_seen(str(error))
            return False
        return True

    def inputs(self, runs: int, seed: int) -> Iterable[str]:
        """Yield so many texts; the same seed gives the same ones."""
        random, seeds = Random(seed), self.seeds()
        for _ in range(runs):
            yield self.change(random.choice(seeds), random)


def check_seen(text: str) -> None:
    """Raise UnseenError for a text with a control character, a turn of direction, or what UTF-8 cannot hold."""
    for character in set(text) - {"\n", "\t"}:
        if character in BIDI or unicodedata.category(character) in {"Cc", "Cs"}:
            raise UnseenError(f"{character!r} in {text[:200]!r}")


def _files(*patterns: str) -> list[str]:
    found = [path for pattern in patterns for path in sorted(ROOT.glob(pattern)) if path.is_file()]
    return [path.read_bytes().decode("utf-8", "replace")[:6000] for path in found]


def _log(text: str) -> Iterable[str]:
    records = parse_invocations(text)
    record_of(text, None)
    events = [LogEvent(stream="2026/01/01/[2]abc", at_ms=1.0, message=line) for line in text.split("\n")[:30]]
    logged(events, FunctionLog("/aws/lambda/f", "f"))
    yield from map(rendered, records)
    if len(text) % RARELY:
        return
    console = VisibleConsole(file=io.StringIO(), width=200)
    console.push_render_hook(console)  # type: ignore[arg-type]
    console.print(_table(records[:20]))
    assert isinstance(console.file, io.StringIO)
    yield console.file.getvalue()


def _appspec(text: str) -> Iterable[str]:
    yield _in_words("appspec.yaml", parse_appspec(text, "appspec.yaml"), ())


def _policy(text: str) -> Iterable[str]:
    yield shown(render_policy(parse_policy(text, "policy.yaml", lambda _name: "{}")))


def _samples(text: str) -> Iterable[str]:
    runs: dict[str, list[Sample]] = {}
    for run, sample in read_samples(text.split("\n"), "samples.jsonl"):
        runs.setdefault(run, []).append(sample)
    for run, samples in runs.items():
        case = replayed_case(run, samples, POLICY, "policy.yaml", "samples.jsonl")
        yield as_row(Judged(run, replay(samples, POLICY)))
        yield render_console(case.judgement, case.status)


def _report(text: str) -> Iterable[str]:
    document = _json(text)
    if is_report(document):
        junit = render_junit(document)
        ET.fromstring(junit)
        yield from (junit, *lines_of(document, None))
        if document.get("release"):
            notice = build_notice(document, "s3://reports/d-1/report.md")
            yield from (notice.subject, notice.text)
    case = read_case({"report.json": text, "samples.jsonl": SAMPLES}.__getitem__, "folder")
    judgement, status = case.judgement, case.status
    yield render_console(judgement, status)
    yield render_markdown(judgement, status)
    yield render_json(judgement, status)
    if len(text) % RARELY == 0:
        yield render_page(case)


def _template(text: str) -> Iterable[str]:
    examined = examine(CHECKS, [Facts(template=read_template(text, "template.yaml"))])
    yield render_text(examined).plain
    yield render_findings(examined)
    yield from _strings(json.loads(render_sarif(examined.findings, CHECKS)))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _strings(value: object) -> Iterable[str]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)
    elif isinstance(value, str):
        yield value


def _report_seeds() -> list[str]:
    ended = [json.dumps(completed(end)) for end in ENDS.values()]
    return [*(render_json(each, each.verdict.status) for each in ALL.values()), *ended]


def _either(text: str, random: Random) -> str:
    return random.choice([mutated, mutated_json])(text, random)


def _line_changed(text: str, random: Random) -> str:
    lines = text.split("\n")
    place = random.randrange(len(lines))
    return "\n".join([*lines[:place], _either(lines[place], random), *lines[place + 1 :]])


TARGETS = {
    "log": Target(lambda: _files("tests/data/logs/*"), _log),
    "appspec": Target(lambda: _files("tests/data/appspecs/*"), _appspec, _either),
    "policy": Target(lambda: _files("policies/*.yaml", "tests/data/policies/**/*.yaml"), _policy),
    "samples": Target(lambda: [SAMPLES, SAMPLES * 3], _samples, _line_changed),
    "report": Target(_report_seeds, _report, _either),
    "template": Target(
        lambda: _files("tests/data/templates/*", "examples/attach/*/*.yaml", "template.yaml"), _template
    ),
}
