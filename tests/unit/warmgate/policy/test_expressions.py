"""JMESPath takes no more time and memory than its steps allow, and is JMESPath in all else."""

from __future__ import annotations

from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmgate.errors import PolicyError
from warmgate.policy.expressions import MOST_NODES, CostlyExpressionError, compiled, syntax_of
from warmgate.policy.parse import parse_policy

DOUBLING = "|".join(["[@,@]"] * 24)
MANY = list(range(300_000))
ROWS = [{"price": n, "name": f"n{n}"} for n in range(50_000)]

LEAVES = st.sampled_from(["@", "a", "b", "`1`", "'x'", "`[1, [2], null]`", '`{"a": "x"}`', "[0]", "[::2]"])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"[{two[0]}, {two[1]}]"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} | {two[1]})"),
        st.tuples(inner, st.sampled_from(["==", "!=", "<", "&&", "||"]), inner).map(" ".join).map("({})".format),
        st.tuples(st.sampled_from(["length", "to_string", "keys", "sort", "reverse", "type", "not_null"]), inner).map(
            lambda two: f"{two[0]}({two[1]})"
        ),
        inner.map(lambda one: f"[{one}][]"),
        inner.map(lambda one: f"[{one}][?@ == a]"),
        inner.map(lambda one: f"map(&({one}), [@, a])"),
        inner.map(lambda one: f"{{a: {one}}}.*"),
    ),
    max_leaves=8,
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "x", "12"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("ab"), inner, max_size=2)),
    max_leaves=8,
)


def policy(expression: str) -> str:
    """Return a policy with that expectation."""
    quoted = expression.replace("\\", "\\\\").replace('"', '\\"')
    return f'policy: p\nprobes:\n  - name: a\n    expect:\n      jmespath: "{quoted}"\n'


@pytest.mark.slow
@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        (f"{DOUBLING}|" + "|".join(["[]"] * 24), {}),
        (f"({DOUBLING}) == ({DOUBLING})", {}),
        (f"to_string({DOUBLING})", {}),
        (f"contains({DOUBLING}, `1`)", {}),
        ("[" + ",".join(["[::1]"] * 100) + "]", MANY),
        ("[" + ",".join(["@"] * 20) + "] | []", MANY),
        ("[" + ",".join(["reverse(@)"] * 20) + "]", MANY),
        ("[" + ",".join(["[*].[@]"] * 20) + "]", MANY),
        ("join(@[0], @)", ["x" * 100_000] * 1_000),
        ("to_string(@)", MANY + MANY + MANY + MANY),
    ],
    ids=["flatten", "equal", "to_string", "contains", "slices", "copies", "reverse", "projections", "join", "long"],
)
def test_what_multiplies_is_stopped(expression: str, answer: Any) -> None:
    """However an expression makes much of an answer, it ends with its steps."""
    with pytest.raises(CostlyExpressionError):
        compiled(expression)(answer)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("length(@) == `300000`", MANY),
        ("@ != `[]`", MANY),
        ("length([?price > `10`]) > `3`", ROWS),
        ("max([*].price) == `49999`", ROWS),
        ("contains(body, 'needle')", {"body": "hay" * 1_500_000 + "needle"}),
        ("starts_with(to_string(@), '[{')", ROWS[:1_000]),
    ],
)
def test_a_long_answer_is_no_costly_expression(expression: str, answer: Any) -> None:
    """What looks at each item of a large answer once is evaluated."""
    assert compiled(expression)(answer)


@given(expression=TREES, answer=VALUES)
def test_within_its_steps_it_is_jmespath(expression: str, answer: Any) -> None:
    """The same answers are accepted and the same ones break as in the library."""

    def outcome(search: Any) -> Any:
        try:
            return search(answer) is True
        except (jmespath.exceptions.JMESPathError, TypeError, AttributeError) as error:
            return type(error)

    assert outcome(compiled(expression)) == outcome(jmespath.compile(expression).search)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("expression", "found"),
    [
        (f"{DOUBLING}|" + "|".join(["[]"] * 24), "more than 1,000,000 steps"),
        (f"to_string({DOUBLING}) == 'x'", "more than 1,000,000 steps"),
        ("||".join(["a"] * 300), f"{2 * 300 - 1} parts, at most {MOST_NODES}"),
    ],
)
def test_a_costly_expression_is_a_fault_of_the_policy(expression: str, found: str) -> None:
    """What multiplies even an empty answer, or has too many parts, is refused with its line."""
    with pytest.raises(PolicyError) as caught:
        parse_policy(policy(expression), "p.yaml")

    (fault,) = caught.value.faults
    assert (fault.line, fault.path) == (5, "probes[0].expect.jmespath")
    assert found in fault.found


def test_an_expression_that_an_empty_answer_does_not_suit_is_none() -> None:
    """A fault that depends on the answer is the answer's."""
    assert syntax_of("sum(items) == `1`")
