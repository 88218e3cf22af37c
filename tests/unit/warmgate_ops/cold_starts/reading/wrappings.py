"""One log as the programs that carry logs write it: what each of these gives must be the same calls."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

GROUP = "/aws/lambda/checkout"
STREAM = "2026/11/24/[7]0a1b2c3d4e5f60718293a4b5c6d7e8f9"
COLD, WARM = "5e5b0f0a-1111-4111-8111-000000000001", "5e5b0f0a-1111-4111-8111-000000000002"
RUNTIME = "arn:aws:lambda:eu-west-1::runtime:0c22"


@dataclass(frozen=True, slots=True)
class Line:
    """An event of a log stream."""

    at_ms: int
    text: str

    @property
    def at(self) -> datetime:
        """When it was written."""
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)

    def iso(self, digits: int = 3) -> str:
        """Return that without a zone."""
        return self.at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.at_ms % 1000:03d}{'0' * (digits - 3)}"


def _report(request_id: str, duration: str, more: str = "") -> str:
    return (
        f"REPORT RequestId: {request_id}\tDuration: {duration} ms\tBilled Duration: 353 ms\tMemory Size: 256 MB\t"
        f"Max Memory Used: 91 MB\t{more}"
    )


BEGIN_MS = 1_795_510_800_000
TEXT = (
    Line(BEGIN_MS + 100, f"INIT_START Runtime Version: python:3.12.v5\tRuntime Version ARN: {RUNTIME}\t"),
    Line(BEGIN_MS + 412, f"START RequestId: {COLD} Version: 7"),
    Line(BEGIN_MS + 420, f"2026-11-24T09:00:00.420Z\t{COLD}\tINFO\tserved 3 items"),
    Line(BEGIN_MS + 452, f"END RequestId: {COLD}"),
    Line(BEGIN_MS + 453, _report(COLD, "40.21", "Init Duration: 312.05 ms\t")),
    Line(BEGIN_MS + 1_700, f"START RequestId: {WARM} Version: 7"),
    Line(BEGIN_MS + 1_712, f"END RequestId: {WARM}"),
    Line(BEGIN_MS + 1_713, _report(WARM, "12.34")),
)


def _record(at_ms: int, kind: str, **record: object) -> Line:
    line = Line(at_ms, "")
    return Line(at_ms, json.dumps({"time": f"{line.iso()}Z", "type": f"platform.{kind}", "record": record}))


def _metrics(duration: float, **more: float) -> dict[str, float]:
    return {"durationMs": duration, "billedDurationMs": 353, "memorySizeMB": 256, "maxMemoryUsedMB": 91, **more}


JSON = (
    _record(BEGIN_MS + 100, "initStart", initializationType="on-demand", phase="init", runtimeVersionArn=RUNTIME),
    _record(BEGIN_MS + 410, "initRuntimeDone", initializationType="on-demand", status="success"),
    _record(BEGIN_MS + 411, "initReport", initializationType="on-demand", phase="init", metrics={"durationMs": 312.05}),
    _record(BEGIN_MS + 412, "start", requestId=COLD, version="7"),
    Line(BEGIN_MS + 420, json.dumps({"timestamp": "2026-11-24T09:00:00Z", "level": "INFO", "message": "served"})),
    _record(BEGIN_MS + 452, "runtimeDone", requestId=COLD, status="success"),
    _record(BEGIN_MS + 453, "report", requestId=COLD, metrics=_metrics(40.21, initDurationMs=312.05), status="success"),
    _record(BEGIN_MS + 1_700, "start", requestId=WARM, version="7"),
    _record(BEGIN_MS + 1_713, "report", requestId=WARM, metrics=_metrics(12.34), status="success"),
)
Log = Sequence[Line]


def each(write: Callable[[Line], str]) -> Callable[[Log], str]:
    """Return what writes a log line by line."""
    return lambda log: "".join(f"{write(line)}\n" for line in log)


def _events(log: Log, **more: object) -> list[dict[str, object]]:
    return [{"timestamp": line.at_ms, "message": f"{line.text}\n", **more} for line in log]


def _cells(log: Log) -> list[list[dict[str, str]]]:
    rows = [
        (("@timestamp", line.iso().replace("T", " ")), ("@message", f"{line.text}\n"), ("@logStream", STREAM))
        for line in log
    ]
    return [[{"field": name, "value": value} for name, value in row] for row in reversed(rows)]


def _csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def _jsonl(write: Callable[[Line], object]) -> Callable[[Log], str]:
    return each(lambda line: json.dumps(write(line)))


def _table(log: Log) -> str:
    rows = "".join(f"||  {line.at_ms}  |  {line.at_ms}  |  {line.text}   ||\n" for line in log)
    return f"---------\n|  GetLogEvents  |\n+---------+\n||  events  ||\n{rows}|+------+|\n"


def _yaml(log: Log) -> str:
    rows = "".join(
        f"- eventId: '3'\n  logStreamName: {STREAM}\n  message: {json.dumps(line.text)}\n  timestamp: {line.at_ms}\n"
        for line in log
    )
    return f"events:\n{rows}searchedLogStreams: []\n"


def _datadog(log: Log) -> str:
    tags = ["functionname:checkout"]
    data = [
        {
            "id": "AgA",
            "type": "log",
            "attributes": {
                "service": "checkout",
                "status": "info",
                "timestamp": f"{line.iso()}Z",
                "tags": tags,
                "message": line.text,
                "attributes": {"aws": {"awslogs": {"logStream": STREAM, "logGroup": GROUP}}},
            },
        }
        for line in log
    ]
    return json.dumps({"data": data, "meta": {"page": {"after": "x"}}}, indent=2)


def _elastic(log: Log) -> str:
    hits = [
        {
            "_index": "logs",
            "_source": {
                "@timestamp": f"{line.iso()}Z",
                "message": line.text,
                "log": {"level": "info"},
                "aws": {"cloudwatch": {"log_stream": STREAM, "log_group": GROUP}},
            },
        }
        for line in log
    ]
    return json.dumps({"took": 3, "hits": {"total": {"value": len(hits)}, "hits": hits}}, indent=1)


def _loki(log: Log) -> str:
    values = [[str(line.at_ms * 1_000_000), line.text] for line in log]
    stream = {"stream": {"log_group": GROUP, "log_stream": STREAM}, "values": values}
    return json.dumps({"status": "success", "data": {"resultType": "streams", "result": [stream]}})


def _subscription(log: Log, indent: int | None = None) -> str:
    payload = {"messageType": "DATA_MESSAGE", "owner": "1", "logGroup": GROUP, "logStream": STREAM}
    return json.dumps({**payload, "logEvents": _events(log, id="3")}, indent=indent)


def _coloured(line: Line) -> str:
    return f"\x1b[33m{STREAM}\x1b[0m \x1b[32m{line.iso(6)}\x1b[0m {line.text}"


Wrapping = Callable[[Log], str]
WITH_ALL: dict[str, Wrapping] = {
    "aws logs tail, detailed": each(lambda line: f"{line.iso(6)}+00:00 {STREAM} {line.text}"),
    "aws logs tail, local time": each(
        lambda line: f"{Line(line.at_ms + 7_200_000, '').iso(6)}+02:00 {STREAM} {line.text}"
    ),
    "sam logs": each(lambda line: f"{STREAM} {line.iso(6)} {line.text}"),
    "sam logs, coloured": each(_coloured),
    "awslogs": each(lambda line: f"{GROUP} {STREAM} {line.iso()}Z {line.text}"),
    "cw tail": each(lambda line: f"{line.iso()}Z - {STREAM} - {line.text}"),
    "filter-log-events": lambda log: json.dumps({"events": _events(log, logStreamName=STREAM)}, indent=4),
    "filter-log-events on one line": lambda log: json.dumps({"events": _events(log, logStreamName=STREAM)}),
    "filter-log-events as YAML": _yaml,
    "get-query-results": lambda log: json.dumps({"results": _cells(log), "status": "Complete"}, indent=4),
    "Insights, console, JSON": lambda log: json.dumps(
        [{cell["field"]: cell["value"] for cell in row} for row in _cells(log)]
    ),
    "Insights, console, CSV": lambda log: _csv(
        ["@timestamp", "@message", "@logStream"], [[cell["value"] for cell in row] for row in reversed(_cells(log))]
    ),
    "subscription": _subscription,
    "subscription, printed": lambda log: _subscription(log, 2),
    "Firehose": lambda log: "".join(_subscription([line]) for line in log),
    "Datadog": _datadog,
    "Datadog's forwarder": _jsonl(
        lambda line: {
            "message": line.text,
            "ddsource": "lambda",
            "ddtags": "env:live",
            "timestamp": line.at_ms,
            "aws": {"awslogs": {"logGroup": GROUP, "logStream": STREAM}},
        }
    ),
    "Elastic": _elastic,
    "Loki": _loki,
    "Splunk": _jsonl(
        lambda line: {"preview": False, "result": {"_raw": line.text, "_time": line.iso() + "Z", "logStream": STREAM}}
    ),
    "New Relic": _jsonl(
        lambda line: {"message": line.text, "timestamp": line.at_ms, "aws.logStream": STREAM, "aws.logGroup": GROUP}
    ),
    "aws logs tail, in GitHub Actions": each(
        lambda line: f"deploy\tWatch\t2026-11-25T01:02:03.0000000Z {line.iso(6)}+00:00 {STREAM} {line.text}"
    ),
}
"""Wrappings that tell time and stream of each event."""
WITH_TIME: dict[str, Wrapping] = {
    "aws logs tail, short": each(lambda line: f"{line.iso()[:19]} {line.text}"),
    "export to S3": each(lambda line: f"{line.iso()}Z {line.text}"),
    "console, CSV": lambda log: _csv(["timestamp", "message"], [[line.at_ms, f"{line.text}\n"] for line in log]),
    "get-log-events, text": each(lambda line: f"EVENTS\t{line.at_ms}\t{line.text}\t{line.at_ms}"),
    "get-log-events, table": _table,
    "get-log-events, JSON": lambda log: json.dumps({"events": _events(log), "nextForwardToken": "f/3"}, indent=4),
    "docker compose logs -t": each(lambda line: f"api-1  | {line.iso()}000000Z {line.text}"),
    "docker's json-file": _jsonl(
        lambda line: {"log": f"{line.text}\n", "stream": "stdout", "time": f"{line.iso()}000000Z"}
    ),
    "kubectl logs --prefix --timestamps": each(lambda line: f"[pod/api-7d9f/app] {line.iso()}000000Z {line.text}"),
    "containerd": each(lambda line: f"{line.iso()}000000Z stdout F {line.text}"),
    "journalctl -o short-iso": each(lambda line: f"{line.iso()[:19]}+0000 web-1 lambda[812]: {line.text}"),
    "journalctl -o json": _jsonl(
        lambda line: {"MESSAGE": line.text, "__REALTIME_TIMESTAMP": str(line.at_ms * 1000), "_HOSTNAME": "web-1"}
    ),
    "syslog, RFC 5424": each(lambda line: f"<14>1 {line.iso()}Z web-1 lambda 812 - - {line.text}"),
    "GitHub Actions": each(lambda line: f"deploy\tInvoke\t{line.iso()}0000Z {line.text}"),
    "GitLab": each(lambda line: f"{line.iso()}000Z 01O {line.text}"),
    "LocalStack": each(
        lambda line: f"localstack  | {line.iso()}  INFO --- [et.reactor-0] l.s.l.i.version_manager : > {line.text}"
    ),
    "fluent-bit": _jsonl(
        lambda line: {"date": line.at_ms / 1000, "log": line.text, "kubernetes": {"pod_name": "api-7d9f"}}
    ),
    "Google Cloud": _jsonl(
        lambda line: {"textPayload": line.text, "timestamp": f"{line.iso()}Z", "insertId": "1", "logName": "x"}
    ),
}
"""Wrappings that tell the time of each event; some to the second."""
BARE: dict[str, Wrapping] = {
    "as it is": each(lambda line: line.text),
    "with line ends of Windows": each(lambda line: f"{line.text}\r"),
    "indented": each(lambda line: f"    {line.text}"),
    "docker compose logs": each(lambda line: f"api-1  | {line.text}"),
    "kubectl logs --prefix": each(lambda line: f"[pod/api-7d9f/app] {line.text}"),
    "syslog, RFC 3164": each(lambda line: f"Nov 24 09:00:00 web-1 lambda[812]: {line.text}"),
    "journalctl -o cat behind a name": each(lambda line: f"lambda[812]: {line.text}"),
    "base64": lambda log: base64.b64encode("\n".join(line.text for line in log).encode()).decode(),
    "answer of Invoke": lambda log: json.dumps(
        {"StatusCode": 200, "LogResult": base64.b64encode("\n".join(line.text for line in log).encode()).decode()}
    ),
    "a JSON string of a document's line": each(lambda line: f'    "message": {json.dumps(line.text)},'),
}
"""Wrappings that tell neither, or a time without a date."""
