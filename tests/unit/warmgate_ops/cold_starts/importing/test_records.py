"""What a process wrote becomes a cold start: its phases, who brought whom, and times that add up."""

from __future__ import annotations

import pytest

from support.cold_imports import Module, cold, said
from warmgate_ops.cold_starts.importing.records import Phase, cold_start

CLIENT = Module(name="awslambdaric", path="/var/runtime/awslambdaric/__init__.py", own=5)


def test_init_begins_with_the_handlers_module() -> None:
    """What was loaded before is the runtime's, and what is loaded once a call has come is the call's."""
    app = Module(name="app", path="/var/task/app.py", inside=[Module(name="json", line=1)])
    late = said(app, first=3).replace('"app"', '"lazy"')
    found = cold_start(50.0, ["other output", said(CLIENT, app), late], "app.handler")

    phases = {each.name: each.phase for each in found.modules}
    assert phases == {"awslambdaric": Phase.RUNTIME, "app": Phase.INIT, "json": Phase.CALL, "lazy": Phase.CALL}
    assert [each.phase for each in found.modules if each.name == "json"] == [Phase.INIT, Phase.CALL]


@pytest.mark.parametrize("handler", ["app.handler", "package/app.handler", "package.app.handler"])
def test_a_handler_may_lie_in_a_package(handler: str) -> None:
    """Its module is named with dots, whatever the handler is written with."""
    name = handler.removesuffix(".handler").replace("/", ".")
    found = cold_start(50.0, [said(CLIENT, Module(name=name, path="/var/task/app.py"))], handler)

    assert [each.phase for each in found.modules] == [Phase.RUNTIME, Phase.INIT]


def test_a_process_that_recorded_nothing_has_no_modules() -> None:
    """Its init is known all the same."""
    found = cold_start(50.0, ["hello"], "app.handler")

    assert (found.init_ms, found.modules) == (50.0, ())


def test_a_wait_for_a_thread_is_the_time_of_what_the_thread_imports() -> None:
    """The main thread waits 90 of 100 ms while another one imports for 80: together it is still 100 ms."""
    heavy = Module(name="heavy", own=80, thread=True, at=15, by="app", line=3)
    found = cold(Module(name="app", path="/var/task/app.py", own=100, waited=90), heavy, init_ms=140)

    times = {each.name: each.self_ms for each in found.modules}
    assert times == pytest.approx({"app": 20, "heavy": 80})


def test_what_a_thread_imports_beside_a_busy_main_thread_is_no_time_of_init() -> None:
    """The main thread never waits: the init takes as long as without the thread."""
    heavy = Module(name="heavy", own=80, thread=True, at=15, by="app", line=3)
    found = cold(Module(name="app", path="/var/task/app.py", own=100), heavy, init_ms=140)

    times = {each.name: each.self_ms for each in found.modules}
    assert times == pytest.approx({"app": 100, "heavy": 0})


def test_two_threads_share_the_time_that_passed() -> None:
    """Both import for 80 ms side by side, and the main thread waits for 80 ms, not for 160."""
    threads = [Module(name=name, own=80, thread=True, at=15, by="app") for name in ("one", "two")]
    found = cold(Module(name="app", path="/var/task/app.py", own=100, waited=80), *threads, init_ms=140)

    assert sum(each.self_ms for each in found.modules) == pytest.approx(100)
    assert {each.name: each.self_ms for each in found.modules} == pytest.approx({"app": 20, "one": 40, "two": 40})


def test_a_disk_that_is_waited_for_is_nobody_elses() -> None:
    """Without a thread, waiting stays with the module that waits."""
    found = cold(Module(name="app", path="/var/task/app.py", own=100, waited=90), init_ms=140)

    assert found.modules[0].self_ms == 100


def test_es_modules_that_are_being_linked_belong_to_none_of_them() -> None:
    """Node.js finds and links a whole graph before it runs any module of it."""
    entry = Module(name="file:///var/task/app.mjs", path="file:///var/task/app.mjs", own=20, at=50)
    found = cold_start(100.0, [said(entry, began_ms=30, ready_ms=80)], "app.handler")

    assert found.linked_ms == pytest.approx(30)
    assert found.modules[0].path == "/var/task/app.mjs"
