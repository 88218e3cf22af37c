"""`warmgate check` against an endpoint: its exit codes, its headline, and that it ends when its verdict is there."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from unit.warmgate_ops.cli.commands import KEYS, warmgate
from unit.warmgate_ops.cli.stub_lambda import CODE, CONFIGURATION, answer, lambda_endpoint
from warmgate.adapters.functions import function_version
from warmgate.gate.known_bad import fingerprint_of
from warmgate.policy import parse_policy

COLD = "policy: a\nwarm: {environments: 5}\nlimits: {init: {p95: 300ms}}\nwhen: {inconclusive: %s}\n"
HANGING = (
    "policy: a\nwarm: {environments: 2}\nlimits: {errors: {rate: 0%}}\nbudget: {seconds: 2}\nwhen: {no_data: pass}\n"
)

pytestmark = pytest.mark.slow


def checked(folder: Path, policy: str, endpoint: str, *words: str) -> Any:
    """Return what `check` does with a policy."""
    (folder / "policy.yaml").write_text(policy)
    line = ["check", "--function", "f", "--candidate", "7", "--policy", "policy.yaml", "--endpoint-url", endpoint]
    return warmgate(*line, *words, folder=folder, **KEYS)


def warm(request: BaseHTTPRequestHandler) -> None:
    """Answer from an environment that was there before."""
    _report(request, "")


def slow_start(request: BaseHTTPRequestHandler) -> None:
    """Answer from a new environment whose start took a second."""
    _report(request, "\tInit Duration: 1000.00 ms")


def quick_start(request: BaseHTTPRequestHandler) -> None:
    """Answer from a new environment."""
    _report(request, "\tInit Duration: 100.00 ms")


def _report(request: BaseHTTPRequestHandler, init: str) -> None:
    line = "REPORT RequestId: 8f507cfc-2f86-4b1c-9f0a-1e2d3c4b5a69\tDuration: 2.00 ms\tBilled Duration: 3 ms\t"
    line += f"Memory Size: 128 MB\tMax Memory Used: 40 MB{init}\t\n"
    request.send_response(200)
    request.send_header("X-Amz-Log-Result", base64.b64encode(line.encode()).decode())
    request.send_header("X-Amz-Executed-Version", "7")
    request.send_header("Content-Length", "2")
    request.end_headers()
    request.wfile.write(b"{}")


@pytest.mark.parametrize(
    ("answered", "when", "code", "headline"),
    [
        (quick_start, "half", 0, "PASSED: f version 7"),
        (slow_start, "half", 1, "REFUSED: f version 7"),
        (warm, "half", 3, "INCONCLUSIVE: f version 7 (let through by when.inconclusive: half)"),
        (warm, "pass", 3, "INCONCLUSIVE: f version 7 (let through by when.inconclusive: pass)"),
        (warm, "fail", 3, "INCONCLUSIVE: f version 7 (refused by when.inconclusive: fail)"),
    ],
)
def test_a_limit_without_evidence_never_passes(
    tmp_path: Path, answered: Callable[[BaseHTTPRequestHandler], None], when: str, code: int, headline: str
) -> None:
    """Cold starts within the limit pass, beyond it refuse; where every environment was warm, nothing was found out."""
    with lambda_endpoint(answered) as endpoint:
        done = checked(tmp_path, COLD % when, endpoint)

    assert (done.returncode, done.stdout.partition("\n")[0]) == (code, headline), done.stderr


def test_it_ends_when_its_verdict_is_there(tmp_path: Path) -> None:
    """Calls that nobody answers are left open: the process does not wait for them."""
    released = threading.Event()
    with lambda_endpoint(lambda _request: _never(released)) as endpoint:
        try:
            done = checked(tmp_path, HANGING, endpoint)
        finally:
            released.set()

    assert done.returncode == 3
    assert done.stdout.startswith("INCONCLUSIVE: f version 7 (let through by when.no_data: pass)")


def _never(released: threading.Event) -> None:
    released.wait()


@pytest.mark.parametrize("error", ["ExpiredTokenException", "UnrecognizedClientException"])
def test_credentials_that_are_not_accepted_are_named(tmp_path: Path, error: str) -> None:
    """One line without a verdict: nothing is known of the version."""
    with lambda_endpoint(warm, lambda request: answer(request, 403, {"message": "no"}, error)) as endpoint:
        done = checked(tmp_path, COLD % "half", endpoint)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert "credentials" in done.stderr
    assert "aws sso login" in done.stderr


def test_what_was_refused_is_refused_again(tmp_path: Path) -> None:
    """The report bucket knows this code, configuration and policy: no call is made."""
    policy = parse_policy(COLD % "half", "policy.yaml")
    refusal = {
        "function": "f",
        "fingerprint": fingerprint_of(function_version("f", "7", CONFIGURATION), policy),
        "deployment_id": "d-FIRST0000",
        "reason": "limits.init.p95: too slow",
        "refused_at": "2026-05-04T10:00:00Z",
    }
    stored = f"/reports/known-bad/f/{base64.b64decode(CODE).hex()}.json"

    def described(request: BaseHTTPRequestHandler) -> None:
        answer(request, 200, json.dumps(refusal if request.path.startswith(stored) else CONFIGURATION).encode())

    with lambda_endpoint(warm, described) as endpoint:
        done = checked(tmp_path, COLD % "half", endpoint, "--bucket", "reports")

    assert done.returncode == 1
    assert done.stdout.startswith("REFUSED: f version 7\n  known bad: d-FIRST0000 was refused with this code")
    assert "spent: 0 calls" in done.stdout
