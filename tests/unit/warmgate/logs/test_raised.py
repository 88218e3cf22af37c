"""What runtimes write of exceptions: which are told by the log, and which are not."""

from __future__ import annotations

import pytest

from warmgate.logs.raised import Raised, hidden_failures, raised_of_record, raised_of_text


@pytest.mark.parametrize(
    ("runtime", "log_format", "told"),
    [
        ("python3.13", "Text", True),
        ("python3.13", "JSON", True),
        ("nodejs24.x", "Text", True),
        ("nodejs24.x", "JSON", False),
        ("ruby3.4", "JSON", True),
        ("java21", "Text", False),
        ("dotnet8", "JSON", False),
        ("provided.al2023", "Text", False),
        ("", "Text", False),
    ],
)
def test_a_runtime_tells_exceptions_in_a_form_of_its_own_or_not(runtime: str, log_format: str, told: bool) -> None:
    """Where it writes them as any logger does, that is said by name."""
    why = hidden_failures(runtime, log_format)
    assert (why == "") is told
    assert told or ((runtime or "a runtime that is not known") in why and log_format in why)


def test_a_line_of_node_names_its_request() -> None:
    """With or without the time before it, which viewers take off."""
    line = 'a\tERROR\tInvoke Error \t{"errorType":"TypeError","errorMessage":"x"}'
    assert raised_of_text(line) == raised_of_text(f"2026-06-02T10:00:00.000Z\t{line}") == Raised("TypeError", "a")
    assert raised_of_text("a\tERROR\tInvoke Error") is None


def test_a_record_without_a_type_is_nothing() -> None:
    """Whatever a JSON line holds, nothing is raised here."""
    assert raised_of_record({}) is None
    assert raised_of_record({"errorType": ["x"], "level": "ERROR", "requestId": "a"}) is None


def test_a_record_of_a_function_with_tenant_isolation_names_the_tenant_too() -> None:
    """Lambda adds `tenantId` to what runtimes write in JSON format."""
    record = {"errorType": "KeyError", "errorMessage": "x", "stackTrace": [], "tenantId": "blue"}
    pythons = {**record, "timestamp": "t", "level": "ERROR", "requestId": "a"}

    assert raised_of_record(pythons) == Raised("KeyError", "a")
    assert raised_of_record({**record, "errorType": "Function<KeyError>"}) == Raised("KeyError")
    assert raised_of_record({**pythons, "logger": "mine"}) is None
