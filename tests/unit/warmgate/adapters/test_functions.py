"""What is asked of Lambda and CloudWatch about a function that was named by its ARN."""

from __future__ import annotations

import urllib.parse
from typing import Any

import pytest

from support.canned import canned_endpoint, said
from warmgate.adapters.functions import LambdaFunctions, function_version
from warmgate.adapters.sdk import Clients

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:checkout-api"


@pytest.mark.parametrize("function", ["checkout-api", ARN, "123456789012:function:checkout-api"])
def test_the_use_of_a_reserve_is_that_of_the_functions_name(monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    """CloudWatch knows functions by name alone: an ARN as dimension finds nothing, which would read as no use."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    reserve = f"/2019-09-30/functions/{urllib.parse.quote(function, safe='')}/concurrency"
    with canned_endpoint() as canned:
        canned.answers = {
            reserve: [said({"ReservedConcurrentExecutions": 100})],
            "GetMetricData": [said({"MetricDataResults": [{"Values": [95.0]}]})],
        }
        found = LambdaFunctions(Clients(canned.url, "eu-west-1")).capacity(function)

        (asked,) = [body for operation, body in canned.asked if operation == "GetMetricData"]
    assert (found.reserved, found.in_use) == (100, 95)
    assert _dimensions(asked) == [{"Name": "FunctionName", "Value": "checkout-api"}]


def _dimensions(asked: dict[str, Any]) -> Any:
    return asked["MetricDataQueries"][0]["MetricStat"]["Metric"]["Dimensions"]


def test_the_log_group_is_that_of_the_functions_name() -> None:
    """Lambda names the group by the function where nobody has named another."""
    assert function_version(ARN, "7", {}).log_group == "/aws/lambda/checkout-api"
    assert function_version(ARN, "7", {"LoggingConfig": {"LogGroup": "own"}}).log_group == "own"
