"""What a plan writes for `sam deploy`."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from warmgate.errors import SettingsError
from warmgate.model.deployment import Target
from warmgate.model.release import AliasState
from warmgate_ops.cold_starts.keeping.lines import read_every, read_keep
from warmgate_ops.cold_starts.keeping.schedules import schedules_of
from warmgate_ops.cold_starts.keeping.templates import scaling_template, schedules_template

TARGET = Target("checkout-api", "live")
KEEP = read_keep("Mon-Fri 07:30-19:00 Europe/Berlin = 5, else 1")


def actions(keep: str) -> list[dict[str, Any]]:
    """Return the scheduled actions of provisioned concurrency."""
    found: list[dict[str, Any]] = yaml.safe_load(scaling_template(TARGET, read_keep(keep)))["Resources"]["Concurrency"][
        "Properties"
    ]["ScheduledActions"]
    return found


def test_schedules_call_the_keeper_of_the_installation() -> None:
    """One resource a line of the keep; its input is what the keeper reads."""
    schedules = schedules_of(TARGET, KEEP, read_every("5m"))
    written = yaml.safe_load(schedules_template(TARGET, schedules, KEEP))
    first = written["Resources"]["Keep1"]["Properties"]

    assert list(written["Resources"]) == ["Keep1", "Keep2"]
    assert first["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert json.loads(first["Target"]["Input"]) == schedules[0].input
    assert first["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 0


def test_provisioned_concurrency_comes_down_by_the_clock() -> None:
    """Each action up has one down, whose most is what is kept otherwise: without calls nothing else scales in."""
    up, down = actions("Mon-Fri 07:30-19:00 Europe/Berlin = 5, else 1")

    assert (up["Schedule"], up["Timezone"]) == ("cron(30 7 ? * MON,TUE,WED,THU,FRI *)", "Europe/Berlin")
    assert up["ScalableTargetAction"] == {"MinCapacity": 5, "MaxCapacity": 5}
    assert (down["Schedule"], down["ScalableTargetAction"]) == (
        "cron(0 19 ? * MON,TUE,WED,THU,FRI *)",
        {"MinCapacity": 1, "MaxCapacity": 1},
    )


def test_hours_over_midnight_end_on_the_day_after() -> None:
    """Friday's end on Saturday."""
    assert actions("Fri 22:00-06:00 UTC = 3")[1]["Schedule"] == "cron(0 6 ? * SAT *)"
    assert actions("Fri 00:00-24:00 UTC = 3")[1]["Schedule"] == "cron(0 0 ? * SAT *)"
    assert [each["ScheduledActionName"] for each in actions("3")] == ["down"]


def test_an_alias_with_weights_takes_no_provisioned_concurrency() -> None:
    """Lambda refuses it, and a template that cannot be deployed is not written."""
    with pytest.raises(SettingsError, match="version 1 with 10 % to 2, expected one version"):
        scaling_template(TARGET, KEEP, AliasState(version="1", weights=(("2", 0.1),)))
    with pytest.raises(SettingsError, match="expected environments to provision"):
        scaling_template(TARGET, read_keep("0"))
