"""Drafted policies: usable as they stand, commented, and careful with what may write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from warmgate.errors import DocumentError, SettingsError
from warmgate.model.calls import Arm
from warmgate.policy import parse_policy
from warmgate.policy.values import EventKind, Policy
from warmgate_ops.advice.explanation import warnings_of
from warmgate_ops.advice.recorded import Recorded
from warmgate_ops.doctor.template.reading import read_template
from warmgate_ops.drafting.event_files import event_files, kind_of
from warmgate_ops.drafting.http_routes import route
from warmgate_ops.drafting.known import Known, Trigger
from warmgate_ops.drafting.limits import draft_limits
from warmgate_ops.drafting.probes import READS, draft_probes
from warmgate_ops.drafting.template import known_in
from warmgate_ops.drafting.writing import policy_text

ROOT = Path(__file__).parents[4]
TEMPLATES = sorted(
    path
    for folder in ("examples", "tests/data/functions", "tests/data/templates")
    for path in (ROOT / folder).rglob("*.yaml")
)


def drafted(
    known: Known, files: dict[EventKind | None, str] | None = None, *, writes: bool = False
) -> tuple[str, Policy]:
    """Return the text of a drafted policy, and the policy."""
    probes = draft_probes(known, files or {}, writes=writes)
    text = policy_text(known, probes, draft_limits(known), "./schema.json")
    return text, parse_policy(text, "warmgate.yaml", lambda _name: "{}")


def of(*triggers: Trigger, **more: Any) -> Known:
    """Return a function with some triggers."""
    return Known(name="own", source="a test", triggers=triggers, **more)


def http(method: str, path: str) -> Trigger:
    """Return a route of an HTTP API."""
    return route(EventKind.HTTP_API, method, path, "Api")


def functions_in(path: Path) -> list[str]:
    """Return the logical ids of a template's functions; none where a file is no template."""
    try:
        return [each.logical_id for each in read_template(path.read_text(), str(path)).functions]
    except DocumentError:
        return []


@pytest.mark.parametrize(
    ("path", "resource"),
    [(path, name) for path in TEMPLATES for name in functions_in(path)],
    ids=lambda value: value if isinstance(value, str) else str(value.relative_to(ROOT)),
)
def test_the_draft_of_every_template_here_has_neither_fault_nor_warning(path: Path, resource: str) -> None:
    """Each function of the examples and of the tests' templates."""
    known = known_in(path.read_text(), str(path.relative_to(ROOT)), resource)
    methods = {each.fields["method"] for each in known.triggers if "method" in each.fields}
    text, policy = drafted(known, writes=bool(methods) and not methods.intersection(READS))

    assert text.startswith("# yaml-language-server: $schema=./schema.json\n")
    assert warnings_of(policy) == ()
    assert max(map(len, text.splitlines())) <= 120


def test_there_are_templates_to_try() -> None:
    """The list above is not empty by mistake."""
    assert sum(len(functions_in(path)) for path in TEMPLATES) > 10


@pytest.mark.parametrize("kind", EventKind)
@pytest.mark.parametrize("timeout_s", [1, 3, 29, 900])
def test_every_kind_of_trigger_has_a_draft(kind: EventKind, timeout_s: int) -> None:
    """Whatever the timeout is."""
    trigger = route(kind, "GET", "/", "x") if kind in {"http-api", "rest-api", "function-url", "alb"} else None
    known = of(trigger or Trigger(kind=kind, says="x"), timeout_s=timeout_s, memory_mb=10_240)
    _, policy = drafted(known)

    (probe,) = policy.probes
    assert probe.event is not None
    assert probe.event.kind == kind
    assert warnings_of(policy) == ()


def test_a_route_to_read_from_is_called_and_no_other() -> None:
    """The first GET, one without parameters before one with; the rest are comments that can be used as they stand."""
    known = of(http("POST", "/o"), http("GET", "/o/{id}"), http("GET", "/o"), http("DELETE", "/o/{id}"))
    text, policy = drafted(known)

    assert [probe.name for probe in policy.probes] == ["get-o"]
    assert policy.probes[0].expect.jmespath is not None
    assert "  # - name: post-o\n" in text
    assert "It may write, so it is not called" in text
    uncommented = "".join(
        line[2:].lstrip("#").removeprefix(" ").join(["  ", "\n"])
        if line.startswith(("  # - ", "  #   "))
        else f"{line}\n"
        for line in text.splitlines()
    )
    assert len(parse_policy(uncommented, "p").probes) == 4


def test_what_may_write_is_called_by_wish_alone() -> None:
    """A function that has nothing else is no guess: the option is named."""
    with pytest.raises(SettingsError, match=r"found no route to read from .Api: POST /o.*--writes"):
        drafted(of(http("POST", "/o")))
    _, policy = drafted(of(http("POST", "/o"), http("GET", "/o")), writes=True)

    assert {probe.name for probe in policy.probes} == {"post-o", "get-o"}


def test_a_function_that_nothing_calls_gets_an_empty_event() -> None:
    """With the advice to write one."""
    text, policy = drafted(of())

    assert [(probe.name, probe.payload) for probe in policy.probes] == [("empty", {})]
    assert "Nothing here says what calls the function" in text


def test_how_a_policy_finds_its_function_is_written_in_it() -> None:
    """By the function's name where that is known, else by a tag, which the file names: nothing else would choose it."""
    named, policy = drafted(of(function="orders", alias="live"))
    unnamed, other = drafted(of())

    assert [(each.function, each.alias) for each in policy.match] == [("orders", "live")]
    assert "warmgate:policy" not in named
    assert other.match == ()
    assert "`warmgate:policy: bundled:own`" in unnamed


def test_names_differ_and_tenants_are_named() -> None:
    """Two queues are two probes; isolation asks for a tenant in each."""
    queues = [Trigger(kind=EventKind.SQS, fields={"queue": name}, says=name) for name in ("a", "b")]
    _, policy = drafted(of(*queues, isolates_tenants=True))

    assert [(probe.name, probe.tenant) for probe in policy.probes] == [("sqs", "warmgate"), ("sqs-2", "warmgate")]


def test_the_events_beside_the_template_are_what_is_called(tmp_path: Path) -> None:
    """As `sam init` makes them; a request that may write is none."""
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "broken.json").write_text("{")
    (tmp_path / "events" / "queue.json").write_text(json.dumps({"Records": [{"eventSource": "aws:sqs"}]}))
    (tmp_path / "events" / "post.json").write_text(json.dumps({"httpMethod": "POST", "requestContext": {}}))
    files = dict(event_files(tmp_path))
    _, policy = drafted(of(Trigger(kind=EventKind.SQS, says="x")), files)

    assert files == {EventKind.SQS: "events/queue.json"}
    assert policy.probes[0].payload_file == "events/queue.json"


@pytest.mark.parametrize("kind", EventKind)
def test_the_shape_of_an_event_says_what_sent_it(kind: EventKind) -> None:
    """Each rendered event is known again."""
    policy = parse_policy(f"policy: x\nprobes: [{{name: a, event: {kind}}}]\n", "p")
    assert kind_of(policy.probes[0].payload) == kind


@pytest.mark.parametrize("value", [None, [], {}, {"Records": []}, {"Records": [1]}, {"requestContext": {}}])
def test_other_shapes_are_of_no_kind(value: Any) -> None:
    """Nothing is guessed."""
    assert kind_of(value) is None


def test_limits_are_those_of_the_log_where_it_holds_enough() -> None:
    """Half more than it shows; else by timeout and memory."""
    known = of(http("GET", "/"), timeout_s=900, memory_mb=10_240)
    recorded = Recorded()
    recorded.starts["log"] = 40
    for number in range(200):
        recorded.durations[Arm.CANDIDATE].add(100.0)
        if number < 40:
            recorded.inits[Arm.CANDIDATE].add(200.0)
    usual, found = draft_limits(known), draft_limits(known, recorded)

    assert (usual.init.values, usual.duration.values) == ({"p85": "3s"}, {"p95": "14.5s"})
    assert (found.init.values, found.duration.values) == ({"p85": "310ms"}, {"p50": "160ms", "p95": "160ms"})
    assert usual.cost_usd > 2
    assert draft_limits(known, Recorded()) == usual
