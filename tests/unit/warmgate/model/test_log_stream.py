"""Whose a log stream is: functions share log groups, and both forms of a stream's name occur."""

from __future__ import annotations

from datetime import date

import pytest

from warmgate.model.function import FunctionVersion
from warmgate.model.log_stream import FunctionLog, LogStream, log_of

OWN = FunctionLog("/aws/lambda/checkout", "checkout")
SHARED = FunctionLog("/shop", "checkout")


@pytest.mark.parametrize(
    ("name", "function", "version"),
    [
        ("2026/06/02/[7]88ab0c", "", "7"),
        ("2026/06/02/[$LATEST]88ab0c", "", "$LATEST"),
        ("2026/06/02/checkout[12]88ab0c", "checkout", "12"),
        ("2026/06/02/check_out-eu[12][88ab0c]", "check_out-eu", "12"),
        ("2026/06/02/a stream of somebody", "", ""),
        ("odd[7]", "", ""),
        ("", "", ""),
    ],
)
def test_a_name_is_read_in_both_forms(name: str, function: str, version: str) -> None:
    """The version stands in brackets, in a custom log group behind the function's name; other names hold neither."""
    assert LogStream.named(name) == LogStream(name, function, version)


@pytest.mark.parametrize(
    ("stream", "in_own", "in_shared"),
    [
        ("2026/06/02/[7]aa", True, False),
        ("2026/06/02/checkout[7]aa", True, True),
        ("2026/06/02/mailer[7]aa", False, False),
        ("2026/06/02/checkout-eu[7]aa", False, False),
        ("2026/06/02/old-checkout[7]aa", False, False),
        ("odd", False, False),
    ],
)
def test_a_function_has_its_own_streams_alone(stream: str, in_own: bool, in_shared: bool) -> None:
    """A stream without a name is of the function that the group is named after; in a custom group it is nobody's."""
    assert (OWN.holds(LogStream.named(stream)), SHARED.holds(LogStream.named(stream))) == (in_own, in_shared)


def test_the_streams_of_a_day_are_found_by_their_beginning() -> None:
    """In a custom log group the function's name stands before the version: the bare form would find nothing."""
    day = date(2026, 6, 2)
    assert SHARED.prefixes("7", day) == ("2026/06/02/checkout[7]",)
    assert OWN.prefixes("7", day) == ("2026/06/02/[7]", "2026/06/02/checkout[7]")


@pytest.mark.parametrize(
    "function",
    [
        "checkout",
        "checkout:7",
        "123456789012:function:checkout",
        "arn:aws:lambda:eu-west-1:123456789012:function:checkout",
        "arn:aws:lambda:eu-west-1:123456789012:function:checkout:live",
    ],
)
def test_a_function_is_given_by_name_or_arn(function: str) -> None:
    """Streams hold the name alone."""
    version = FunctionVersion(
        function=function, version="7", state="Active", memory_mb=128, timeout_s=3, log_group="/shop"
    )
    assert log_of(version) == SHARED
