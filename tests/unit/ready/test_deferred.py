"""What is deferred loads exactly once, where it costs least, and its errors are raised where it is used."""

from __future__ import annotations

import ast
import copy
import json
import os
import pickle
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import warmgate_ready
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.interpreters import interpreter
from warmgate_ready import deferred

SOURCE = Path(warmgate_ready.__file__).parent
Make = Callable[[str], str]
OTHERS = ("3.9", "3.10", "3.12", "3.13", "3.14", "3.15")
PROMISES = """
import pickle
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from warmgate_ready import deferred, join, ready, warmable
calls, barrier = [], Barrier(32)
def load():
    calls.append(1)
    if len(calls) < 2:
        raise OSError("once")
    return calls
value, statistics = deferred.value(load, refresh_after=60), deferred.module("statistics")
try:
    value()
except OSError:
    pass
def use(number):
    barrier.wait()
    return id(value()), statistics.mean([number])
with ThreadPoolExecutor(32) as pool:
    assert len({found[0] for found in pool.map(use, range(32))}) == 1
assert len(calls) == 2
assert pickle.loads(pickle.dumps(statistics)) is statistics
assert pickle.loads(pickle.dumps(value))() == [1, 1, 1]
begun = deferred.value(lambda: "begun", start=True)
@warmable
def handler(event, context): return "served"
ready()
assert handler({}, None) == "served" and handler({"warmgate": "warm"}, None)["cold"] is False
print("kept")
"""


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test declare what it needs in an environment of its own, on demand."""
    monkeypatch.setattr(deferred, "_items", [])
    monkeypatch.setattr(deferred, "_modules", {})
    for name in ("WARMGATE_READY", "WARMGATE_READY_LOG", "AWS_LAMBDA_INITIALIZATION_TYPE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Give a way to write a module that can be imported; it is forgotten afterwards."""
    names: list[str] = []
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(source: str) -> str:
        names.append(f"made_for_a_test_{len(names)}_{os.getpid()}")
        (tmp_path / f"{names[-1]}.py").write_text(source, encoding="utf-8")
        return names[-1]

    yield make
    for name in names:
        sys.modules.pop(name, None)


def said(captured: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return what was logged, without the milliseconds."""
    lines = [json.loads(line)["warmgate_ready"] for line in captured.readouterr().out.splitlines()]
    assert all(isinstance(line.pop("ms"), float) for line in lines)
    return lines


class Counted:
    """A loader that counts its calls, and fails as often as it is told to."""

    def __init__(self, failures: int = 0, slow_s: float = 0.0) -> None:
        self.calls, self.failures, self.slow_s = 0, failures, slow_s

    def __call__(self) -> list[str]:
        """Return a new list."""
        self.calls += 1
        time.sleep(self.slow_s)
        if self.calls <= self.failures:
            raise OSError(f"failure {self.calls}")
        return ["loaded"]


def test_a_module_is_imported_when_something_is_asked_of_it(made: Make, capsys: pytest.CaptureFixture[str]) -> None:
    """Not before, and once; the log says how long it took."""
    name = made("ANSWER = 42\n")
    found = deferred.module(name)

    assert name not in sys.modules
    assert (found.ANSWER, found.ANSWER) == (42, 42)
    assert found.__name__ == name
    assert said(capsys) == [{"name": name, "phase": "first_use"}]


def test_a_deferred_module_passes_for_one(made: Make) -> None:
    """isinstance, dir, vars, setting, deleting, copying and pickling do what they do with the module."""
    name = made('"""Words."""\nANSWER = 42\n')
    found = deferred.module(name)

    assert "ANSWER" in dir(found)
    assert found.__doc__ == "Words."
    assert vars(found)["ANSWER"] == 42
    found.ANSWER = 43
    assert vars(sys.modules[name])["ANSWER"] == 43
    del found.ANSWER
    with pytest.raises(AttributeError, match=f"module '{name}' has no attribute 'ANSWER'"):
        _ = found.ANSWER
    assert pickle.loads(pickle.dumps(found)) is found
    assert copy.deepcopy(found) is copy.copy(found) is found
    assert deferred.module(name) is found
    assert repr(found) == f"<deferred module '{name}'>"
    assert isinstance(found, ModuleType)


def test_a_name_may_be_relative(made: Make) -> None:
    """As `import` takes it, to a package that is named."""
    assert deferred.module(".decoder", "json").JSONDecodeError is json.JSONDecodeError


def test_a_module_is_imported_once_by_many_threads(made: Make) -> None:
    """32 threads that use it first, all at once, see one module, and see it whole."""
    name = made(
        "import time, builtins\nbuiltins.imports_seen = getattr(builtins, 'imports_seen', 0) + 1\n"
        "time.sleep(0.05)\nLAST = 'whole'\n"
    )
    found, barrier = deferred.module(name), threading.Barrier(32)

    def use(_number: int) -> str:
        barrier.wait()
        return str(found.LAST)

    with ThreadPoolExecutor(32) as pool:
        assert set(pool.map(use, range(32))) == {"whole"}
    import builtins

    assert builtins.imports_seen == 1  # type: ignore[attr-defined]
    del builtins.imports_seen  # type: ignore[attr-defined]


def test_a_value_is_loaded_once_by_many_threads(capsys: pytest.CaptureFixture[str]) -> None:
    """32 threads of a thousand first uses each: one call of the loader, one value, one line."""
    loader = Counted(slow_s=0.02)
    found, barrier = deferred.value(loader, name="rates"), threading.Barrier(32)

    def use(_number: int) -> int:
        barrier.wait()
        return len({id(found()) for _ in range(1000)})

    with ThreadPoolExecutor(32) as pool:
        assert set(pool.map(use, range(32))) == {1}
    assert loader.calls == 1
    assert said(capsys) == [{"name": "rates", "phase": "first_use"}]


def test_an_error_is_raised_at_each_use_and_not_kept(capsys: pytest.CaptureFixture[str]) -> None:
    """With the loader's own traceback; the use after that tries again and may go well."""
    loader = Counted(failures=2)
    found = deferred.value(loader)

    for number in (1, 2):
        with pytest.raises(OSError, match=f"failure {number}") as raised:
            found()
        frames = traceback.extract_tb(raised.value.__traceback__)
        assert (frames[-1].name, Path(frames[-1].filename).name) == ("__call__", "test_deferred.py")
    assert found() == ["loaded"]
    assert loader.calls == 3
    assert [line["phase"] for line in said(capsys)] == ["first_use"]


def test_an_import_that_failed_is_tried_again(made: Make, tmp_path: Path) -> None:
    """The error names the line of the module that raised it."""
    name = made("raise ImportError('not yet')\n")
    found = deferred.module(name)

    for _ in range(2):
        with pytest.raises(ImportError, match="not yet") as raised:
            _ = found.LATER
        assert traceback.extract_tb(raised.value.__traceback__)[-1].filename == str(tmp_path / f"{name}.py")
    (tmp_path / f"{name}.py").write_text("LATER = 'now, and longer than before'\n", encoding="utf-8")
    assert found.LATER.startswith("now")


def test_a_module_that_is_used_while_it_is_imported_is_what_import_gives(made: Make) -> None:
    """A circle ends as it does with `import`; the module is not taken for loaded before it is."""
    name = made("import sys\nEARLY = 1\nSEEN = sys.modules['warmgate_ready.deferred'].module(__name__).EARLY\n")
    found = deferred.module(name)

    assert (found.SEEN, found.EARLY) == (1, 1)


def test_a_loader_that_uses_its_own_value_is_told() -> None:
    """Instead of waiting for itself for ever."""
    cells: list[deferred.Value[object]] = []

    def load() -> object:
        return cells[0]()

    cells.append(deferred.value(load, name="circle"))

    with pytest.raises(RuntimeError, match="the loader of circle uses circle itself"):
        cells[0]()


def test_a_started_value_loads_beside_the_init(capsys: pytest.CaptureFixture[str]) -> None:
    """Its use waits for the rest; `join` waits for what was to be done by the end of init, and for no other."""
    slow = Counted(slow_s=0.2)
    found = deferred.value(slow, start=True, name="slow")
    late = deferred.value(Counted(slow_s=0.2), start=True, join="first_use", name="late")
    began = time.perf_counter()
    warmgate_ready.join()
    joined_s = time.perf_counter() - began

    assert 0.1 < joined_s < 0.39
    assert found() == late() == ["loaded"]
    assert slow.calls == 1
    assert sorted(line["name"] for line in said(capsys)) == ["late", "slow"]


def test_a_background_failure_is_tried_again_at_first_use(capsys: pytest.CaptureFixture[str]) -> None:
    """It ends no thread with a traceback, and is in the log."""
    found = deferred.value(Counted(failures=1), start=True, name="rates")
    warmgate_ready.join()

    assert found() == ["loaded"]
    assert said(capsys) == [
        {"name": "rates", "phase": "background", "error": "OSError"},
        {"name": "rates", "phase": "first_use"},
    ]


@pytest.mark.parametrize(
    ("kind", "asked", "is_eager"),
    [
        ("on-demand", "", False),
        ("provisioned-concurrency", "", True),
        ("snap-start", "", True),
        ("lambda-managed-instances", "", True),
        ("on-demand", "eager", True),
        ("on-demand", " Eager ", True),
        ("provisioned-concurrency", "lazy", False),
        ("provisioned-concurrency", "sometimes", True),
    ],
)
def test_where_no_caller_waits_everything_loads_in_init(
    kind: str,
    asked: str,
    is_eager: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    made: Make,
) -> None:
    """By how Lambda initialises; WARMGATE_READY overrides that."""
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", kind)
    monkeypatch.setenv("WARMGATE_READY", asked)
    loader, name = Counted(), made("")
    deferred.value(loader, name="rates", start=False)
    deferred.module(name)

    assert loader.calls == int(is_eager)
    assert (name in sys.modules) is is_eager
    assert said(capsys) == ([{"name": "rates", "phase": "init"}, {"name": name, "phase": "init"}] if is_eager else [])


def test_what_fails_in_init_fails_where_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """An init of provisioned concurrency is not ended by a value that on demand only one call in ten would miss."""
    monkeypatch.setenv("WARMGATE_READY", "eager")
    missing = deferred.module("no_module_has_this_name")
    late = deferred.value(Counted(failures=1))

    assert late() == ["loaded"]
    with pytest.raises(ModuleNotFoundError, match="no_module_has_this_name"):
        missing.anything()


def test_what_grows_old_is_loaded_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many seconds of the wall clock; in between it is the same."""
    now = [1000.0]
    monkeypatch.setattr("warmgate_ready.deferred.time.time", lambda: now[0])
    loader = Counted()
    found = deferred.value(loader, refresh_after=60.0)
    first = found()
    now[0] += 59.0
    same = found()
    now[0] += 2.0

    assert same is first
    assert found() is not first
    assert loader.calls == 2


def test_ready_loads_all_and_raises_the_first_error_after_that() -> None:
    """What comes behind the one that failed is loaded too."""
    bad, good = Counted(failures=1), Counted()
    deferred.value(bad)
    deferred.value(good)

    with pytest.raises(OSError, match="failure 1"):
        warmgate_ready.ready()
    assert good.calls == 1
    warmgate_ready.ready()
    assert (bad.calls, good.calls) == (2, 1)


@pytest.mark.parametrize("hooks", [True, False])
def test_a_copy_of_a_snapshot_gets_a_value_of_its_own(hooks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the runtime's hooks; without them the value stays unloaded until its first use, which is after the restore."""
    registered: list[Callable[[], None]] = []
    runtime = ModuleType("snapshot_restore_py")
    vars(runtime)["register_after_restore"] = registered.append
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", runtime if hooks else None)
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    own, shared = Counted(), Counted()
    found = deferred.value(own, renew_after_restore=True)
    deferred.value(shared)
    before = own.calls
    for hook in registered:
        hook()

    assert (before, own.calls) == ((1, 2) if hooks else (0, 0))
    assert found() == ["loaded"]
    assert own.calls == (2 if hooks else 1)
    assert shared.calls == 1


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_process_loads_what_its_parent_was_loading() -> None:
    """The thread that held the lock is not in the child, and the lock must not be held there for ever."""
    begun, go_on = threading.Event(), threading.Event()

    def load() -> str:
        if os.getpid() == parent:
            begun.set()
            go_on.wait(10)
            return "parent"
        return "child"

    parent = os.getpid()
    found = deferred.value(load, start=True, join="first_use")
    begun.wait(10)
    child = os.fork()
    if child == 0:
        try:
            os._exit(7 if found() == "child" else 1)
        finally:
            os._exit(2)
    deadline = time.monotonic() + 10
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < deadline:
        time.sleep(0.01)
    if ended == (0, 0):
        os.kill(child, 9)
        os.waitpid(child, 0)
    go_on.set()

    assert os.waitstatus_to_exitcode(ended[1]) == 7
    assert found() == "parent"


def test_a_value_is_pickled_as_what_it_is_made_of() -> None:
    """A copy loads for itself: neither lock nor connection travels."""
    found = deferred.value(_loads, refresh_after=5.0, name="rates")
    again = pickle.loads(pickle.dumps(found))

    assert again() == found() == "text"
    assert repr(again) == "<deferred value 'rates'>"
    assert isinstance(again, deferred.Value)


def _loads() -> str:
    return "text"


def test_the_log_can_be_turned_off(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """By WARMGATE_READY_LOG=0."""
    monkeypatch.setenv("WARMGATE_READY_LOG", "0")
    deferred.value(Counted())()

    assert capsys.readouterr().out == ""


def test_a_join_that_is_none_is_refused() -> None:
    """With what was found and what is expected."""
    with pytest.raises(ValueError, match="join: found 'later', expected init_end or first_use"):
        deferred.value(Counted(), join="later")  # type: ignore[arg-type]


@pytest.mark.parametrize("path", sorted(SOURCE.glob("*.py")), ids=lambda path: path.name)
def test_the_source_is_that_of_python_3_9(path: Path) -> None:
    """Functions on it still run; and no file has two hundred lines of code, for each is read in every cold start."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 9))
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
    told = {line for node in texts for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    lines = enumerate(source.splitlines(), start=1)

    assert sum(bool(text.strip()) and number not in told for number, text in lines) < 200


def test_it_needs_nothing_but_the_standard_library() -> None:
    """Whoever packs it packs nothing else."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in SOURCE.glob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    found |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}

    assert {name.partition(".")[0] for name in found} <= {*sys.stdlib_module_names, "warmgate_ready"}


@pytest.mark.slow
@pytest.mark.parametrize("version", [each for each in OTHERS if interpreter(each)])
def test_it_keeps_its_promises_on_other_pythons(version: str) -> None:
    """One load under threads, errors that are not kept, pickling, a start that is joined, and a ping."""
    done = subprocess.run(
        [str(interpreter(version)), "-W", "error", "-c", PROMISES],
        env={**os.environ, "PYTHONPATH": str(SOURCE.parent), "WARMGATE_READY_LOG": "0"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "kept\n"), done.stderr


@pytest.mark.slow
def test_types_are_known_to_a_checker(tmp_path: Path) -> None:
    """A value has its loader's type, and a module the real one's where it is imported for the checker alone."""
    (tmp_path / "handler.py").write_text(
        "from typing import TYPE_CHECKING\n"
        "from warmgate_ready import deferred, warmable\n"
        "if TYPE_CHECKING:\n    import statistics\nelse:\n    statistics = deferred.module('statistics')\n"
        "rates = deferred.value(lambda: {'EUR': 1.0}, start=True)\n"
        "reveal_type(rates())\n"
        "reveal_type(statistics.mean([1.0]))\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file", "", "handler.py"],
        cwd=tmp_path, env={**os.environ, "MYPYPATH": str(SOURCE.parent)}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert 'handler.py:8: note: Revealed type is "dict[str, float]"' in done.stdout.replace("builtins.", "")
    assert "float" in done.stdout.splitlines()[1]
    assert done.returncode == 0, done.stdout
