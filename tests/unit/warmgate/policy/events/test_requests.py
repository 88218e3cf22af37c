"""HTTP requests, in the four forms in which a function gets them."""

from __future__ import annotations

from typing import Any

import pytest

from warmgate.policy.events import render_event
from warmgate.policy.values import Event, EventKind


def rendered(kind: str, **fields: Any) -> dict[str, Any]:
    """Return the event of a kind."""
    return render_event(Event(kind=EventKind(kind), fields=fields))


def test_an_http_api_has_method_path_and_route() -> None:
    """Payload format 2.0; the route's parameters are read from the path."""
    event = rendered("http-api", path="/orders/7", route="/orders/{id}", query={"a": "1 2"}, headers={"X-Own": "y"})

    assert (event["version"], event["rawPath"], event["routeKey"]) == ("2.0", "/orders/7", "GET /orders/{id}")
    assert event["requestContext"]["http"]["method"] == "GET"
    assert event["pathParameters"] == {"id": "7"}
    assert (event["rawQueryString"], event["queryStringParameters"]) == ("a=1+2", {"a": "1 2"})
    assert event["headers"]["x-own"] == "y"


def test_format_2_leaves_out_what_a_request_does_not_have() -> None:
    """No body, no query, no parameters, no cookies."""
    event = rendered("http-api")

    assert not {"body", "queryStringParameters", "pathParameters", "cookies"} & event.keys()


@pytest.mark.parametrize("kind", ["http-api", "rest-api", "function-url", "alb"])
def test_a_body_is_json_unless_it_is_text(kind: str) -> None:
    """With its content-type, and POST as the method unless another is written."""
    event = rendered(kind, body={"sku": "A"})
    method = event.get("httpMethod") or event["requestContext"]["http"]["method"]

    assert (event["body"], event["headers"]["content-type"], method) == ('{"sku":"A"}', "application/json", "POST")
    assert rendered(kind, body="a=1", method="PUT")["body"] == "a=1"
    assert rendered(kind, body="a=1", headers={"Content-Type": "x"})["headers"]["content-type"] == "x"


def test_a_rest_api_says_null_where_there_is_nothing() -> None:
    """Payload format 1.0, with headers and query a second time as lists."""
    event = rendered("rest-api", path="/a/b/c", route="/a/{proxy+}")

    assert (event["resource"], event["pathParameters"]) == ("/a/{proxy+}", {"proxy": "b/c"})
    assert event["body"] is event["queryStringParameters"] is event["multiValueQueryStringParameters"] is None
    assert event["multiValueHeaders"]["accept"] == ["*/*"]
    assert event["requestContext"]["path"] == "/Prod/a/b/c"


def test_a_function_url_is_called_anonymously() -> None:
    """Format 2.0 with the default route."""
    event = rendered("function-url", path="/x", headers={"Cookie": "a=1; b=2"})

    assert (event["routeKey"], event["requestContext"]["accountId"]) == ("$default", "anonymous")
    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]


def test_a_load_balancer_leaves_the_query_encoded() -> None:
    """And sends an empty text where there is no body."""
    event = rendered("alb", query={"q": "a b&c"})

    assert event["queryStringParameters"] == {"q": "a%20b%26c"}
    assert event["body"] == ""
    assert "targetGroupArn" in event["requestContext"]["elb"]
