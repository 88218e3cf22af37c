"""What `warmgate logs parse` prints, and how it exits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from warmgate_ops.cli.main import app

REPORT = (
    "REPORT RequestId: 1a\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t"
)
FOUND = {
    "request_id": "1a",
    "duration_ms": 12.34,
    "billed_ms": 13,
    "memory_mb": 128,
    "max_memory_mb": 40,
    "init_ms": None,
    "restore_ms": None,
    "start": "warm",
    "status": "success",
    "error_type": None,
}


@pytest.mark.parametrize(
    "content",
    [
        REPORT.encode(),
        b"\xff\xfe\x00bytes of no encoding\n" + REPORT.encode() + b"\r\n\xc3",
        b"\xef\xbb\xbf" + REPORT.encode(),
        REPORT.encode("utf-16"),
        REPORT.encode("utf-16-le"),
    ],
)
def test_json_is_one_object_with_every_key(tmp_path: Path, content: bytes) -> None:
    """An invocation is one line with exactly the promised keys, whatever the encoding of the file."""
    log = tmp_path / "tail.log"
    log.write_bytes(content)

    result = CliRunner().invoke(app, ["logs", "parse", str(log), "--json"])

    assert result.exit_code == 0
    assert json.loads(result.stdout) == FOUND
    assert list(json.loads(result.stdout)) == list(FOUND)


def test_the_tenant_of_a_report_is_kept(tmp_path: Path) -> None:
    """Only JSON format names it; without one there is no key."""
    record = {"requestId": "a", "tenantId": "blue", "status": "success", "metrics": {"durationMs": 5.0}}
    log = tmp_path / "tail.log"
    log.write_text(json.dumps({"time": "2026-06-02T10:00:00Z", "type": "platform.report", "record": record}))

    (line,) = CliRunner().invoke(app, ["logs", "parse", str(log), "--json"]).stdout.splitlines()

    assert json.loads(line)["tenant"] == "blue"
    assert "tenant" not in FOUND


def test_an_init_that_failed_is_marked(tmp_path: Path) -> None:
    """The time until the crash is no start-up time; how long the second init took is null where it is not told."""
    log = tmp_path / "tail.log"
    log.write_text(f"INIT_REPORT Init Duration: 60.90 ms\tPhase: init\tStatus: error\n{REPORT}\n")

    (line,) = CliRunner().invoke(app, ["logs", "parse", str(log), "--json"]).stdout.splitlines()
    table = CliRunner().invoke(app, ["logs", "parse", str(log)]).stdout

    assert json.loads(line) == {**FOUND, "start": "cold", "init_failed": True, "suppressed_init_ms": None}
    assert "failed, again" in table


@pytest.mark.parametrize(
    ("log", "found"),
    [
        (f'2024 Aug 28 10:09:42 (host) any->aws-s3 DEBUG: The message is "{REPORT}', 0),
        (f'time=2026-01-05T10:00:00Z level=info msg="{REPORT}"', 0),
        (f"{REPORT}\nmine: {REPORT.replace('1a', '2b')}", 1),
        (f"START RequestId: 1a Version: 7\n{REPORT.replace('1a', '2b')}\nEND RequestId: 1a\n{REPORT}", 1),
        ('app: {"type":"platform.report","record":{"requestId":"2b","metrics":{"durationMs":1}}}\n' + REPORT, 1),
    ],
)
def test_reports_that_do_not_count_are_told(log: str, found: int) -> None:
    """Nothing is dropped without a word: what stands in another wrapping, and what a running call printed."""
    result = CliRunner().invoke(app, ["logs", "parse", "-", "--json"], input=log)

    assert (result.exit_code, len(result.stdout.splitlines())) == (0, found)
    assert "not counted: 1 report, printed by a function inside a call, or in a wrapping" in result.stderr


def test_a_log_whose_reports_all_count_is_read_without_a_word() -> None:
    """Standard error is for what is left out."""
    assert CliRunner().invoke(app, ["logs", "parse", "-"], input=f"START RequestId: 1a\n{REPORT}\n").stderr == ""


def test_standard_input_gives_one_line_an_invocation() -> None:
    """A dash reads standard input; whole numbers are printed as such, and a report that stands twice once."""
    other = REPORT.replace("1a", "2b")
    result = CliRunner().invoke(app, ["logs", "parse", "-", "--json"], input=f"{REPORT}\nnoise\n{other}\n{REPORT}\n")

    assert [json.loads(line) for line in result.stdout.splitlines()] == [FOUND, {**FOUND, "request_id": "2b"}]
    assert '"billed_ms": 13,' in result.stdout


def test_a_table_shows_what_is_known() -> None:
    """Without --json a table has a row for each invocation, with - for what is not known."""
    result = CliRunner().invoke(app, ["logs", "parse", "-"], input=REPORT.replace("1a", "[red]1a"))

    assert result.exit_code == 0
    assert "[red]1a" in result.stdout
    assert "12.34" in result.stdout
    assert "warm" in result.stdout


@pytest.mark.parametrize("option", [["--json"], []])
def test_a_log_without_a_report_prints_nothing_and_says_so(option: list[str]) -> None:
    """Nothing found is no error: standard output stays empty, standard error states it."""
    result = CliRunner().invoke(app, ["logs", "parse", "-", *option], input="START RequestId: 1a Version: 7\n")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        "-: no platform report found; expected Lambda's text or JSON format, as Lambda, the AWS CLI, CloudWatch, SAM,"
        " docker compose, CI or Datadog print it\n"
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent.log", "absent.log: No such file"),
        (".", "Is a directory"),
        ("nul\0byte", "nul\\x00byte: embedded null byte"),
    ],
)
def test_an_unreadable_file_exits_with_2(tmp_path: Path, name: str, said: str) -> None:
    """A file that cannot be read is wrong input."""
    result = CliRunner().invoke(app, ["logs", "parse", f"{tmp_path}/{name}", "--json"])

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
