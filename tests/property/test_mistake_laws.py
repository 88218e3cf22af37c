"""Laws of policies with generated mistakes of encoding, nesting and kind: what is said leads back to a policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from property.policy_strategies import policies
from warmgate.errors import DocumentError, Fault
from warmgate.policy import parse_policy, render_policy
from warmgate.policy.render import lines_of
from warmgate.policy.sections import Section
from warmgate.policy.spec import POLICY
from warmgate.policy.values import DEFAULT_PROBES, Policy
from warmgate_ops.cli.documents import policy_in

OTHER_ENCODINGS = st.sampled_from(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
_MOVE = re.compile(r"`([a-z_.]+):`")


def sections_in(section: Section = POLICY, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Section]]:
    """Yield every section that stands in mappings alone, with its path; the policy's own has none."""
    yield path, section
    for key in section.keys:
        if isinstance(key.kind, Section):
            yield from sections_in(key.kind, (*path, key.name))


SECTIONS = dict(sections_in())


def faults_of(document: dict[str, Any]) -> tuple[Fault, ...]:
    """Return what is wrong with a policy."""
    try:
        parse_policy("\n".join(lines_of(document)), "p")
    except DocumentError as error:
        return error.faults
    return ()


def document_with(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return a policy that says one thing alone."""
    for key in reversed(path):
        value = {key: value}
    return {"policy": "p", **value}


def value_at(document: Any, path: tuple[str, ...]) -> Any:
    """Return what stands at a path of a written policy, None where nothing does."""
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    return document


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where policies are stored, one after the other."""
    return tmp_path_factory.mktemp("encodings") / "policy.yaml"


@given(encoding=OTHER_ENCODINGS, policy=policies())
def test_another_encoding_is_one_fault_that_says_what_to_do(file: Path, encoding: str, policy: Policy) -> None:
    """With a byte order mark or without one."""
    file.write_bytes(render_policy(policy).encode(encoding))
    with pytest.raises(DocumentError) as caught:
        policy_in(file)

    (fault,) = caught.value.faults
    assert (fault.expected, fault.fix) == ("UTF-8", "save it as UTF-8")


@given(name=st.from_regex(r"[A-Za-z0-9]{1,20}", fullmatch=True))
def test_a_byte_order_mark_changes_nothing(file: Path, name: str) -> None:
    """Editors of Windows write one."""
    file.write_bytes(f"policy: {name}x\n".encode("utf-8-sig"))

    assert policy_in(file) == Policy(name=f"{name}x")


@given(
    before=st.integers(0, 50),
    sign=st.characters(min_codepoint=0xC0, max_codepoint=0xFF),
    encoding=st.sampled_from(["latin-1", "cp1252"]),
)
def test_a_letter_of_an_older_encoding_is_told_with_its_line(file: Path, before: int, sign: str, encoding: str) -> None:
    """One letter in a comment is enough, and is found."""
    file.write_bytes(("policy: p\n" + "#\n" * before + f"# {sign}rger\n").encode(encoding))
    with pytest.raises(DocumentError) as caught:
        policy_in(file)

    (fault,) = caught.value.faults
    assert (fault.line, fault.expected, fault.fix) == (before + 2, "UTF-8", "save it as UTF-8")


@given(data=st.data(), policy=policies())
def test_a_key_in_the_wrong_section_is_told_where_it_belongs(data: st.DataObject, policy: Policy) -> None:
    """Where it is told to go it is known; nothing that a policy can say is told to be removed."""
    written = POLICY.write(replace(policy, probes=DEFAULT_PROBES))
    keys = [(path, key.name) for path, section in SECTIONS.items() for key in section.keys]
    said = [(path, key) for path, key in keys if value_at(written, (*path, key)) is not None]
    home, key = data.draw(st.sampled_from(said))
    wrong = data.draw(
        st.sampled_from([path for path, section in SECTIONS.items() if key not in [each.name for each in section.keys]])
    )
    value = value_at(written, (*home, key))
    found = faults_of(document_with((*wrong, key), value))
    (fault,) = [each for each in found if each.path == ".".join((*wrong, key))]

    assert fault.fix != "remove it"
    if fault.fix.startswith("move it"):
        homes = [tuple(each.split(".")) for each in _MOVE.findall(fault.fix)] or [()]
        for told in homes:
            moved = (*told, key)
            faults = faults_of(document_with(moved, value))
            assert "an unknown key" not in [each.found for each in faults if each.path == ".".join(moved)]


@given(data=st.data(), single=st.booleans(), policy=policies())
def test_a_list_for_a_mapping_is_told_as_one(data: st.DataObject, single: bool, policy: Policy) -> None:
    """Dashes before its keys are one fault, however many keys there are."""
    written = POLICY.write(replace(policy, probes=DEFAULT_PROBES))
    path = data.draw(st.sampled_from([path for path in SECTIONS if path and value_at(written, path)]))
    value = value_at(written, path)
    listed = [value] if single else [{key: each} for key, each in value.items()]
    (fault,) = faults_of(document_with(path, listed))

    assert (fault.path, fault.fix) == (".".join(path), "remove the `- ` or the brackets that make it a list")


@given(name=st.sampled_from(["match", "probes"]), policy=policies())
def test_a_mapping_for_a_list_is_told_as_one(name: str, policy: Policy) -> None:
    """One probe without its dash is one fault."""
    for item in POLICY.write(policy).get(name, ()):
        named = {key: value for key, value in item.items() if key in {"name", "weight", "function", "alias"}}
        (fault,) = faults_of(document_with((name,), named))

        assert (fault.path, fault.fix) == (name, "begin each with `- `")
