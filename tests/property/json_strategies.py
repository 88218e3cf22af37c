"""Strategies for JSON values."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st


def json_of(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Return JSON values with such texts as keys and values."""
    numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    return st.recursive(
        st.none() | st.booleans() | numbers | texts,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
        max_leaves=12,
    )
