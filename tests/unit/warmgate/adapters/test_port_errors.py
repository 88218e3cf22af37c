"""What the SDK raises leaves an adapter as the port's own error, and what is an answer is none."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.parsers import ResponseParserError

from warmgate.adapters.faults import is_passing
from warmgate.adapters.port_errors import Unless, raised_as
from warmgate.errors import LogLookupError, RollbackError

GONE = ClientError({"Error": {"Code": "NoSuchKey", "Message": "gone"}}, "GetObject")


@pytest.mark.parametrize(
    ("raised", "reported"),
    [
        (
            GONE,
            "group could not be read: NoSuchKey: An error occurred (NoSuchKey) when calling the GetObject operation",
        ),
        (
            EndpointConnectionError(endpoint_url="http://a"),
            "group could not be read: EndpointConnectionError: Could not",
        ),
        (ResponseParserError("a page"), "group could not be read: ResponseParserError: a page"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), "group could not be read: UnicodeDecodeError: 'utf-8'"),
    ],
)
def test_all_that_the_sdk_raises_is_the_ports_error(raised: Exception, reported: str) -> None:
    """What was asked, the code and the SDK's words, then what to do; the cause stays known."""
    with pytest.raises(LogLookupError) as caught, raised_as(LogLookupError, "group could not be read", "allow it"):
        raise raised

    assert str(caught.value).startswith(reported)
    assert str(caught.value).endswith(" - allow it")
    assert caught.value.__cause__ is raised


def test_a_fault_of_ones_own_stays_what_it_is() -> None:
    """What is not the SDK's is no answer of a service."""
    with pytest.raises(KeyError), raised_as(LogLookupError, "group could not be read"):
        raise KeyError("a")


def test_an_error_with_attributes_gets_them_from_the_cause() -> None:
    """Each flag is what tells it."""
    with pytest.raises(RollbackError) as caught, raised_as(RollbackError, "not moved", unsure=is_passing):
        raise EndpointConnectionError(endpoint_url="http://a")

    assert (caught.value.unsure, caught.value.busy) == (True, False)


@pytest.mark.parametrize(("codes", "is_error"), [(("NoSuchKey",), False), (("NoSuchBucket", "404"), True), ((), True)])
def test_a_code_that_is_an_answer_is_no_error(codes: tuple[str, ...], is_error: bool) -> None:
    """The lines after the block give the answer; every other code is the port's error."""

    def found() -> str:
        with raised_as(LogLookupError, "group could not be read"), Unless(*codes):
            raise GONE
        return "nothing"

    if is_error:
        with pytest.raises(LogLookupError):
            found()
    else:
        assert found() == "nothing"
