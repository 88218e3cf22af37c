"""Metric alarms through each protocol of CloudWatch: Terraform's SDK speaks another one than that for Python."""

from __future__ import annotations

import urllib.request
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud
ALARM = {
    "AlarmName": "errors",
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Dimensions": [{"Name": "FunctionName", "Value": "checkout"}, {"Name": "Resource", "Value": "checkout:live"}],
    "Statistic": "Sum",
    "Period": 120,
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 2,
    "Threshold": 1.5,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
    "ActionsEnabled": False,
    "AlarmActions": ["arn:aws:sns:us-east-1:123456789012:one", "arn:aws:sns:us-east-1:123456789012:two"],
    "OKActions": [],
    "InsufficientDataActions": ["arn:aws:sns:us-east-1:123456789012:one"],
}
ON_PERCENTILE = {
    **{name: value for name, value in ALARM.items() if name not in {"Statistic", "DatapointsToAlarm"}},
    "ExtendedStatistic": "p99",
    "EvaluateLowSampleCountPercentile": "ignore",
}
ON_RATE = {
    "AlarmName": "rate",
    "EvaluationPeriods": 1,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
    "Metrics": [
        {"Id": "rate", "Expression": "100 * errors / 7", "ReturnData": True},
        {
            "Id": "errors",
            "ReturnData": False,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": ALARM["Dimensions"]},
                "Period": 60,
                "Stat": "Sum",
            },
        },
    ],
}


def asked(cloud: LocalCloud, protocol: str, operation: str, members: dict[str, Any]) -> Any:
    """Return the answer to an operation of CloudWatch in a protocol that this SDK may not choose by itself."""
    model = cloud.client("cloudwatch").meta.service_model.operation_model(operation)
    sent = create_serializer(protocol).serialize_to_request(members, model)
    body = sent["body"] if isinstance(sent["body"], bytes) else urlencode(sent["body"]).encode()
    signed = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={cloud.account}/20260101/us-east-1/monitoring/aws4_request"
    }
    address = cloud.endpoint_url + sent["url_path"]
    request = urllib.request.Request(address, body, {**sent["headers"], **signed})
    with urllib.request.urlopen(request, timeout=30) as answer:
        response = {"status_code": answer.status, "headers": dict(answer.headers), "body": answer.read()}
    return create_parser(protocol).parse(response, model.output_shape)


@pytest.mark.parametrize("alarm", [ALARM, ON_PERCENTILE, ON_RATE], ids=["statistic", "percentile", "expression"])
@pytest.mark.parametrize("protocol", ["query", "json", "smithy-rpc-v2-cbor"])
def test_an_alarm_reads_back_as_it_was_put(local_cloud: LocalCloud, protocol: str, alarm: dict[str, Any]) -> None:
    """SDKs differ in the protocol they speak: each gets every member back, and none that was not put."""
    name = f"{alarm['AlarmName']}-{protocol}"
    ask = partial(asked, local_cloud, protocol)

    ask("PutMetricAlarm", {**alarm, "AlarmName": name})
    (found,) = ask("DescribeAlarms", {"AlarmNames": [name]})["MetricAlarms"]

    assert {key: value for key, value in found.items() if key in alarm} == {**alarm, "AlarmName": name}
    assert not {"Statistic", "ExtendedStatistic", "Period", "Metrics"} & {*found} - {*alarm}
    assert found["StateUpdatedTimestamp"].tzinfo is not None
