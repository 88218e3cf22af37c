"""YAML texts that are not one small document: each is refused, with its line, and soon."""

from __future__ import annotations

import time

import pytest
import yaml

from unit.warmgate.policy.documents import faults_of
from warmgate.documents.nodes import ListNode, MapNode, line_of
from warmgate.documents.text import MAX_TEXT, read_yaml
from warmgate.errors import PolicyError
from warmgate.policy import parse_policy

TOO_LARGE = (
    "found more values or levels than a policy has, expected at most 20000 values, aliases written out, in 50 levels;"
    " use fewer aliases, or move payloads to files of their own (payload_file)"
)
NOT_YAML = "expected YAML; check indentation, brackets and quotes here and in the line above"
LAUGHS = "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "policy: x\n---\npolicy: y",
            ("2 document: found a second document, expected one policy a file; put it into a file of its own"),
        ),
        ("a: 1\na: 2\n'a': 3", "2 a: found the key a second time, expected each key once; join it with line 1"),
        (
            "b:\n  - {c: 1,\n     c: 2}",
            "3 b[0].c: found the key a second time, expected each key once; join it with line 2",
        ),
        (
            "? [a]\n: b",
            ("1 document: found a list or mapping as a key, expected a word as a key; remove `?` or the brackets"),
        ),
        (
            "a:\n  ? {b: 1}\n  : [c]",
            ("2 a: found a list or mapping as a key, expected a word as a key; remove `?` or the brackets"),
        ),
        ("a: !!str b", "1 a: found the tag tag:yaml.org,2002:str, expected a value without a tag; remove the tag"),
        ("a: [!mine {}]", "1 a[0]: found the tag !mine, expected a value without a tag; remove the tag"),
        ("a: *b", "1 a: found the alias *b without an anchor, expected an anchor &b above it; write the value out"),
        (
            "a: &b\n  - *b",
            ("2 a[0]: found the alias *b inside its own anchor, expected an anchor &b above it; write the value out"),
        ),
        ("a: [", f"2 document: found text that is not YAML (did not find expected node content), {NOT_YAML}"),
        (
            "a: b: c",
            (f"1 document: found text that is not YAML (mapping values are not allowed in this context), {NOT_YAML}"),
        ),
        (
            "a:\n\t- b",
            "2 document: found a tab in YAML, expected YAML; indent with spaces",
        ),
        ("a:\n\tb: 1", "2 document: found a tab in YAML, expected YAML; indent with spaces"),
        ("a:\n  b: 1\n\tc: 2", "3 document: found a tab in YAML, expected YAML; indent with spaces"),
        ("a:\n \t b: 1\n", "2 document: found a tab in YAML, expected YAML; indent with spaces"),
        (
            "%YAML 9.9\n---\na: 1",
            (f"1 document: found text that is not YAML (found incompatible YAML document), {NOT_YAML}"),
        ),
        (
            "a: 1\nb: \x07",
            (
                "2 document: found the character U+0007, expected printable text;"
                " remove it, or write it as an escape in double quotes"
            ),
        ),
        (
            "a: \ud800",
            (
                "1 document: found the character U+D800, expected printable text;"
                " remove it, or write it as an escape in double quotes"
            ),
        ),
        ("[" * 200_000, f"1 document: {TOO_LARGE}"),
        ("{" * 200_000, f"1 document: {TOO_LARGE}"),
        ("- " * 100_000, f"1 document: {TOO_LARGE}"),
        ("? " * 100_000, f"1 document: {TOO_LARGE}"),
        ("a:\n" * 1 + "- 1\n" * 20_001, f"2 document: {TOO_LARGE}"),
        (LAUGHS, f"6 document: {TOO_LARGE}"),
    ],
)
def test_what_is_not_one_small_document_is_refused_soon(text: str, fault: str) -> None:
    """Faults of the text come before all others; nesting and aliases cost no time and no memory."""
    started = time.process_time()
    found = faults_of(text)

    assert next(told for told in found if "unknown key" not in told and "policy: found nothing" not in told) == fault
    assert time.process_time() - started < 2


def test_a_text_has_a_greatest_size() -> None:
    """A text that is too long is not read at all, and has no line."""
    with pytest.raises(PolicyError) as caught:
        parse_policy("#" * (MAX_TEXT + 1), "p")

    assert str(caught.value.faults[0]) == (
        "p document: found 262145 characters, expected at most 262144;"
        " move large payloads to files of their own (payload_file)"
    )


@pytest.mark.parametrize(
    "text", ["\ufeffpolicy: x", "policy: x\r\nmode: enforce\r\n", "%YAML 1.2\n---\npolicy: x\n...\n"]
)
def test_marks_line_ends_and_headers_of_editors_are_taken(text: str) -> None:
    """A byte order mark, Windows line ends and YAML's own header change nothing."""
    assert parse_policy(text, "p").name == "x"


@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml.CSafeLoader])
def test_a_parser_without_libyaml_refuses_the_same(loader: type) -> None:
    """PyYAML may come without LibYAML; depth is bounded there too."""
    with pytest.raises(PolicyError, match="more values or levels"):
        read_yaml("[" * 5_000, "p", loader)


def test_a_mark_that_is_missing_gives_a_fault_without_a_line() -> None:
    """An error of YAML without a position is told for the document as a whole."""

    class Broken:
        def __init__(self, _text: str) -> None: ...

        def check_event(self) -> bool:
            raise yaml.MarkedYAMLError(problem="nothing works")

        def dispose(self) -> None: ...

    with pytest.raises(PolicyError, match=r"^p document: found text that is not YAML \(nothing works\)"):
        read_yaml("a: 1", "p", Broken)


def test_a_place_that_does_not_exist_has_the_line_above_it() -> None:
    """What is missing is told at the nearest line that is there."""
    root = read_yaml("a:\n  - b: 1\n    c: 2\n  - 3\n", "p").root

    assert isinstance(root, MapNode)
    assert isinstance(root.entries[0].value, ListNode)
    assert line_of(root, ("a", 0, "c")) == 3
    assert line_of(root, ("a", 0, "z")) == 2
    assert line_of(root, ("a", 1, "z")) == 4
    assert line_of(root, ("z",)) == 1
