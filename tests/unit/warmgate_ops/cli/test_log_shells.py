"""Logs as other programs write them into files: the same call comes out, once, and nothing is guessed."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from warmgate_ops.cli.main import app

ID = "7c1e0d52-5a0b-4d1f-9a55-0f2f6d3b9a10"
MEMORY = "Memory Size: 256 MB\tMax Memory Used: 61 MB"
FIELDS = f"Duration: 8.40 ms\tBilled Duration: 9 ms\t{MEMORY}\tInit Duration: 95.10 ms\t"
REPORT = f"REPORT RequestId: {ID}\t{FIELDS}"
START = f"START RequestId: {ID} Version: 3"
AT = "2026-03-04T05:06:07.123456Z"
CALL = (START, f"END RequestId: {ID}", REPORT)


def parsed(text: str) -> list[dict[str, Any]]:
    """Return the calls of a log as the command prints them."""
    done = CliRunner().invoke(app, ["logs", "parse", "-", "--json"], input=text)

    assert done.exit_code == 0
    return [json.loads(line) for line in done.stdout.splitlines()]


def datadog(message: str, second: int) -> dict[str, Any]:
    """Return a log of Datadog's export."""
    return {"id": "A", "attributes": {"message": f"{message}\n", "timestamp": f"2026-03-04T05:06:0{second}Z"}}


SHELLS = {
    "docker compose": "\n".join(f"orders-1  | {line}" for line in CALL),
    "docker compose, colours": "\n".join(f"\x1b[36morders-1  | \x1b[0m{line}" for line in CALL),
    "docker compose, times": "\n".join(f"orders-1  | {AT} {line}" for line in CALL),
    "LocalStack": "\n".join(f"{AT[:23]} DEBUG --- [et:hook] l.s.manager : > {line}" for line in CALL),
    "GitHub": "\n".join(f"{AT} {line}" for line in CALL),
    "gh run view": "\n".join(f"test\tRun the tests\t{AT} {line}" for line in CALL),
    "GitLab": "\n".join(f"{AT} 01O {line}" for line in CALL),
    "Datadog lines": "\n".join(json.dumps({"message": line, "ddsource": "lambda"}) for line in CALL),
    "Datadog export": json.dumps({"data": [datadog(line, second) for second, line in enumerate(CALL)][::-1]}),
    "YAML": yaml.safe_dump(
        {"events": [{"message": f"{line}\n", "timestamp": 1} for line in CALL], "nextForwardToken": "f"}
    ),
    "table": "|+------+|\n" + "\n".join(f"||  message  |  {line}  ||\n||  timestamp  |  17  ||" for line in CALL),
    "table, a row an event": "\n".join(f"|  1772600767123 |  {line}  |  1772600767456  |" for line in CALL),
    "base64": base64.b64encode("\n".join(CALL).encode()).decode(),
    "base64, lines": base64.encodebytes("\n".join(CALL).encode()).decode(),
    "decimal comma": "\n".join(CALL).replace("8.40", "8,40").replace("95.10", "95,10"),
    "twice": "\n".join((*CALL, *CALL)),
}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_call_is_read_out_of_its_shell_once(shell: str) -> None:
    """Whatever a program puts around the lines, the report is the platform's."""
    (call,) = parsed(SHELLS[shell])

    assert (call["request_id"], call["duration_ms"], call["init_ms"], call["start"], call["status"]) == (
        *(ID, 8.4, 95.1, "cold", "success"),
    )


@pytest.mark.parametrize("end", range(REPORT.index("Duration"), REPORT.index("61 MB")))
def test_a_line_that_is_cut_says_neither_warm_nor_success(end: int) -> None:
    """What would have stood behind the cut is not known."""
    assert all((call["start"], call["status"]) == (None, None) for call in parsed(REPORT[:end]))


def test_a_call_that_is_tried_again_is_two_calls() -> None:
    """Lambda keeps the request id of an asynchronous call; two time-outs may be the same to the last digit."""
    again = REPORT.replace("8.40", "7.90")
    late = f"{REPORT.replace('8.40', '3000.00')}Status: timeout\t"

    assert [call["duration_ms"] for call in parsed(f"{REPORT}\n{again}\n{late}\n{late}\n")] == [8.4, 7.9, 3000, 3000]
