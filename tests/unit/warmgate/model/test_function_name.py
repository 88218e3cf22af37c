"""A function is the same however it is named: by name, by ARN, by the ARN's end."""

from __future__ import annotations

import pytest

from warmgate.model.function_name import FunctionName, bare_name, read_function_name

FULL = "arn:aws:lambda:eu-west-1:123456789012:function:checkout-api"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("checkout-api", FunctionName("checkout-api")),
        ("123456789012:function:checkout-api", FunctionName("checkout-api", "", "123456789012")),
        (FULL, FunctionName("checkout-api", "eu-west-1", "123456789012")),
        (FULL.replace("aws", "aws-cn", 1), FunctionName("checkout-api", "eu-west-1", "123456789012")),
        (FULL.replace("aws", "aws-us-gov", 1), FunctionName("checkout-api", "eu-west-1", "123456789012")),
        (f"{FULL}:live", FunctionName("checkout-api", "eu-west-1", "123456789012", "live")),
        ("checkout-api:7", FunctionName("checkout-api", qualifier="7")),
        ("checkout-api:$LATEST", FunctionName("checkout-api", qualifier="$LATEST")),
    ],
)
def test_every_way_of_lambda_to_name_a_function_is_read(text: str, named: FunctionName) -> None:
    """Partition, region, account and qualifier may stand beside the name."""
    assert read_function_name(text) == named
    assert bare_name(text) == "checkout-api"


@pytest.mark.parametrize("text", ["", "a b", "arn:aws:sns:eu-west-1:123456789012:topic", f"{FULL}:live:7", "a" * 65])
def test_what_names_no_function_stays_as_it_is(text: str) -> None:
    """It is none, and nothing is guessed."""
    assert read_function_name(text) is None
    assert bare_name(text) == text


@pytest.mark.parametrize(
    ("text", "region", "account", "elsewhere"),
    [
        ("checkout-api", "eu-west-1", "123456789012", ""),
        (FULL, "eu-west-1", "123456789012", ""),
        (FULL, "", "", ""),
        (FULL, "us-east-1", "", "region eu-west-1"),
        (FULL, "us-east-1", "210987654321", "region eu-west-1 and account 123456789012"),
        ("123456789012:function:checkout-api", "us-east-1", "210987654321", "account 123456789012"),
    ],
)
def test_what_is_named_elsewhere_is_told(text: str, region: str, account: str, elsewhere: str) -> None:
    """What is not named, or not known, is ours."""
    named = read_function_name(text)

    assert named is not None
    assert named.elsewhere(region, account) == elsewhere
