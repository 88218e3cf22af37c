"""Records every import of the process that it is started in, by any Python from 3.9 on: found as `sitecustomize`.

Whoever asks the runtime API for the first call ends the init: until then nothing is written, and after that one line.
"""

import _frozen_importlib as machinery
import _frozen_importlib_external as loaders
import os
import sys
from _thread import _local, get_ident
from time import perf_counter_ns, thread_time_ns

MARK = "\x1ewarmgate-imports "
"""As in `records.py`, which is not seen where this runs."""
IMPORTLIB = "<frozen importlib._bootstrap>"
"""A frame of this file passes for one of the import system's own, so that warnings and tracebacks stay as they are."""
NAME, PARENT, LINE, BY, BY_LINE, BEGAN, ENDED, CPU, THREAD, FAILED, CHILDREN, CHILDREN_CPU, PATH = range(13)
records: list = []
lines: dict = {}
mine = _local()
main_thread = get_ident()
loads = machinery._find_and_load_unlocked
told = [0, 0]
"""How many records were written, and when init ended."""


def record(name, import_):
    """Import a module as the import system does, and keep when, by whom, and how long."""
    try:
        stack = mine.stack
    except AttributeError:
        stack = mine.stack = []
    above = stack[-1] if stack else None
    by, by_line, line = importing(above[NAME] if above else "")
    kept = [name, above, line, by, by_line, 0, 0, 0, get_ident() != main_thread, True, 0, 0, ""]
    records.append(kept)
    stack.append(kept)
    kept[CPU], kept[BEGAN] = thread_time_ns(), perf_counter_ns()
    try:
        module = loads(name, import_)
        kept[FAILED] = False
    finally:
        kept[ENDED], kept[CPU] = perf_counter_ns(), thread_time_ns() - kept[CPU]
        stack.pop()
        if above:
            above[CHILDREN] += kept[ENDED] - kept[BEGAN]
            above[CHILDREN_CPU] += kept[CPU]
    if name == "awslambdaric.lambda_runtime_client":
        watch(module)
    return module


def importing(parent):
    """Return the importing module with its line, and the line at which the module that is being loaded stands."""
    frame = sys._getframe(2)
    while frame and is_importlib(frame.f_code.co_filename):
        frame = frame.f_back
    if frame is None:
        return "", 0, 0
    by, by_line = frame.f_globals.get("__name__") or "", frame.f_lineno
    while frame and frame.f_globals.get("__name__") != parent:
        frame = frame.f_back
    return by, by_line, frame.f_lineno if frame else 0


def is_importlib(path):
    """Return whether a frame is the import system's."""
    return path.startswith("<frozen importlib") or path.endswith("importlib/__init__.py")


def watch(client):
    """Write what was recorded once a call has come, and again before a call is answered."""
    runtime = client.LambdaRuntimeClient
    wait, answer, fail = (
        runtime.wait_next_invocation,
        runtime.post_invocation_result,
        runtime.post_invocation_error,
    )

    def wait_next_invocation(self):
        told[1] = told[1] or perf_counter_ns()
        call = wait(self)
        write()
        return call

    def before(way):
        def post(self, *arguments, **named):
            write()
            return way(self, *arguments, **named)

        return post

    runtime.wait_next_invocation = wait_next_invocation
    runtime.post_invocation_result, runtime.post_invocation_error = before(answer), before(fail)


def write():
    """Write the records that were not written before, as one line."""
    import json

    begin, told[0] = told[0], len(records)
    if begin == told[0] and begin:
        return
    place = {id(each): number for number, each in enumerate(records)}
    rows = []
    for each in records[begin:]:
        above = each[PARENT]
        path = path_of(each[NAME])
        rows.append(
            [
                each[NAME],
                -1 if above is None else place[id(above)],
                each[LINE],
                each[BY],
                each[BY_LINE],
                each[BEGAN] // 1000,
                each[ENDED] // 1000,
                (each[ENDED] - each[BEGAN] - each[CHILDREN]) // 1000,
                max(0, each[CPU] - each[CHILDREN_CPU]) // 1000,
                int(each[THREAD]),
                int(each[FAILED]),
                path,
            ]
        )
    body = {"first": begin, "ready": told[1] // 1000, "rows": rows, "lines": lines if begin == 0 else {}}
    text = "\n" + MARK + json.dumps(body, separators=(",", ":")) + "\n"
    data = text.encode("ascii")
    while data:
        data = data[os.write(1, data) :]


def path_of(name):
    """Return where a module was loaded from, a word such as `built-in` where it is no file."""
    spec = getattr(sys.modules.get(name), "__spec__", None)
    origin = getattr(spec, "origin", None)
    places = getattr(spec, "submodule_search_locations", None)
    return origin or next(iter(places or ()), "")


def time_statements(root):
    """Run each statement of the modules below a folder by itself, and keep how long each line took without imports."""
    import ast

    plain = loaders.SourceFileLoader.exec_module

    def exec_module(self, module):
        path, stack = self.path, getattr(mine, "stack", ())
        if not path.startswith(root) or not stack:
            plain(self, module)
            return
        tree = ast.parse(self.get_data(path), path)
        flags = sum(
            getattr(__import__("__future__"), each.name).compiler_flag
            for node in tree.body
            if isinstance(node, ast.ImportFrom) and node.module == "__future__"
            for each in node.names
        )
        steps = [
            (node.lineno, compile(ast.Module([node], []), path, "exec", flags, dont_inherit=True)) for node in tree.body
        ]
        taken = lines.setdefault(module.__name__, {})
        first = tree.body[0] if tree.body else None
        if isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str):
            module.__doc__ = first.value.value
        own = stack[-1]
        for line, code in steps:
            began, children = perf_counter_ns(), own[CHILDREN]
            exec(code, module.__dict__)
            taken[line] = taken.get(line, 0) + (perf_counter_ns() - began - own[CHILDREN] + children) // 1000

    loaders.SourceFileLoader.exec_module = exec_module


def begin():
    """Take the place of the import system's own function."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [each for each in sys.path if os.path.abspath(each) != here]
    for each in (record, importing):
        each.__code__ = each.__code__.replace(co_filename=IMPORTLIB)
    machinery._find_and_load_unlocked = record
    if os.environ.pop("WARMGATE_IMPORT_LINES", ""):
        time_statements(os.environ.get("LAMBDA_TASK_ROOT", "/var/task"))


begin()
