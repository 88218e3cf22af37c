"""Two versions become a table: the culprit leads, parts add up to the inits' difference, and noise is not told."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from support.cold_imports import PLACES, Module, cold
from warmgate_ops.cold_starts.importing.differences import Change, Table, faster_half, table_of
from warmgate_ops.cold_starts.importing.origins import Kind, Origin
from warmgate_ops.cold_starts.importing.records import ColdStart

HEAVY = Module(name="heavy", path="/var/task/heavy/__init__.py", own=2, line=3)
MORE = Module(name="heavy.more", path="/var/task/heavy/more.py", own=70, line=1)
OTHER = Module(name="other", path="/var/task/other/__init__.py", own=20, line=2)
PARSER = Module(name="xml.dom", path="/var/lang/lib/xml/dom.py", own=8, line=2)
JSON = Module(name="json", path="/var/lang/lib/json/__init__.py", own=5, line=1)


def colds(*inside: Module, own: float = 4, count: int = 11, seed: int = 1, rest: float = 40) -> list[ColdStart]:
    """Return cold starts of a handler that imports some modules, each time a little different."""
    random = Random(seed)

    def noisy(module: Module, factor: float) -> Module:
        own = module.own * factor * random.uniform(0.97, 1.03)
        return replace(module, own=own, inside=[noisy(each, factor) for each in module.inside])

    found = []
    for _ in range(count):
        app = noisy(Module(name="app", path="/var/task/app.py", own=own, inside=inside), random.uniform(0.95, 1.05))
        made = cold(app, init_ms=0)
        whole = sum(each.self_ms for each in made.modules) + rest * random.uniform(0.9, 1.1)
        found.append(ColdStart(init_ms=whole, modules=made.modules, lines={}))
    return found


def table(old: list[ColdStart], new: list[ColdStart]) -> Table:
    """Return how two versions differ, and see that it adds up."""
    found = table_of(old, new, PLACES, PLACES)
    parts = sum(row.difference_ms for row in found.told) + found.others_ms + found.runtime_ms
    assert parts == pytest.approx(found.difference_ms)
    return found


def heavy(*inside: Module) -> Module:
    """Return the heavy package with what it imports."""
    return replace(HEAVY, inside=inside)


@pytest.mark.parametrize(
    ("old", "new", "change", "leader", "ms"),
    [
        ([JSON], [JSON, heavy(MORE, OTHER, PARSER)], Change.NEW, "heavy", 100),
        ([JSON, heavy(MORE, OTHER)], [JSON], Change.GONE, "heavy", -92),
        ([JSON, OTHER], [JSON, Module(name="other", path=OTHER.path, own=90)], Change.SLOWER, "other", 70),
        ([JSON, Module(name="other", path=OTHER.path, own=90)], [JSON, OTHER], Change.FASTER, "other", -70),
    ],
)
def test_the_culprit_leads(old: list[Module], new: list[Module], change: Change, leader: str, ms: float) -> None:
    """With all that came, or went, with it; what both versions import is not in it."""
    first, *rest = table(colds(*old), colds(*new, seed=2)).told

    assert (first.change, first.origin) == (change, Origin(Kind.PACKAGE, leader))
    assert first.difference_ms == pytest.approx(ms, rel=0.1)
    assert rest == []


def test_what_comes_with_a_new_package_is_named_by_its_time() -> None:
    """And not by a row of its own: it goes with the import."""
    first = table(colds(JSON), colds(JSON, heavy(MORE, OTHER, PARSER), seed=2)).told[0]

    assert [each.unit for each in first.carried] == ["other", "xml"]


def test_what_both_versions_import_is_nobodys_luggage() -> None:
    """The new package is the first to import it now, but without the package it would be imported all the same."""
    rows = table(colds(OTHER), colds(heavy(MORE, OTHER), seed=2)).told

    assert [(row.origin.unit, round(row.difference_ms, -1)) for row in rows] == [("heavy", 70)]


def test_own_code_that_does_more_leads_as_own_code() -> None:
    """What it imports stays with the packages."""
    first = table(colds(JSON, OTHER), colds(JSON, OTHER, own=80, seed=2)).told[0]

    assert (first.origin, first.change) == (Origin(Kind.OWN, "app"), Change.SLOWER)


def test_a_new_module_of_own_code_has_its_imports_beside_it() -> None:
    """Own code carries nothing: which of its imports can be left out is what is asked."""
    part = Module(name="app_part", path="/var/task/app_part.py", own=30, line=1, inside=[heavy(MORE)])
    rows = table(colds(JSON), colds(JSON, part, seed=2)).told

    assert [row.origin.unit for row in rows] == ["heavy", "app_part"]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("count", [3, 5, 11])
def test_of_equal_versions_nothing_is_told(seed: int, count: int) -> None:
    """Two builds of the same package differ by noise alone."""
    modules = (JSON, OTHER, heavy(MORE))
    found = table(colds(*modules, count=count, seed=seed), colds(*modules, count=count, seed=seed + 100))

    assert found.told == ()
    assert not found.is_slower or found.over_noise


def test_a_busy_machine_is_no_difference() -> None:
    """Every cold start of a version takes between one and three times as long: nothing can be told."""
    slowed = [
        [ColdStart(init_ms=each.init_ms * by, modules=each.modules) for each, by in zip(made, FACTORS, strict=True)]
        for made in (colds(JSON), colds(JSON, seed=2))
    ]

    found = table_of(slowed[0], slowed[1][::-1], PLACES, PLACES)

    assert (found.told, found.over_noise, found.is_slower) == ((), False, False)


FACTORS = (1.0, 2.9, 1.4, 2.2, 1.1, 3.0, 1.7, 2.5, 1.2, 1.9, 2.7)


def test_one_version_alone_is_shown_whole() -> None:
    """Every package that it imports itself is a row with its share."""
    found = table([], colds(JSON, heavy(MORE, OTHER)))

    assert [row.origin.unit for row in found.told] == ["heavy", "json", "app"]
    assert found.old_init.each == ()


@pytest.mark.parametrize(("count", "kept"), [(1, 1), (2, 1), (3, 2), (5, 3), (11, 6), (12, 6)])
def test_figures_come_from_the_faster_half(count: int, kept: int) -> None:
    """What else a machine does makes cold starts slower, never faster."""
    assert faster_half([float(100 - number) for number in range(count)]) == tuple(range(count - kept, count))


def test_no_cold_starts_have_no_half() -> None:
    """As where there is no old version."""
    assert faster_half([]) == ()


def test_a_module_that_is_not_found_is_its_importers_time() -> None:
    """An optional dependency that is looked for in vain takes time, and has no package."""
    missing = Module(name="fast_yaml", path="", own=30, failed=True, line=1)
    slower = replace(OTHER, inside=[missing])
    rows = table(colds(OTHER), colds(slower, seed=2)).told

    assert [(row.origin.unit, row.change) for row in rows] == [("other", Change.SLOWER)]
