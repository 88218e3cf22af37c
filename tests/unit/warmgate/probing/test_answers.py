"""What is read from a payload, whatever stands in it."""

from __future__ import annotations

import json

import pytest

from warmgate.policy.values import Expect
from warmgate.probing.answers import LONGEST_ERROR_TYPE, read_payload

DEEP = b"[" * 200_000
STATUS = Expect(jmespath="statusCode == `200`")


@pytest.mark.parametrize("payload", [DEEP, b'{"a":' * 200_000, b"\xff\xfe", b"", b"9" * 5_000, b"NaN"])
def test_no_payload_breaks_its_reading(payload: bytes) -> None:
    """What is no JSON, or too deep to be read, is not as expected, and nothing worse."""
    reading = read_payload(STATUS, payload, None)

    assert (reading.accepted, reading.why) == (False, "jmespath is not true: statusCode == `200`")


@pytest.mark.parametrize("payload", [DEEP, b"\xff", b"[]", b'{"errorType": 7}', b'{"errorType": null}'])
def test_an_error_without_a_readable_type_has_none(payload: bytes) -> None:
    """The name of an error is a text or nothing."""
    assert read_payload(Expect(), payload, "Unhandled").error_type == ""


def test_a_long_error_type_is_cut() -> None:
    """No more of a name is kept than people read."""
    payload = json.dumps({"errorType": "K" * 1_000_000}).encode()

    assert read_payload(Expect(), payload, "Unhandled").error_type == "K" * LONGEST_ERROR_TYPE


def test_a_costly_expression_is_an_unexpected_answer_that_says_so() -> None:
    """What only a large answer makes too costly is told with the call."""
    expect = Expect(jmespath="to_string(@) == 'x'")
    reading = read_payload(expect, json.dumps(list(range(1_000_000))).encode(), None)

    assert not reading.accepted
    assert reading.why.startswith("expression too costly for this answer (more than 1,000,000 steps)")


def test_an_answer_that_nobody_asks_about_is_not_parsed() -> None:
    """Without an expectation anything will do."""
    assert read_payload(Expect(), DEEP, None).accepted


@pytest.mark.parametrize(("keeps", "excerpt"), [(True, "x" * 400), (False, "")])
def test_an_excerpt_is_kept_on_request(keeps: bool, excerpt: str) -> None:
    """Payloads may be secret: nothing is kept of them unless the policy says so."""
    assert read_payload(STATUS, b"x" * 5_000, None, keeps_answers=keeps).excerpt == excerpt
