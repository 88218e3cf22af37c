"""Profiles of the property tests, and the order in which files of tests are begun.

HYPOTHESIS_PROFILE=quick takes few examples, nightly many.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "default", max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("quick", settings.get_profile("default"), max_examples=5)
settings.register_profile("nightly", max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that may take longest: they mostly wait, and the pure tests fill the processor beside them.

    Whole releases come first, before anything computes beside them: they are judged by what their calls really take.
    """
    items.sort(key=lambda item: (-_allowed_s(item), item.get_closest_marker("local_cloud") is None))


def _allowed_s(item: pytest.Item) -> float:
    mark = item.get_closest_marker("timeout")
    return float(mark.args[0]) if mark else 0.0
