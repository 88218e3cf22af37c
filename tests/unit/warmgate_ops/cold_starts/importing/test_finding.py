"""The use case with made-up cold starts: what is run, what is known of each row, and how it reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.cold_imports import FakeBench, Module, cold
from warmgate_ops.cold_starts.importing.document import document_of
from warmgate_ops.cold_starts.importing.finding import Findings, find
from warmgate_ops.cold_starts.importing.recorders import IMPORTTIME, LINES, PLAIN
from warmgate_ops.cold_starts.importing.text import lines_of

APP = "import json\nimport heavy\n\nALL = [1]\ndef handler(event, context): return heavy\ndef other(): pass\n"
APART = "quartiles 0 ms and 0 ms apart"
CAN_WAIT = "used by 1 of 2 functions (handler): it can be imported there"
AGREES = "1 of 1 modules and 2 of 2 modules"
LOG = ("import time:       900 |        900 | json", "import time:     80000 |      80000 | heavy")
JSON = Module(name="json", path="/var/lang/json.py", own=1, line=1)
HEAVY = Module(name="heavy", path="/var/task/heavy/__init__.py", own=80, line=2)


def bench(folder: Path, *inside: Module, own: float = 2.0, text: str = APP) -> FakeBench:
    """Return a package whose handler imports some modules."""
    folder.mkdir()
    (folder / "app.py").write_text(text)
    whole = own + sum(each.own for each in inside) + 40
    app = Module(name="app", path="/var/task/app.py", own=own, inside=inside)
    first, usual = cold(app, init_ms=whole + 100), cold(app, init_ms=whole)
    timed = cold(app, init_ms=whole, lines={"app": {"4": own * 1000}})
    return FakeBench(label=folder.name, folder=folder, colds=[first, usual], timed=[timed], log=LOG)


@pytest.fixture
def benches(tmp_path: Path) -> tuple[FakeBench, FakeBench]:
    """Give two versions: the new one imports more, and does more itself."""
    return bench(tmp_path / "v6", JSON), bench(tmp_path / "v7", JSON, HEAVY, own=30)


@pytest.fixture
def findings(benches: tuple[FakeBench, FakeBench]) -> Findings:
    """Give how they differ."""
    return find(*benches, runs=5, notes=["the network is open"])


def test_both_are_run_in_turn(benches: tuple[FakeBench, FakeBench]) -> None:
    """A first cold start of each, then as many as asked, then what times lines, then CPython's log."""
    steps: list[str] = []
    find(*benches, runs=5, say=steps.append)

    assert [each.asked for each in benches] == [[PLAIN] * 6 + [LINES] * 3 + [IMPORTTIME]] * 2
    assert len(steps) == 6


def test_node_has_neither_lines_nor_a_log(tmp_path: Path) -> None:
    """Its recorder gives the times of modules alone."""
    tried = bench(tmp_path / "v7", JSON)
    tried.is_node = True

    find(None, tried, runs=3)

    assert tried.asked == [PLAIN] * 4


def test_the_first_cold_start_is_in_no_figure(findings: Findings) -> None:
    """It is told apart."""
    assert findings.old is not None
    assert (findings.old.first_ms, findings.table.old_init.typical) == (143, 43)


def test_a_difference_reads_as_a_table(findings: Findings) -> None:
    """The culprit with its line and what can be done about it; the parts are the whole."""
    assert lines_of(findings) == [
        f"v6 -> v7: INIT REPORT 43 -> 151 ms (+108 ms); 5 cold starts each on this machine, {APART}",
        f"   +80 ms  new     heavy 1.0     imported by app.py line 2; {CAN_WAIT}",
        "   +28 ms  slower  own code app  2 -> 30 ms; app.py line 4: ALL = [1]",
        "    +0 ms          1 other       each within the noise",
        "    +0 ms          runtime       interpreter and runtime client, not the package",
        "= +108 ms          INIT REPORT",
        "first cold starts, in no figure: 143 ms and 251 ms",
        f"cross-check: CPython's importtime has {AGREES}",
        "times are this machine's, not Lambda's: the order of the lines carries over, milliseconds do not",
        "note: the network is open",
    ]


def test_equal_versions_read_as_nothing(tmp_path: Path) -> None:
    """And no row is told."""
    lines = lines_of(find(bench(tmp_path / "v6", JSON), bench(tmp_path / "v7", JSON), runs=5))

    assert lines[1] == "  no import and no module differs by more than the noise"


def test_one_package_reads_as_shares(tmp_path: Path) -> None:
    """Of its init."""
    lines = lines_of(find(None, bench(tmp_path / "v7", JSON, HEAVY), runs=5))

    assert lines[0] == "v7: INIT REPORT 123 ms (5 cold starts on this machine, quartiles 0 ms apart)"
    assert lines[1].startswith("   80 ms  65%  heavy 1.0     imported by app.py line 2;")
    assert lines[5] == "= 123 ms 100%  INIT REPORT"


def test_a_removed_import_reads_as_gone(tmp_path: Path) -> None:
    """With the line where it was; there is nothing to be done about it."""
    lines = lines_of(find(bench(tmp_path / "v6", JSON, HEAVY), bench(tmp_path / "v7", JSON), runs=5))

    assert lines[1] == "  -80 ms  gone  heavy 1.0    was imported by app.py line 2"


def test_the_document_has_all_of_it(findings: Findings) -> None:
    """Every row, told or not, and what each figure comes from."""
    found = json.loads(json.dumps(document_of(findings)))

    assert (found["difference_ms"], found["slower"], found["runtime_ms"]) == (108, True, 0)
    assert [row["name"] for row in found["rows"]] == ["heavy", "app", "json"]
    heavy = found["rows"][0]
    assert heavy["imported_by"] == {"file": "app.py", "line": 2, "through": ""}
    assert heavy["used"] == {
        "at_module_level_line": None,
        "inside": ["handler"],
        "functions": 2,
        "can_be_deferred": True,
    }
    assert found["rows"][1]["statement"] == {"file": "app.py", "line": 4, "text": "ALL = [1]"}
    assert len(found["new"]["init_each_ms"]) == 5
    assert document_of(find(None, _again(findings), runs=3))["old"] is None


def _again(findings: Findings) -> FakeBench:
    colds = list(findings.new.colds)
    return FakeBench(label="v7", folder=Path("nowhere"), colds=colds, timed=colds, log=LOG)
