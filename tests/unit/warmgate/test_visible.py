"""Other people's text is shown, never obeyed: what cannot be seen is written out."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmgate.errors import Fault, WarmgateError
from warmgate.visible import json_visible, visible, visible_line

ANY = st.text(st.characters(exclude_categories=())) | st.text(alphabet="\x00\x1b\x85\u202e\ud800\udfff\U000e0041a\n\t")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 漢 🙂\tand\nmore", "plain é 漢 🙂\tand\nmore"),
        ("\x1b]0;t\x07", "\\x1b]0;t\\x07"),
        ("a\x9b1m\x85b\r", "a\\x9b1m\\x85b\\x0d"),
        ("\u202eevil\u2066\u200b\u2028", "\\u202eevil\\u2066\\u200b\\u2028"),
        ("\ud800\uffff\U000e0041", "\\ud800\\uffff\\U000e0041"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    """Letters of every script, line breaks and tabs stay; the rest is the escape of its code."""
    assert visible(text) == shown


def test_a_line_stays_a_line() -> None:
    """Where one line is promised, a break is written out too."""
    assert visible_line("a\n::error::b\tc") == "a\\n::error::b\\tc"


@given(ANY)
def test_nothing_unseen_is_left_and_nothing_changes_twice(text: str) -> None:
    """No control character, no lone surrogate; UTF-8 can hold it; to make it visible again changes nothing."""
    found = visible(text)

    assert not {unicodedata.category(c) for c in set(found) - {"\n", "\t"}} & {"Cc", "Cs"}
    assert found.encode().decode() == found == visible(found)


@given(st.recursive(ANY, lambda inner: st.lists(inner) | st.dictionaries(ANY, inner), max_leaves=8))
def test_a_json_text_means_the_same(value: object) -> None:
    """Every reader gets the value that was written, and UTF-8 can hold the text."""
    text = json_visible(json.dumps(value, ensure_ascii=False))

    assert json.loads(text) == json.loads(json.dumps(value))
    assert visible(text) == text


def test_faults_and_errors_are_visible() -> None:
    """A fault is one line whatever was found; an error's text may have several."""
    fault = Fault(source="a\x1b", line=1, path="p\n", found="'\x07'", expected="b", fix="c")

    assert str(fault) == "a\\x1b:1 p\\n: found '\\x07', expected b; c"
    assert str(WarmgateError("a\x1b\nb", hint="\u202e")) == "a\\x1b\nb - \\u202e"
