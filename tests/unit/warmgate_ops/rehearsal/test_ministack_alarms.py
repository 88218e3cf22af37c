"""An alarm that is put in the Query protocol becomes the request that MiniStack knows, and its answer XML."""

from __future__ import annotations

import importlib.util
import json
from types import ModuleType
from typing import Any

import pytest

from warmgate_ops.rehearsal.cloud.ministack import SITE

PUTTING_AND_DESCRIBING = ("_put_metric_alarm", "_describe_alarms", "_describe_alarms_for_metric")
PUT = {
    "Action": ["PutMetricAlarm"],
    "Version": ["2010-08-01"],
    "AlarmName": ["errors"],
    "ActionsEnabled": ["false"],
    "AlarmActions.member.1": ["arn:one"],
    "AlarmActions.member.2": ["arn:two"],
    "Dimensions.member.1.Name": ["FunctionName"],
    "Dimensions.member.1.Value": ["checkout"],
    "Period": ["60"],
    "Threshold": ["1.5"],
    "Metrics.member.1.Id": ["e1"],
    "Metrics.member.1.ReturnData": ["true"],
    "Metrics.member.1.MetricStat.Metric.Dimensions.member.1.Name": ["Resource"],
}


@pytest.fixture
def site() -> ModuleType:
    """Give the module as MiniStack's interpreter finds it."""
    spec = importlib.util.spec_from_file_location("alarms", SITE / "alarms.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_a_request_in_the_query_protocol_has_its_members_and_their_types(site: ModuleType) -> None:
    """Lists are in order, numbers are numbers, and nothing of the protocol is a member."""
    assert site.read_query(PUT) == {
        "AlarmName": "errors",
        "ActionsEnabled": False,
        "AlarmActions": ["arn:one", "arn:two"],
        "Dimensions": [{"Name": "FunctionName", "Value": "checkout"}],
        "Period": 60,
        "Threshold": 1.5,
        "Metrics": [{"Id": "e1", "ReturnData": True, "MetricStat": {"Metric": {"Dimensions": [{"Name": "Resource"}]}}}],
    }


def test_an_answer_in_xml_says_all_and_is_escaped(site: ModuleType) -> None:
    """Timestamps are in ISO 8601, what is None is left out."""
    alarm = {"AlarmName": "a<b", "ActionsEnabled": True, "Unit": None, "OKActions": [], "StateUpdatedTimestamp": 0}

    assert site.written({"MetricAlarms": [alarm]}) == (
        "<MetricAlarms><member><AlarmName>a&lt;b</AlarmName><ActionsEnabled>true</ActionsEnabled><OKActions></OKActions>"
        "<StateUpdatedTimestamp>1970-01-01T00:00:00Z</StateUpdatedTimestamp></member></MetricAlarms>"
    )


def test_a_refusal_stays_one(site: ModuleType) -> None:
    """Code, text and status are those of the JSON answer."""
    seen: list[Any] = []

    def refuse(*_: Any) -> tuple[int, dict[str, str], bytes]:
        return 400, {}, json.dumps({"__type": "ValidationError", "message": "no"}).encode()

    def error(*said: Any) -> tuple[int, dict[str, str], bytes]:
        seen.append(said)
        return 400, {}, b"<Error/>"

    parts: dict[str, Any] = dict.fromkeys(
        ("_put_metric_alarm", "_describe_alarms", "_describe_alarms_for_metric"), refuse
    )
    parts |= {"_error": error, "_xml": None, "_alarms": {}}
    site.install(parts)

    assert parts["_put_metric_alarm"](PUT, {}, False)[0] == 400
    assert seen == [("ValidationError", "no", 400)]
