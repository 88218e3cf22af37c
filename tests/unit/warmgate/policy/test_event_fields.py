"""Fields of events: each where it belongs, and what is wrong said with a hint."""

from __future__ import annotations

import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator

from generate.schema import policy_schema
from unit.warmgate.policy.documents import faults_below
from warmgate.policy import parse_policy, render_policy
from warmgate.policy.event_fields import FIELDS, path_parameters
from warmgate.policy.events.sources import SOURCES
from warmgate.policy.values import EventKind

SCHEMA = Draft202012Validator(policy_schema())


@pytest.mark.parametrize(
    ("probe", "fault"),
    [
        (
            "event: sqs, body: hi",
            (
                "3 probes[0].body: found a field that sqs does not have, expected one of messages, queue, with;"
                " write messages"
            ),
        ),
        (
            "event: http-api, bucket: b",
            (
                "3 probes[0].bucket: found a field that http-api does not have, expected one of method, path, route,"
                " query, headers, body, with; remove it; it belongs to s3"
            ),
        ),
        (
            "path: /",
            (
                "3 probes[0].path: found path without an event, expected `event:` beside it;"
                " add event: http-api, rest-api, function-url, alb"
            ),
        ),
        (
            "event: http-api, route: '/orders/{id}', path: /carts/1",
            (
                "3 probes[0].route: found a route that the path /carts/1 is not of, expected the path's route,"
                " as /orders/{id} of /orders/7; correct route or path"
            ),
        ),
        (
            "event: dynamodb-stream, records: [a]",
            "3 probes[0].records: found a record that is no item, expected `name: value` lines; write its attributes",
        ),
        (
            "event: sqs, payload: {}",
            "3 probes[0]: found both event and payload, expected one of them; remove event or payload",
        ),
        (
            "event: sqs, messages: []",
            "3 probes[0].messages: found 0 of them, expected a list of 1 to 10 JSON values; begin each with `- `",
        ),
        (
            "event: http-api, headers: {a: [1]}",
            (
                "3 probes[0].headers.a: found a list or mapping, expected a text;"
                " write one text, or remove the key; what is unusual goes under `with`"
            ),
        ),
        (
            "event: s3, with: [1]",
            "3 probes[0].with: found no mapping, expected a JSON object; write `key: value` lines below it",
        ),
    ],
)
def test_a_field_that_does_not_fit_is_a_fault_with_a_hint(probe: str, fault: str) -> None:
    """It would change nothing, and nobody would notice."""
    assert faults_below(f"probes:\n  - {{name: a, {probe}}}\n") == [fault]


@pytest.mark.parametrize(
    ("probe", "hint"),
    [
        ("event: httpapi", "write http-api"),
        ("event: http-api, method: get", "write GET"),
        ("event: sqs, message: [a]", "write messages"),
        ("event: http-api, path: orders", "begin it with /"),
        ("event: http-api, query: 'a=b'", "write `name: text` lines below it"),
        ("event: cognito, trigger: PreSignUp", "with the _"),
        ("event: s3, bucket: 'arn:aws:s3:::b'", "no ARN"),
    ],
)
def test_what_is_nearly_right_is_named(probe: str, hint: str) -> None:
    """A misspelling has a hint."""
    (fault,) = faults_below(f"probes:\n  - {{name: a, {probe}}}\n")
    assert hint in fault


def test_an_event_with_every_field_comes_back() -> None:
    """What is rendered as YAML reads as the same policy, empty mappings and null included."""
    text = (
        "policy: x\nprobes:\n"
        "  - {name: a, event: rest-api, method: GET, path: /o/1, route: '/o/{id}', query: {},"
        " headers: {a: 1}, body: null}\n"
        "  - {name: b, event: http-api, body: {}, with: {requestContext: {stage: x}}}\n"
        "  - {name: c, event: eventbridge, source: s, detail-type: d, detail: {}}\n"
        "  - {name: d, event: appsync, field: f, type: Mutation, arguments: {}}\n"
        "  - {name: e, event: schedule}\n"
    )
    policy = parse_policy(text, "p")
    assert parse_policy(render_policy(policy), "p") == policy
    assert policy.probes[1].payload["body"] == "{}"
    assert policy.probes[0].payload["headers"]["a"] == "1"


def test_the_schema_knows_which_event_has_which_field() -> None:
    """An editor marks a field beside the wrong event, or without one."""
    probe = {"name": "a", "path": "/"}
    assert not SCHEMA.is_valid({"policy": "x", "probes": [probe]})
    assert not SCHEMA.is_valid({"policy": "x", "probes": [{**probe, "event": "sqs"}]})
    assert not SCHEMA.is_valid({"policy": "x", "probes": [{**probe, "event": "alb", "payload": {}}]})
    assert SCHEMA.is_valid({"policy": "x", "probes": [{**probe, "event": "alb"}]})


def test_every_kind_has_a_field_and_a_source() -> None:
    """A page of AWS's documentation for each."""
    assert SOURCES.keys() == set(EventKind)
    assert all(url.startswith("https://docs.aws.amazon.com/") for url in SOURCES.values())
    assert {kind for kinds, _ in FIELDS.values() for kind in kinds} == set(EventKind)


def test_a_policy_without_events_imports_none() -> None:
    """A hook's cold start does not pay for what it does not use."""
    program = (
        "import sys; from warmgate.policy import parse_policy; parse_policy('policy: x', 'p');"
        " print([name for name in sys.modules if name.startswith('warmgate.policy.events')])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


@pytest.mark.parametrize(
    ("route", "path", "parameters"),
    [
        ("/orders/{id}", "/orders/7", {"id": "7"}),
        ("/orders/{id}", "/orders/7/lines", None),
        ("/{proxy+}", "/a/b", {"proxy": "a/b"}),
        ("/a.b", "/axb", None),
        ("/", "/", {}),
    ],
)
def test_a_routes_parameters_are_read_from_the_path(route: str, path: str, parameters: dict[str, str] | None) -> None:
    """One part of the path each, or all that is left."""
    assert path_parameters(route, path) == parameters
