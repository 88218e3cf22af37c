"""Laws of the parsers of foreign text: logs and AppSpecs."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmgate.appspec.read import AppSpec, parse_appspec
from warmgate.errors import AppSpecError, Fault
from warmgate.logs.invocations import iter_invocations, parse_invocations, record_of
from warmgate.logs.records import InvocationRecord
from warmgate.model.calls import Start
from warmgate.model.deployment import LifecycleEvent, Target

DATA = Path(__file__).parents[1] / "data"
LOG_LINES = sorted({line for file in (DATA / "logs").iterdir() for line in file.read_text("utf-8").split("\n")})
APPSPECS = [file.read_bytes().decode("utf-8") for file in sorted((DATA / "appspecs").iterdir())]
APPSPEC_LINES = sorted({line for text in APPSPECS for line in text.split("\n")})


@st.composite
def mangled(draw: st.DrawFn, fragments: list[str]) -> str:
    """Draw real lines in any order, cut anywhere, glued with anything."""
    parts = []
    for line in draw(st.lists(st.sampled_from(fragments), max_size=12)):
        begin, end = draw(st.integers(0, 20)), draw(st.none() | st.integers(0, 200))
        parts.append(line[draw(st.sampled_from([0, 0, 0, begin])) : end])
    return draw(st.sampled_from(["\n", "\n", "\r\n", "", "\0", "\t", ",", '"', "{", "}\n"])).join(parts)


LOGS = st.text() | mangled(LOG_LINES) | st.text(alphabet='{}[]":, \n\t\\REPOTquestId0.5ms')
SPECS = st.text() | mangled(APPSPEC_LINES) | st.text(alphabet='{}[]":, \n\t&*!<-|>%#?@`ab0')
REQUEST_IDS = st.uuids().map(str)
NUMBERS = st.integers(1, 10**8).map(lambda hundredths: hundredths / 100)


@given(LOGS, st.none() | REQUEST_IDS)
def test_log_parsing_never_raises_and_always_explains(text: str, request_id: str | None) -> None:
    """Any text gives records with a start, or one record that says why it has none."""
    records = parse_invocations(text)
    record = record_of(text, request_id)

    assert all(found.start is not None and found.status is not None and not found.absence for found in records)
    assert (record.start is None) == bool(record.absence)


@given(LOGS)
def test_log_values_are_plain_numbers(text: str) -> None:
    """What is found can be written as JSON that any reader takes: no NaN, no infinity, nothing below zero."""
    for record in parse_invocations(text):
        numbers = (record.duration_ms, record.billed_ms, record.memory_mb, record.init_ms, record.restore_ms)
        assert all(number is None or 0 <= number < float("inf") for number in numbers)
        json.dumps(record.request_id)


@given(mangled(LOG_LINES))
def test_streaming_and_whole_text_agree(text: str) -> None:
    """Lines with their ends and the whole text give the same records."""
    lines = [f"{line}\n" for line in text.split("\n")]

    assert tuple(iter_invocations(iter(lines))) == parse_invocations(text)


@st.composite
def records(draw: st.DrawFn) -> InvocationRecord:
    """Draw a record that a REPORT line can state."""
    init_ms, restore_ms = draw(st.sampled_from([(None, None), (1, None), (None, 1)]))
    status = draw(st.sampled_from(["success", "error", "timeout"]))
    return InvocationRecord(
        request_id=draw(REQUEST_IDS),
        duration_ms=draw(NUMBERS),
        billed_ms=draw(NUMBERS),
        memory_mb=draw(NUMBERS),
        max_memory_mb=draw(NUMBERS),
        init_ms=init_ms and draw(NUMBERS),
        restore_ms=restore_ms and draw(NUMBERS),
        start=Start.COLD if init_ms else Start.RESTORED if restore_ms else Start.WARM,
        status=status,
        error_type="Runtime.ExitError" if status == "error" else None,
    )


def fields_of(record: InvocationRecord) -> list[str]:
    """Return the fields of a REPORT line that states a record."""
    fields = {
        "Duration": f"{record.duration_ms:.2f} ms",
        "Billed Duration": f"{record.billed_ms:.2f} ms",
        "Memory Size": f"{record.memory_mb:.2f} MB",
        "Max Memory Used": f"{record.max_memory_mb:.2f} MB",
        "Init Duration": record.init_ms and f"{record.init_ms:.2f} ms",
        "Restore Duration": record.restore_ms and f"{record.restore_ms:.2f} ms",
        "Billed Restore Duration": record.restore_ms and "1 ms",
        "Status": record.status if record.status != "success" else None,
        "Error Type": record.error_type,
    }
    return [f"{name}: {value}" for name, value in fields.items() if value]


@given(st.data(), st.lists(records(), min_size=1, max_size=5), st.sampled_from(["\t", " ", "\t "]))
def test_reading_a_rendered_report_gives_it_back(
    data: st.DataObject, found: list[InvocationRecord], separator: str
) -> None:
    """parse(render(records)) == records, in any order of the fields, in any separator, behind any noise."""
    lines = []
    for record in found:
        fields = data.draw(st.permutations(fields_of(record)))
        lines += ["noise REPORT RequestId: x", separator.join([f"REPORT RequestId: {record.request_id}", *fields])]

    assert list(parse_invocations("\n".join(lines))) == found


@given(records(), mangled(LOG_LINES))
def test_the_own_report_is_found_behind_any_tail(record: InvocationRecord, before: str) -> None:
    """Whatever stands before it, the report with the request id is the one that is read."""
    own = "\t".join([f"REPORT RequestId: {record.request_id}", *fields_of(record)])

    found = record_of(f"{before}\nSTART RequestId: {record.request_id}\n{own}", record.request_id)

    assert (found.request_id, found.duration_ms) == (record.request_id, record.duration_ms)


def outcome_of(text: str) -> AppSpec | tuple[Fault, ...]:
    """Return what parsing a text gives: an AppSpec, or its faults."""
    try:
        return parse_appspec(text, "drawn.yaml")
    except AppSpecError as error:
        return error.faults


@given(SPECS)
def test_appspec_parsing_raises_nothing_but_its_own_error(text: str) -> None:
    """Any text is an AppSpec or a list of faults, each with a way out."""
    outcome = outcome_of(text)

    if isinstance(outcome, AppSpec):
        assert outcome.baseline != outcome.candidate
    else:
        assert outcome
        assert all(fault.found and fault.expected and fault.fix for fault in outcome)


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,30}", fullmatch=True).filter(lambda name: not name.endswith("__"))
VERSIONS = st.integers(1, 10**6)


@st.composite
def appspecs(draw: st.DrawFn) -> AppSpec:
    """Draw an AppSpec that CodeDeploy would take."""
    baseline, candidate = draw(st.lists(VERSIONS, min_size=2, max_size=2, unique=True))
    hooks = draw(st.dictionaries(st.sampled_from(LifecycleEvent), NAMES))
    target = Target(draw(NAMES), draw(NAMES))
    return AppSpec(version="0.0", target=target, baseline=str(baseline), candidate=str(candidate), hooks=hooks)


@given(
    appspecs(), st.sampled_from([str.lower, str.upper, str.title, str]), st.sampled_from([None, 2, "\t"]), st.booleans()
)
def test_reading_a_rendered_appspec_gives_it_back(
    appspec: AppSpec, case: type[str], indent: str | int | None, numbers: bool
) -> None:
    """parse(render(appspec)) == appspec, with keys in any case and versions as text or number."""
    baseline: str | int = int(appspec.baseline) if numbers else appspec.baseline
    candidate: str | int = int(appspec.candidate) if numbers else appspec.candidate
    properties = {
        case("Name"): appspec.target.function,
        case("Alias"): appspec.target.alias,
        case("CurrentVersion"): baseline,
        case("TargetVersion"): candidate,
    }
    document = {
        case("version"): 0.0 if numbers else "0.0",
        case("Resources"): [{"logical": {case("Type"): "AWS::Lambda::Function", case("Properties"): properties}}],
        case("Hooks"): [{case(event.value): function} for event, function in appspec.hooks.items()],
    }

    assert parse_appspec(json.dumps(document, indent=indent), "rendered.json") == appspec


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "an application's line that says nothing of interest\n",
        '{"level": "INFO", "message": "REPORT RequestId: x", "timestamp": "2026-01-01T00:00:00Z"}\n',
        "{\n", "[{", '{"message":"', "REPORT RequestId: x ", "12:00:00 ", "RequestId: x Error: y\nRuntime.X\n",
        "REPORT RequestId: x\nDuration: 1 ms\n", '{"type":"platform.report",', "\\", " ", "A ", '"', "\0", "\x1b[0m",
    ],
)  # fmt: skip
def test_noise_takes_linear_time(unit: str) -> None:
    """A megabyte of one thing takes seconds at the most: anything quadratic would take minutes."""
    begin = time.perf_counter()
    parse_invocations(unit * (1_000_000 // len(unit)))

    assert time.perf_counter() - begin < 20
