"""The line that an import goes back to, through packages, for Python and for Node.js."""

from __future__ import annotations

import pytest

from support.cold_imports import PLACES, Module, cold, said
from warmgate_ops.cold_starts.importing.attribution import Importer, late_modules, shares_of, with_line
from warmgate_ops.cold_starts.importing.origins import Kind, Origin
from warmgate_ops.cold_starts.importing.records import ColdStart, cold_start

NOTHING: frozenset[str] = frozenset()
HEAVY = Origin(Kind.PACKAGE, "heavy")


def importer_of(made: ColdStart, origin: Origin, there: frozenset[str] = NOTHING) -> Importer | None:
    """Return who imports an origin."""
    return shares_of(made, PLACES, there)[origin].importer


def test_the_line_of_own_code_is_named() -> None:
    """By the file, from the function's folder."""
    heavy = Module(name="heavy", path="/var/task/heavy/__init__.py", line=7)
    part = Module(name="app.part", path="/var/task/app/part.py", line=2, inside=[heavy])
    made = cold(Module(name="app", path="/var/task/app/__init__.py", inside=[part]), init_ms=10)

    assert importer_of(made, HEAVY) == Importer(file="app/part.py", line=7)


def test_an_import_through_a_package_names_both() -> None:
    """What both versions have imports the new one: the line is where own code imports the first."""
    heavy = Module(name="heavy", path="/var/task/heavy/__init__.py", line=12)
    other = Module(name="other", path="/var/task/other/__init__.py", line=4, inside=[heavy])
    made = cold(Module(name="app", path="/var/task/app.py", inside=[other]), init_ms=10)

    found = importer_of(made, HEAVY, frozenset({"other"}))

    assert found == Importer(file="app.py", line=4, via="other")


def test_a_function_of_a_package_that_imports_at_module_level_names_the_calling_line() -> None:
    """A client that is made at module level loads more of its package: the line is the client's."""
    heavy = Module(name="heavy.more", path="/var/task/heavy/more.py", by="heavy", line=9)
    app = Module(name="app", path="/var/task/app.py", inside=[heavy])

    assert importer_of(cold(app, init_ms=10), HEAVY) == Importer(file="app.py", line=9, via="heavy")


def test_an_import_in_a_thread_names_the_line_of_its_function() -> None:
    """It is nested in no module."""
    heavy = Module(name="heavy", path="/var/task/heavy/__init__.py", thread=True, by="app", line=5, at=11)
    made = cold(Module(name="app", path="/var/task/app.py", own=50, waited=40), heavy, init_ms=70)

    assert importer_of(made, HEAVY) == Importer(file="app.py", line=5)


def test_es_modules_go_back_to_the_file_that_imports_them() -> None:
    """They are nested in none; the line is found by what the file calls the package."""
    dep, entry = "/var/task/node_modules/heavy/index.js", "/var/task/app.mjs"
    inner = Module(name="x", path="/var/task/node_modules/heavy/x.js", own=3, by=dep, specifier="./x.js")
    outer = Module(name=dep, path=dep, own=30, by=entry, specifier="heavy")
    own = Module(name=entry, path=entry, own=2, by="/var/rapid/runtime.mjs", specifier="./app.mjs")
    made = cold_start(80.0, [said(inner, outer, own, began_ms=1, ready_ms=60)], "app.handler")

    shares = shares_of(made, PLACES, NOTHING)

    assert shares[HEAVY].ms == pytest.approx(33)
    assert shares[Origin(Kind.LINKING, "")].ms == pytest.approx(59 - 35)
    found = shares[HEAVY].importer
    assert found == Importer(file="app.mjs", line=0, specifier="heavy")
    text = 'import fs from "node:fs";\nimport { b } from "heavy";\n'
    assert with_line(found, "heavy", lambda _: text, {}).line == 2


def test_a_common_js_package_that_an_es_module_imports_is_found_in_the_texts() -> None:
    """Nobody says who asked for it: the first own file that names it does."""
    unknown = Importer(file="", line=0)
    own = {"lib/a.mjs": "export const a = 1;\n", "lib/b.mjs": "\nimport heavy from 'heavy';\n"}

    assert with_line(unknown, "heavy", lambda _: "", own) == Importer(file="lib/b.mjs", line=2)
    assert with_line(unknown, "unnamed", lambda _: "", own) == unknown
    known = Importer(file="app.py", line=3)
    assert with_line(known, "heavy", lambda _: "", own) is known


def test_es_modules_that_import_each_other_have_an_end() -> None:
    """A circle is walked once."""
    one, two = "/var/task/node_modules/heavy/one.js", "/var/task/node_modules/heavy/two.js"
    modules = [Module(name=one, path=one, by=two), Module(name=two, path=two, by=one)]
    made = cold_start(80.0, [said(*modules, began_ms=1, ready_ms=60)], "app.handler")

    assert shares_of(made, PLACES, NOTHING)[HEAVY].ms == pytest.approx(2)


def test_what_a_call_imports_is_told_by_package() -> None:
    """Most time first, with what comes along."""
    heavy = Module(name="heavy", path="/var/task/heavy/__init__.py", own=30, inside=[Module(name="json", own=5)])
    lines = [said(Module(name="app", path="/var/task/app.py")), said(heavy, Module(name="csv", own=2), first=1)]

    found = late_modules(cold_start(50.0, lines, "app.handler"), PLACES)

    assert [origin.unit for origin, _ in found] == ["heavy", "csv"]
    assert [ms for _, ms in found] == pytest.approx([35, 2])
