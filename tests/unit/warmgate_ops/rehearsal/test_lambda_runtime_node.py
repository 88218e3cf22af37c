"""The runtime loop for Node.js, run by a real Node.js against a runtime API of a few lines."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes import node as node_family
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.launch import Places
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.node import Node, node
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.registry import why_not_here

LOOP = Path(node_family.__file__).with_name("runtime.mjs")
PROGRAM = next((found for each in ("20", "22", "24") if (found := node(each))), None)
RUNS = pytest.mark.skipif(PROGRAM is None, reason="no Node.js is installed")

pytestmark = pytest.mark.slow
CONTEXT = '{"custom": {"warmgate": "smoke"}}'
Posted = list[tuple[str, Any]]


def run(folder: Path, handler: str, *events: Any, **variables: str) -> tuple[Posted, list[str], int]:
    """Give events to a handler; return what it posted by the end of the path, its log lines and its exit status."""
    posted: Posted = []
    waiting = list(events)

    class Api(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Give the next event, or none for ever."""
            if not waiting:
                self.close_connection = True
                return
            body = json.dumps(waiting.pop(0)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Lambda-Runtime-Aws-Request-Id", f"id-{len(events) - len(waiting)}")
            self.send_header("Lambda-Runtime-Deadline-Ms", "99999999999999")
            self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:x")
            self.send_header("Lambda-Runtime-Client-Context", json.dumps({"arn": "arn:y", "context": CONTEXT}))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            """Keep what is posted."""
            text = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append((self.path.rpartition("runtime/")[2], json.loads(text)))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    api = f"127.0.0.1:{server.server_port}"
    env = {"PATH": os.environ["PATH"], "AWS_LAMBDA_RUNTIME_API": api, "LAMBDA_TASK_ROOT": str(folder), **variables}
    process = subprocess.Popen(
        [str(PROGRAM), str(LOOP), handler], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        said, _ = process.communicate(timeout=30)
    finally:
        process.kill()
        server.shutdown()
        server.server_close()
    return posted, said.splitlines(), process.returncode


def put(path: Path, text: str) -> None:
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


ESM = "export const handler = async (event) => ({ got: event });"
CJS = "exports.handler = async (event) => ({ got: event });"


@RUNS
@pytest.mark.parametrize(
    ("files", "handler"),
    [
        ({"app.mjs": ESM}, "app.handler"),
        ({"app.cjs": CJS}, "app.handler"),
        ({"app.js": CJS}, "app.handler"),
        ({"app.js": CJS, "package.json": '{"type": "commonjs"}'}, "app.handler"),
        ({"app.js": ESM, "package.json": '{"type": "module"}'}, "app.handler"),
        ({"src/api/app.js": ESM, "package.json": '{"type": "module"}'}, "src/api/app.handler"),
        ({"app.js": "exports.api = {orders: {put: async (event) => ({got: event})}};"}, "app.api.orders.put"),
    ],
)
def test_a_handler_is_found_by_file_and_package_type(tmp_path: Path, files: dict[str, str], handler: str) -> None:
    """.mjs, .cjs and .js by the type of the nearest package.json, in folders, with nested exports."""
    for name, text in files.items():
        put(tmp_path / name, text)

    assert run(tmp_path, handler, {"a": 1})[0] == [("invocation/id-1/response", {"got": {"a": 1}})]


@RUNS
@pytest.mark.parametrize("own", [False, True])
def test_an_es_module_of_a_layer_is_found_behind_those_of_the_code(tmp_path: Path, *, own: bool) -> None:
    """Node.js alone looks into NODE_PATH for require, and Lambda's for import too."""
    code, layer = tmp_path / "task", tmp_path / "opt" / "nodejs" / "node_modules"
    put(code / "app.mjs", "import { name } from 'shared'; export const handler = async () => name;")
    for folder, name in ((layer, "layer"), *([(code / "node_modules", "code")] if own else [])):
        put(folder / "shared" / "package.json", '{"type": "module", "exports": "./at.js"}')
        put(folder / "shared" / "at.js", f"export const name = '{name}';")

    posted, lines, _ = run(code, "app.handler", {}, NODE_PATH=f"{tmp_path / 'nowhere/node_modules'}:{layer}")

    assert posted == [("invocation/id-1/response", "code" if own else "layer")], lines


@RUNS
@pytest.mark.parametrize(
    ("text", "handler", "kind", "words"),
    [
        ("exports.x = 1;", "app.handler", "Runtime.HandlerNotFound", "app.handler is undefined or not exported"),
        ("exports.handler = 1;", "app.handler", "Runtime.HandlerNotFound", "app.handler is not a function"),
        ("exports.handler = (;", "app.handler", "Runtime.UserCodeSyntaxError", "SyntaxError: "),
        ("require('nowhere');", "app.handler", "Runtime.ImportModuleError", "Error: Cannot find module 'nowhere'"),
        ("", "other.handler", "Runtime.ImportModuleError", "Error: Cannot find module 'other'"),
        ("throw new RangeError('no');", "app.handler", "RangeError", "no"),
        ("", "../app.handler", "Runtime.MalformedHandlerName", "'../app.handler' is not a valid handler name"),
        ("", "app", "Runtime.MalformedHandlerName", "Bad handler"),
    ],
)
def test_a_failed_init_is_reported_by_its_type(tmp_path: Path, text: str, handler: str, kind: str, words: str) -> None:
    """Init errors have Lambda's own names, are logged, and end the process."""
    put(tmp_path / "app.js", text)
    posted, lines, status = run(tmp_path, handler)

    ((where, body),) = posted
    assert (where, body["errorType"]) == ("init/error", kind)
    assert body["errorMessage"].startswith(words)
    assert "\tundefined\tERROR\tUncaught Exception \t{" in "\t" + lines[-1]
    assert status == 129


@RUNS
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("exports.handler = (e, c, done) => done(null, 1);", 1),
        ("exports.handler = (e, c, done) => { setTimeout(() => {}, 20); done(null, 1); };", 1),
        (
            "exports.handler = (e, c, d) => {c.callbackWaitsForEmptyEventLoop=0; setInterval(()=>{}, 9); d(null, 2);}",
            2,
        ),
        ("exports.handler = (e, c) => c.succeed(3);", 3),
        ("exports.handler = () => {};", None),
        ("exports.handler = async (e, c) => c.clientContext.custom;", {"warmgate": "smoke"}),
        ("exports.handler = async (e, c) => c.invokedFunctionArn;", "arn:y"),
        ("exports.handler = async (e, c) => c.getRemainingTimeInMillis() > 1000;", True),
    ],
)
def test_every_way_to_answer_is_known(tmp_path: Path, text: str, answer: Any) -> None:
    """Callbacks that wait for an empty event loop or not, context.succeed, promises, nothing at all."""
    put(tmp_path / "app.js", text)

    assert run(tmp_path, "app.handler", {})[0][0] == ("invocation/id-1/response", answer)


@RUNS
@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("exports.handler = async () => { throw new TypeError('no'); };", "TypeError", "no"),
        ("exports.handler = (e, c, done) => done(new RangeError('r'));", "RangeError", "r"),
        ("exports.handler = () => { throw 'text'; };", "string", "text"),
        ("exports.handler = (e, c) => c.fail();", "string", "handled"),
        ("exports.handler = async () => { await new Promise(() => {}); };", "Runtime.NodeJsExit", "The Lambda runtime"),
        (
            "exports.handler = async () => {Promise.reject(new Error('lost')); await new Promise(r=>setTimeout(r,9));}",
            "Runtime.UnhandledPromiseRejection",
            "Error: lost",
        ),
    ],
)
def test_errors_are_mapped_as_lambda_maps_them(tmp_path: Path, text: str, kind: str, words: str) -> None:
    """Type, message and trace; the request id marks the answer as an error for the emulator."""
    put(tmp_path / "app.js", text)
    (where, body), *_ = run(tmp_path, "app.handler", {})[0]

    assert where == "invocation/id-1/error"
    assert body["errorType"] == kind
    assert body["errorMessage"].startswith(words)
    assert body["requestId"] == "id-1"
    assert isinstance(body["trace"], list)


@RUNS
def test_log_lines_carry_the_request_id_as_text_and_as_json(tmp_path: Path) -> None:
    """One line a call of the console, in Node.js's own formats; a level below the configured one says nothing."""
    put(tmp_path / "app.js", "exports.handler = async () => { console.log('a\\nb', {n: 1}); console.debug('d'); };")

    _, text, _ = run(tmp_path, "app.handler", {}, AWS_LAMBDA_LOG_LEVEL="INFO")
    _, lines, _ = run(tmp_path, "app.handler", {}, AWS_LAMBDA_LOG_FORMAT="JSON", AWS_LAMBDA_LOG_LEVEL="INFO")

    assert text[0].split("\t")[1:3] == ["id-1", "INFO"]
    first = json.loads(lines[0])
    assert {key: first[key] for key in ("level", "requestId", "message")} == {
        "level": "INFO",
        "requestId": "id-1",
        "message": "a\nb { n: 1 }",
    }
    assert not any('"DEBUG"' in line for line in lines)


@RUNS
def test_node_24_takes_no_callback_handlers(tmp_path: Path) -> None:
    """They were removed with that runtime."""
    put(tmp_path / "app.js", "exports.handler = (e, c, done) => done(null, 1);")
    posted, _, _ = run(tmp_path, "app.handler", {}, AWS_EXECUTION_ENV="AWS_Lambda_nodejs24.x")

    error = posted[0][1]
    assert error["errorType"] == "Runtime.CallbackHandlerDeprecated"
    assert error["errorMessage"].startswith(
        "ERROR: AWS Lambda has removed support for callback-based function handlers"
    )


def test_a_runtime_whose_node_is_not_here_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything runs."""
    monkeypatch.setattr(node_family, "_found", lambda: ((Path("/usr/bin/node"), "20"),))

    assert why_not_here("nodejs20.x") is None
    said = str(why_not_here("nodejs22.x"))
    assert said.startswith("nodejs22.x: found Node.js 20 on PATH")
    assert "nvm install 22" in said
    assert Node().launch("nodejs20.x", "app.handler", Places()).command == (
        "/usr/bin/node",
        "/var/rapid/runtime.mjs",
        "app.handler",
    )
