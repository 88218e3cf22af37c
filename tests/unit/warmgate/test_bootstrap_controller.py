"""What the rollback controller must be told by its environment, and what the gate need not load for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from warmgate.adapters.sdk import Clients
from warmgate.bootstrap_controller import controller_of
from warmgate.errors import SettingsError
from warmgate.settings import settings_of

COMPLETE = {"WARMGATE_TABLE": "warmgate", "WARMGATE_REPORT_BUCKET": "reports"}


@pytest.mark.parametrize("missing", sorted(COMPLETE))
def test_a_missing_variable_is_named(missing: str) -> None:
    """Without table or bucket nothing could be done once, or completed: the controller does not start."""
    environment = {key: value for key, value in COMPLETE.items() if key != missing}

    with pytest.raises(SettingsError, match=missing):
        controller_of(Clients(), settings_of(environment))


@pytest.mark.parametrize(
    ("more", "ways"),
    [
        ({}, ["log", "metrics", "bus"]),
        ({"WARMGATE_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:releases"}, ["log", "metrics", "topic", "bus"]),
    ],
    ids=["no topic", "topic"],
)
def test_people_are_told_where_the_environment_says(more: dict[str, str], ways: list[str]) -> None:
    """Log, metrics and bus always; the topic where one is named."""
    controller = controller_of(Clients(), settings_of({**COMPLETE, **more}))

    assert [way.name for way in controller.notices] == ways


@pytest.mark.slow
def test_the_gate_loads_nothing_of_the_controller() -> None:
    """The hook that a deployment waits for pays for no other function's modules."""
    code = (
        "import sys; import before_allow_traffic; "
        "print([m for m in sys.modules if m.startswith('warmgate.') and m.split('.')[-1] in "
        "{'controller', 'recovery', 'release', 'claims', 'notices', 'releases', 'calls', 'invocations'} "
        "and m != 'warmgate.model.calls'])"
    )
    variables = {"PYTHONPATH": "hooks", "AWS_DEFAULT_REGION": "us-east-1", "WARMGATE_REPORT_BUCKET": "reports"}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=variables)

    assert done.stdout.strip() == "[]"
