"""Metric alarms in MiniStack: what was put is described again, through each protocol that an SDK may speak.

MiniStack leaves out the queries of an alarm on an expression, says `Average` where a percentile was asked for, and its
answers in XML, which the SDKs for Go and Java read, hold a third of an alarm. So a request in the Query protocol is
turned into a JSON request, and the answer into XML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

Answer = tuple[int, dict[str, str], bytes]
Operation = Callable[..., Answer]
_DESCRIBING = ("DescribeAlarms", "DescribeAlarmsForMetric")
_SKIPPED = {"Action", "Version"}
_KEPT = ("Metrics", "EvaluateLowSampleCountPercentile", "ThresholdMetricId")
_NUMBERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("Period", "EvaluationPeriods", "DatapointsToAlarm", "MaxRecords"), int),
    "Threshold": float,
    **dict.fromkeys(("ActionsEnabled", "ReturnData"), lambda text: text == "true"),
}


def install(cloudwatch: dict[str, Any]) -> None:
    """Replace what puts and describes alarms; raises KeyError where a name of MiniStack's module has changed."""
    error, xml = cloudwatch["_error"], cloudwatch["_xml"]
    cloudwatch["_put_metric_alarm"] = _in_query(
        "PutMetricAlarm", _whole(cloudwatch["_put_metric_alarm"], cloudwatch["_alarms"]), error, xml
    )
    for name, part in zip(_DESCRIBING, ("_describe_alarms", "_describe_alarms_for_metric"), strict=True):
        cloudwatch[part] = _in_query(name, cloudwatch[part], error, xml)


def _whole(put: Operation, alarms: Mapping[str, dict[str, Any]]) -> Operation:
    """Return the operation that also keeps what MiniStack drops, and makes up nothing that was not asked for."""

    def operation(params: dict[str, Any], body: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Answer:
        answer = put(params, body, is_cbor, is_json)
        if answer[0] == 200:
            alarm = alarms[body["AlarmName"]]
            alarm.update({name: body[name] for name in _KEPT if name in body})
            for name in ("Statistic", "Period", "AlarmDescription"):
                if name not in body:
                    alarm.pop(name, None)
            for name in [name for name, value in alarm.items() if value is None]:
                del alarm[name]
            alarm["InsufficientDataActions"] = list(body.get("InsufficientDataActions") or [])
        return answer

    return operation


def _in_query(name: str, inner: Operation, error: Operation, xml: Operation) -> Operation:
    def operation(params: dict[str, Any], body: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Answer:
        if is_cbor or is_json:
            return inner(params, body, is_cbor, is_json)
        status, _, answered = inner({}, read_query(params), False, True)
        found = json.loads(answered or b"{}")
        if status >= 400:
            return error(found["__type"], found["message"], status)
        result = f"<{name}Result>{written(found)}</{name}Result>" if name in _DESCRIBING else ""
        return xml(status, f"{name}Response", result)

    return operation


def read_query(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a request in the Query protocol: `Dimensions.member.1.Name` is that of the first one."""
    found: dict[str, Any] = {}
    for path, value in params.items():
        text = value[0] if isinstance(value, list) else value
        *outer, last = path.split(".")
        if path in _SKIPPED:
            continue
        place = found
        for name in outer:
            place = place.setdefault(name, {})
        place[last] = _NUMBERS[last](text) if last in _NUMBERS else text
    members: dict[str, Any] = _listed(found)
    return members


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value.keys() == {"member"}:
        return [_listed(value["member"][number]) for number in sorted(value["member"], key=int)]
    return {name: _listed(each) for name, each in value.items()}


def written(value: Any, name: str = "") -> str:
    """Return an answer's members as XML; what is None is left out."""
    if isinstance(value, dict):
        return "".join(f"<{key}>{written(each, key)}</{key}>" for key, each in value.items() if each is not None)
    if isinstance(value, list):
        return "".join(f"<member>{written(each)}</member>" for each in value)
    if isinstance(value, bool):
        return str(value).lower()
    if re.search(r"Timestamp$", name) and isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC).isoformat().replace("+00:00", "Z")
    return escape(str(value))
