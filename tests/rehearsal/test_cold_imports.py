"""`cold imports` in real runtimes: the planted culprit leads, the table adds up, and imported code reaches nothing."""

from __future__ import annotations

import json
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from support.cold_import_pairs import BUSY, CLIENTS, HANDLER, LAZY, MOST, NODE_PAIRS, PAIRS, PLAIN, Files, Pair, written
from support.cold_imports import release_of
from support.fakes.lambda_calls import publish
from warmgate_ops.cli.main import app
from warmgate_ops.cli.rehearse_imports import import_lines
from warmgate_ops.cold_starts.importing import measuring
from warmgate_ops.cold_starts.importing.code import HERE, Settings, Source, unpacked
from warmgate_ops.cold_starts.importing.finding import Findings, find
from warmgate_ops.cold_starts.importing.measuring import Bench, ImportFailedError
from warmgate_ops.rehearsal.catalogue import chosen
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.node import RUNTIMES
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.registry import why_not_here
from warmgate_ops.rehearsal.cloud.lambda_runtime.sandbox import isolates
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.packages import files_of, installed, zip_code
from warmgate_ops.rehearsal.stage import ROLE, RUNTIME

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(180)]
ROOT = Path(__file__).parents[2]
NODE = next((each for each in RUNTIMES if why_not_here(each) is None), "")
ALONE = pytest.mark.skipif(not isolates(), reason="this system gives nobody a namespace of mounts")
APART = pytest.mark.skipif(not isolates(offline=True), reason="this system gives nobody a namespace without a network")


def bench(
    folder: Path, files: Files, layer: Files | None = None, event: bytes | None = None, runtime: str = ""
) -> Bench:
    """Return what runs cold starts of a function of these files."""
    layers = (written(folder / "layer", layer),) if layer else ()
    source = Source(label=folder.name, code=(written(folder / "code", files),), layers=layers)
    return Bench(unpacked(source, Settings(handler="app.handler", runtime=runtime), folder / "work"), event)


def compared(folder: Path, pair: Pair, event: bytes | None = None, runtime: str = "") -> Findings:
    """Return how the two versions of a pair differ, by three cold starts of each."""
    old, new = (
        bench(folder / name, files, pair.layer, event, runtime)
        for name, files in (("old", pair.old), ("new", pair.new))
    )
    return find(old, new, runs=3, line_runs=0, checked=False)


def leaked(findings: Findings) -> float:
    """Return which share of what is told is missing in the rest, or stands there again.

    By the quickest start of the interpreter on either side: a busy machine makes any other one slower by chance.
    """
    table = findings.table
    rest = min(table.new_runtime.each) - min(table.old_runtime.each, default=0.0)
    return abs(rest / sum(row.difference_ms for row in table.told))


@pytest.mark.parametrize("name", PAIRS)
def test_the_planted_culprit_leads_the_table(tmp_path: Path, name: str) -> None:
    """With the line that imports it; of two equal versions nothing is told."""
    pair = PAIRS[name]

    findings = compared(tmp_path, pair)

    if pair.kind is None:
        assert findings.table.told == ()
        return
    first = findings.table.told[0]
    assert (first.origin.kind, first.origin.unit, first.change) == (pair.kind, pair.unit, pair.change)
    importer = findings.details[first.origin].importer
    assert (importer.line if importer else 0) == pair.line
    assert leaked(findings) < 0.5


@pytest.mark.skipif(not NODE, reason="no Node.js is installed")
@pytest.mark.parametrize("name", NODE_PAIRS)
def test_the_planted_culprit_of_node_leads_the_table(tmp_path: Path, name: str) -> None:
    """CommonJS and ES modules, and the function's own file."""
    pair = NODE_PAIRS[name]

    findings = compared(tmp_path, pair, runtime=NODE)

    first = findings.table.told[0]
    assert (first.origin.kind, first.origin.unit, first.change) == (pair.kind, pair.unit, pair.change)
    importer = findings.details[first.origin].importer
    assert (importer.line if importer else 0) == pair.line
    assert leaked(findings) < 0.5


def test_the_parts_of_one_cold_start_are_its_init_report(tmp_path: Path) -> None:
    """A large part of the standard library, a C extension and own work: what is outside of modules is the runtime's."""
    own = {"app.py": "import asyncio, email.message, xml.dom.minidom\nimport _yaml\n" + BUSY.format(MOST) + HANDLER}
    tried = bench(tmp_path, own)
    for package in installed(["pyyaml"]):
        for name, path in files_of(package):
            (tried.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, tried.folder / name)

    findings = find(None, tried, runs=3)

    rows = {row.origin.unit: row for row in findings.table.told}
    assert {"app", "asyncio"} <= rows.keys()
    statement = findings.details[rows["app"].origin].statement
    assert statement is not None
    assert statement.line == 5
    assert "PyYAML" in {row.origin.unit for row in findings.table.rows}
    agrees = findings.new.agrees
    assert agrees is not None
    assert (agrees.modules > 50, agrees.missing) == (True, ())


def test_what_a_call_imports_is_listed_apart(tmp_path: Path) -> None:
    """It is in no init."""
    tried = bench(tmp_path, LAZY, event=b"{}")

    findings = find(None, tried, runs=1, line_runs=0, checked=False)

    assert [origin.unit for origin, _ in findings.new.late][:1] == ["heavy"]
    assert "heavy" not in {row.origin.unit for row in findings.table.rows}


@pytest.fixture
def listener() -> Iterator[tuple[int, Callable[[], int]]]:
    """Give a port of this machine that is listened on, and how many have come."""
    with socket.socket() as listening:
        listening.bind(("0.0.0.0", 0))
        listening.listen(16)
        listening.setblocking(False)

        def come() -> int:
            count = 0
            try:
                while True:
                    listening.accept()[0].close()
                    count += 1
            except BlockingIOError:
                return count

        yield listening.getsockname()[1], come


@APART
def test_a_package_that_opens_a_socket_reaches_nothing(
    tmp_path: Path, listener: tuple[int, Callable[[], int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither this machine nor a name server nor an address; and it finds none of this machine's credentials."""
    port, come = listener
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-this-machine")
    tries = f"""
import os, socket
said = []
for place in (("127.0.0.1", {port}), (socket.gethostname(), {port}), ("192.0.2.1", 80), ("s3.amazonaws.com", 443)):
    try:
        socket.create_connection(place, 2).close()
        said.append(place)
    except OSError:
        pass
secrets = [name for name, text in os.environ.items() if text == "of-this-machine"]
print("reached", said, secrets)
"""
    _, lines = bench(tmp_path, {"app.py": tries + HANDLER}).run()

    assert "reached [] []" in lines
    assert come() == 0


@ALONE
def test_without_a_namespace_proxies_are_set_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the function's own variables say stays: a path to import from, for example."""
    monkeypatch.setattr(measuring, "isolates", lambda **_: False)
    code = "import os, extra\nprint('proxy', os.environ['HTTPS_PROXY'], extra.__file__)\n"
    files = {"app.py": code + HANDLER, "lib/extra.py": ""}
    source = Source(label="v7", code=(written(tmp_path / "code", files),))
    settings = Settings(handler="app.handler", variables={"PYTHONPATH": "/var/runtime:/var/task/lib"})
    tried = Bench(unpacked(source, settings, tmp_path / "work"))

    _, lines = tried.run()

    assert f"proxy {measuring.NOWHERE} /var/task/lib/extra.py" in lines
    assert "NOT CUT OFF" in measuring.not_apart()[0]


def test_a_function_that_hides_its_imports_is_named(tmp_path: Path) -> None:
    """Instead of a table in which all of it is the runtime's."""
    hiding = "import os\nos.dup2(os.open(os.devnull, os.O_WRONLY), 1)\n"

    with pytest.raises(ImportFailedError, match="found no record of its imports"):
        bench(tmp_path, {"app.py": hiding + HANDLER}).run()


def test_a_library_of_another_processor_is_named(tmp_path: Path) -> None:
    """Instead of what the loader says of it."""
    other, number = ("arm64", 183) if HERE == "x86_64" else ("x86_64", 62)
    tried = bench(tmp_path, {"app.py": "import native\n" + HANDLER})
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + (3).to_bytes(2, "little") + number.to_bytes(2, "little") + bytes(44)
    (tried.folder / "native.so").write_bytes(head)

    with pytest.raises(ImportFailedError, match=f"native.so is built for {other}"):
        tried.run()


def test_a_refused_rehearsal_says_which_line_it_is(tmp_path: Path) -> None:
    """By the code of its scenario, on the settings of its function."""
    old, new = written(tmp_path / "old", {"app.py": CLIENTS}), PAIRS["module-level clients"].new
    slow = replace(chosen(["slow_init"])[0], baseline=(old,), candidate=(old, written(tmp_path / "new", new)))
    release = release_of(("compare.init.median", "failed"))

    lines = import_lines(slow, release, lambda *_: None)

    assert lines[0].startswith("version 1 -> version 2: INIT REPORT ")
    assert "own code app" in lines[1]
    assert "app.py line 10: ALL = [client() for _ in range(4)]" in lines[1]


def test_the_page_shows_what_the_command_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the figures, and for small differences, which depend on the machine."""
    shown = (
        (ROOT / "docs" / "how-to" / "find-slow-imports.md").read_text().partition("<!-- needs a local runtime -->")[2]
    )
    command, *expected = shown.split("```console\n")[1].split("```")[0].splitlines()
    monkeypatch.chdir(ROOT / "tests" / "data" / "functions" / "imports")

    done = CliRunner().invoke(app, [*command.removeprefix("$ warmgate ").split(), "--runs", "3"])

    assert done.exit_code == 1, done.output
    printed = [without_figures(line) for line in done.output.splitlines()]
    kept = [without_figures(line) for line in expected if " gone " not in line]
    assert [line for line in kept if line not in printed] == []


def without_figures(line: str) -> str:
    """Return a line without what another run prints otherwise: numbers, signs, and the room that they take."""
    return re.sub(r"[\s\d.,+-]+", " ", line.partition("; with ")[0])


def test_both_versions_of_a_function_are_downloaded(local_cloud: LocalCloud, tmp_path: Path) -> None:
    """With their layers, by version and by alias; the exit code says that the new one is slower."""
    client, name = local_cloud.client("lambda"), "imports"
    layer = client.publish_layer_version(
        LayerName=name, Content={"ZipFile": zip_code([written(tmp_path / "layer", PAIRS["a layer"].layer)])}
    )
    client.create_function(
        FunctionName=name,
        Runtime=RUNTIME,
        Role=ROLE,
        Handler="app.handler",
        Code={"ZipFile": zip_code([written(tmp_path / "old", PLAIN)])},
        Layers=[layer["LayerVersionArn"]],
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
    first = publish(local_cloud, name)
    client.update_function_code(FunctionName=name, ZipFile=zip_code([written(tmp_path / "new", PAIRS["a layer"].new)]))
    client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=publish(local_cloud, name))

    asked = ["cold", "imports", "--function", name, "--old", first, "--new", "live", "--runs", "3", "--json"]
    done = CliRunner().invoke(
        app,
        [*asked, "--endpoint-url", local_cloud.endpoint_url, "--region", "us-east-1"],
        env={"AWS_ACCESS_KEY_ID": "123456789012", "AWS_SECRET_ACCESS_KEY": "rehearsal"},
    )

    assert done.exit_code == 1, done.output
    found = json.loads(done.stdout)
    assert (found["old"]["label"], found["new"]["label"]) == (f"{name}:{first}", f"{name}:live")
    row = found["rows"][0]
    assert (row["kind"], row["name"], row["new_version"], row["change"]) == ("layer", "heavy", "1.0", "new")
    assert row["imported_by"] == {"file": "app.py", "line": 1, "through": ""}
