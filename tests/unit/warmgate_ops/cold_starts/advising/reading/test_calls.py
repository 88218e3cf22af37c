"""Logged calls as the cold-start analysis sees them, and packages that cannot be fetched."""

from __future__ import annotations

import pytest

from support.canned import canned_endpoint
from warmgate.logs.calls import LogEvent, logged
from warmgate.model.log_stream import FunctionLog
from warmgate_ops.cold_starts.advising.reading.package import fetched
from warmgate_ops.cold_starts.calls import Beginning
from warmgate_ops.cold_starts.reading.calls_of import call_of
from warmgate_ops.doctor.facts import Denied

LOG = FunctionLog("/aws/lambda/shop", "shop")
ID = "8f507cfc-2f86-4b1c-9f0a-1e2d3c4b5a69"
START = f"START RequestId: {ID} Version: 7"
REPORT = (
    f"REPORT RequestId: {ID}\tDuration: 40.00 ms\tBilled Duration: 41 ms\t"
    "Memory Size: 512 MB\tMax Memory Used: 140 MB\t"
)
CASES = {
    "warm": ((START, REPORT), Beginning.WARM, None),
    "cold": ((START, f"{REPORT}Init Duration: 400.00 ms\t"), Beginning.COLD, 400.0),
    "restored": (
        (
            "RESTORE_START Runtime Version: x",
            START,
            f"{REPORT}Restore Duration: 90.00 ms\t",
        ),
        Beginning.RESTORED,
        90.0,
    ),
    "init again inside the call": (
        (
            "INIT_REPORT Init Duration: 9999.00 ms\tPhase: init\tStatus: timeout",
            START,
            "INIT_REPORT Init Duration: 700.00 ms\tPhase: invoke\tStatus: success",
            REPORT,
        ),
        Beginning.SUPPRESSED,
        700.0,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_report_becomes_a_call_with_its_beginning(name: str) -> None:
    """What a caller waited for is told from what stands inside the duration."""
    lines, beginning, init_ms = CASES[name]
    events = [
        LogEvent(stream="2026/11/20/[7]0123456789abcdef", at_ms=1_000.0 + place, message=line)
        for place, line in enumerate(lines)
    ]
    (found,) = (call_of(each.record, function="shop", version=each.version) for each in logged(events, LOG).calls)

    assert (found.beginning, found.init_ms, found.version) == (beginning, init_ms, "7")
    assert (found.duration_ms, found.billed_ms, found.memory_mb, found.max_memory_mb) == (40.0, 41.0, 512.0, 140.0)


@pytest.mark.parametrize(
    ("location", "said"),
    [("file:///etc/passwd", "neither https nor http"), ("", "neither"), ("http://127.0.0.1:9/x", "refused")],
)
def test_a_package_that_cannot_be_fetched_is_denied_with_the_reason(location: str, said: str) -> None:
    """Nothing but an address of the web is opened."""
    found = fetched(location, "app.handler", "shop")

    assert isinstance(found, Denied)
    assert said in found.reason


def test_what_is_fetched_and_is_no_zip_is_denied_without_its_signature() -> None:
    """The address that Lambda gave is a secret for ten minutes."""
    with canned_endpoint() as canned:
        canned.answers = {"/code?X-Amz-Signature=secret": [(200, b"no zip")]}
        found = fetched(f"{canned.url}/code?X-Amz-Signature=secret", "app.handler", "shop")

    assert isinstance(found, Denied)
    assert "no zip archive" in found.reason
    assert "secret" not in found.reason
