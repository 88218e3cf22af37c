"""Payloads, payload files and expectations: JSON and nothing else, inside the folder, and never repeated in a fault."""

from __future__ import annotations

import pytest

from unit.warmgate.policy.documents import faults_below
from warmgate.errors import PolicyLookupError
from warmgate.policy import parse_policy

UNCLEAR = "a word, number or date that not every YAML reader takes for the same"
PATH = "the path of a JSON file inside the policy's folder, such as payloads/quote.json, at most 200 characters"
EXPRESSION = "a JMESPath expression, at most 1000 characters"


def payload_of(written: str) -> object:
    """Return the payload that a YAML value stands for."""
    return parse_policy(f"policy: x\nprobes:\n- name: a\n  payload: {written}", "p").probes[0].payload


@pytest.mark.parametrize(
    ("written", "payload"),
    [
        ("null", None),
        ("~", None),
        ("true", True),
        ("False", False),
        ("-12", -12),
        ("1e3", 1000.0),
        ("1.50", 1.5),
        (".5", 0.5),
        ("12345678901234567890123", 12345678901234567890123),
        ("text", "text"),
        ("'no'", "no"),
        ('"2024-01-01"', "2024-01-01"),
        ("{1: a, true: b, no: c}", {"1": "a", "true": "b", "no": "c"}),
        ("[[], {}, '']", [[], {}, ""]),
        ("|\n    two\n    lines", "two\nlines"),
    ],
)
def test_a_payload_is_json_in_yaml(written: str, payload: object) -> None:
    """Words and numbers are JSON's, and keys are text as they are written."""
    read = payload_of(written)

    assert (read, type(read)) == (payload, type(payload))


@pytest.mark.parametrize(
    "written",
    [
        "no",
        "Yes",
        "on",
        "OFF",
        "2024-01-01",
        "2024-01-01T10:00:00Z",
        "2024-01-01 10:00:00 +1:00",
        "1:30",
        "007",
        "0o17",
        "0x1F",
        "0b1",
        "1_000",
        "00.5",
        ".inf",
        "-.INF",
        ".nan",
        "=",
        "<<",
        "1_0e5",
    ],
)
def test_what_yaml_versions_read_differently_needs_quotes(written: str) -> None:
    """A country `no` must not become false, nor a date an object."""
    assert faults_below(f"probes: [{{name: a, payload: {{key: {written}}}}}]") == [
        (
            f"2 probes[0].payload.key: found {UNCLEAR}, expected a JSON value;"
            " put it in quotes if it is text, else write it as JSON does"
        )
    ]


@pytest.mark.parametrize("written", ["1e999", "-1e999", "9" * 301])
def test_numbers_that_json_readers_cannot_hold_are_refused(written: str) -> None:
    """Infinity is no JSON, however it is written."""
    assert faults_below(f"probes: [{{name: a, payload: [{written}]}}]") == [
        (
            "2 probes[0].payload[0]: found a number too large for JSON readers, expected a JSON value;"
            " put it in quotes if it is text, else write it as JSON does"
        )
    ]


def test_payload_and_payload_file_exclude_each_other() -> None:
    """A probe calls with one payload."""
    lines = "probes:\n- name: a\n  payload: 1\n  payload_file: b.json"

    assert faults_below(lines, lambda _path: "1") == [
        "4 probes[0]: found both payload_file and payload, expected one of them; remove payload_file or payload"
    ]


@pytest.mark.parametrize(
    "path", ["../b.json", "a/../../b.json", "/b.json", "a//b.json", "a/.b.json", "b\\\\c", "~/b", "a/"]
)
def test_a_payload_file_stays_in_the_folder(path: str) -> None:
    """No path that leads out of the policy's folder is even tried."""
    assert faults_below(f'probes: [{{name: a, payload_file: "{path}"}}]', lambda _path: "1") == [
        (
            f'2 probes[0].payload_file: found "{path.replace(chr(92) * 2, chr(92))}", expected {PATH};'
            " name a file beside the policy or in a folder below it, without `..` and without `/` in front"
        )
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "line 1: Expecting property name enclosed in double quotes"),
        ("", "line 1: Expecting value"),
        ("[1,\nNaN]", "NaN is not JSON"),
        ('{"a": 1, "a": 2}', "a key stands twice in one object"),
        ('"\\ud800"', "a number or character that JSON cannot carry"),
        ("1e999", "a number or character that JSON cannot carry"),
        ("[" * 100_000, "values nested too deeply"),
        (f'"{"é" * 3_145_728}"', "more than the 6291456 bytes that Lambda takes"),
    ],
)
def test_a_payload_file_holds_json(content: str, reason: str) -> None:
    """What is wrong with a file is told at the line that names it."""
    assert faults_below("probes: [{name: a, payload_file: b.json}]", lambda _path: content) == [
        (
            f"2 probes[0].payload_file: found b.json ({reason}), expected a file with one JSON value;"
            " correct the file or its path"
        )
    ]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (FileNotFoundError(2, "No such file or directory"), "No such file or directory"),
        (
            UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
            "'utf-8' codec can't decode byte 0xff in position 0: inval...",
        ),
        (PolicyLookupError("access denied"), "access denied"),
    ],
)
def test_a_payload_file_that_cannot_be_read_is_a_fault(error: Exception, reason: str) -> None:
    """The loader's errors become faults among the others."""

    def refuse(_path: str) -> str:
        raise error

    assert faults_below("probes: [{name: a, payload_file: b.json}]", refuse) == [
        (
            f"2 probes[0].payload_file: found b.json ({reason}), expected a file with one JSON value;"
            " correct the file or its path"
        )
    ]


def test_a_policy_without_a_folder_has_no_payload_files() -> None:
    """A policy from a parameter store comes alone."""
    assert faults_below("probes: [{name: a, payload_file: b.json}]") == [
        (
            "2 probes[0].payload_file: found a file beside a policy that comes without files,"
            " expected a payload in the policy itself; write the payload here, under payload:"
        )
    ]


@pytest.mark.parametrize(
    ("expression", "found", "fix"),
    [
        ("a =", '"a ="', "look at character 3"),
        ("a[", '"a["', "look at character 3"),
        ("[" * 900, f'"{"[" * 57}..."', "look at quotes and brackets"),
        (" ", '" "', "write an expression"),
        ("len(a)", "the function len()", "write length()"),
        ("a && [zzzzz(b)]", "the function zzzzz()", "use a function that JMESPath has"),
    ],
)
def test_an_expression_compiles_and_calls_what_exists(expression: str, found: str, fix: str) -> None:
    """A slip in an expression is told before a release, not in the middle of one."""
    assert faults_below(f"probes: [{{name: a, expect: {{jmespath: '{expression}'}}}}]") == [
        f"2 probes[0].expect.jmespath: found {found}, expected {EXPRESSION}; {fix}"
    ]


def test_an_expression_may_call_functions_in_functions() -> None:
    """Functions that JMESPath has pass, wherever they stand."""
    expression = "length(keys(body)) > `0` && contains(sort_by(items[1:], &id)[*].id, `1`)"

    policy = parse_policy(f'policy: x\nprobes: [{{name: a, expect: {{jmespath: "{expression}"}}}}]', "p")
    assert policy.probes[0].expect.jmespath == expression
