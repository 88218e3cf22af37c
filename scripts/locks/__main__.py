"""`python -m locks`: bring requirements/metadata.json in line with the lock files, and ask only for what is missing."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping

from packaging.utils import canonicalize_name

from locks.asking import AskingError, ask
from locks.files import LOCKS, MACHINES, counted, pins, project, roots
from locks.releases import FILE, Release, parse_releases, render_releases
from locks.targets import Target


def main() -> int:
    """Complete the file and return the exit code."""
    releases = parse_releases(FILE.read_text()) if FILE.exists() else {}
    try:
        while complete(releases):
            pass
    except AskingError as error:
        print(f"{FILE.name}: {error}", file=sys.stderr)
        return 1
    FILE.write_text(render_releases({name: releases[name] for name in counted()}))
    return 0


def complete(releases: dict[str, Release]) -> bool:
    """Ask for what is missing and return whether anything was: an answer may ask for an extra of another release."""
    extras, asked = wanted_extras(releases), False
    for lock, target in MACHINES:
        missing = [pin for pin in pins(lock, target) if not _known(releases.get(pin.release), target, extras[pin.name])]
        for name, release in (ask(target, missing, extras) if missing else {}).items():
            releases[name] = release.joined(releases.get(name, release))
            asked = True
    return asked


def wanted_extras(releases: Mapping[str, Release]) -> defaultdict[str, frozenset[str]]:
    """Return the extras that anybody asks for, by package."""
    found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for requirement in (
        *(root for lock in LOCKS for root in roots(lock)),
        *project(),
        *(requirement for release in releases.values() for requirement in release.requirements()),
    ):
        found[canonicalize_name(requirement.name)] |= {canonicalize_name(extra) for extra in requirement.extras}
    return found


def _known(release: Release | None, target: Target, extras: frozenset[str]) -> bool:
    return release is not None and release.extras >= extras and any(map(target.takes, release.wheels))


if __name__ == "__main__":
    sys.exit(main())
