"""The text of a fleet file becomes a `Fleet`, or a FleetError with every fault in it."""

from __future__ import annotations

from typing import Any

from warmgate.documents.nodes import Node, line_of
from warmgate.documents.place import Place
from warmgate.documents.text import read_yaml
from warmgate.errors import Fault, FleetError, PolicyError
from warmgate.fleets.spec import FLEET, SHARED
from warmgate.model.fleet import Fleet, Release

NEEDED = ("alias", "application", "deployment_group")
NAMES = ("application", "deployment_group")
"""In which `{function}` stands for the function."""


def parse_fleet(text: str, source: str) -> Fleet:
    """Return the fleet in a YAML or JSON text, with `source` as its name in faults.

    Raises:
        FleetError: every fault of the document, in the order of its lines.
    """
    try:
        document = read_yaml(text, source, expected="a fleet", fix="begin with `fleet: NAME`")
    except PolicyError as error:
        raise FleetError(*error.faults) from error
    faults, place = document.faults, Place(source)
    try:
        found: dict[str, Any] = FLEET.read(document.root, place)
    except PolicyError as error:
        faults += error.faults
    else:
        fleet, lacking = _built(found, document.root, place)
        faults += lacking
    if faults:
        raise FleetError(*sorted(faults, key=lambda fault: fault.line or 0))
    return fleet


def _built(found: dict[str, Any], root: Node, at: Place) -> tuple[Fleet, tuple[Fault, ...]]:
    """Return the fleet with what its releases share written out, and the faults of those that lack something."""
    shared = {key: found.pop(key) for key in SHARED if key in found}
    faults: list[Fault] = []
    first: dict[str, str] = {}
    waves = []
    for number, wave in enumerate(found.pop("waves")):
        releases = []
        for place, written in enumerate(wave):
            where = at.key("waves").item(number).item(place)
            line = line_of(root, ("waves", number, place))
            fields = {**shared, **written}
            lacking = [key for key in NEEDED if not fields.get(key)]
            faults += [_lacking(where, line, key) for key in lacking]
            release = Release(**{**dict.fromkeys(NEEDED, "?"), **_named(fields)})
            if release.key in first and not lacking:
                faults.append(_twice(where, line, release.key, first[release.key]))
            first.setdefault(release.key, where.path)
            releases.append(release)
        waves.append(tuple(releases))
    return Fleet(waves=tuple(waves), **found), tuple(faults)


def _named(fields: dict[str, Any]) -> dict[str, Any]:
    names = {key: fields[key].replace("{function}", fields["function"]) for key in NAMES if key in fields}
    return {**fields, **names}


def _lacking(where: Place, line: int, key: str) -> Fault:
    fix = f"write `{key}:` here, or at the top for every release"
    return where.key(key).fault(line, found="nothing", expected="a name", fix=fix)


def _twice(where: Place, line: int, key: str, first: str) -> Fault:
    return where.fault(
        line, found=f"{key} a second time", expected="each alias once in a fleet", fix=f"remove it, or {first}"
    )
