"""Profiles of the property tests, and which files of tests run beside each other.

HYPOTHESIS_PROFILE=quick takes few examples, nightly many.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler.loadfile import LoadFileScheduling

settings.register_profile(
    "default", max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("quick", settings.get_profile("default"), max_examples=5)
settings.register_profile("nightly", max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


JUDGED, LIVE = ("scenarios", "hook", "release_command", "least_privilege"), ("shift_scenarios", "shared_log_group")
TOGETHER = {
    f"tests/rehearsal/test_{name}.py": group
    for group, names in (("judged", JUDGED), ("live", (*LIVE, "guard_killed", "live_releases")))
    for name in names
} | {f"tests/deploying/test_{name}.py": "attach" for name in ("attach", "attach_modules")}
"""Files that one process runs, one after the other: releases judged by how long calls take, and live ones.

Beside each other they would be each other's noise. The CDK makes its templates once for all that look at them.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with whole releases: they take longest, and mostly wait."""
    items.sort(key=lambda item: (_file_of(item.nodeid) not in TOGETHER, item.get_closest_marker("local_cloud") is None))


class Files(LoadFileScheduling):  # type: ignore[misc]
    """Gives each file, or files that belong together, to one process."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER.get(_file_of(nodeid), _file_of(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Files:
    """Return how `-n` deals the tests out."""
    return Files(config, log)


def _file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0]
