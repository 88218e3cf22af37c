"""What may go wrong with a snapshot that many environments begin from; no advice of SnapStart goes without it."""

from __future__ import annotations

from warmgate_ops.cold_starts.advising.function import Function
from warmgate_ops.cold_starts.advising.package.contents import Inspected
from warmgate_ops.cold_starts.advising.package.lint import AtImport, Kind
from warmgate_ops.cold_starts.advising.wording import counted

FROZEN = (Kind.UNIQUE, Kind.SEED, Kind.CREDENTIALS, Kind.CONNECTION, Kind.TIME)
GENERAL = (
    "uniqueness: ids, tokens and keys made at import are the same in every restored environment",
    "random seeds: generators seeded at import draw the same numbers everywhere",
    "connections: sockets opened at import are closed by the other end; connect at use or after the restore",
    "temporary credentials, dates and cached data read at import are as old as the snapshot",
)


def frozen_in(function: Function) -> tuple[AtImport, ...]:
    """Return what a function's own modules do at import that a snapshot would freeze; nothing where nobody looked."""
    return function.package.of(*FROZEN) if isinstance(function.package, Inspected) else ()


def hazards_of(function: Function) -> tuple[str, ...]:
    """Return the hazards that are always told, and the places in this function's own code where they were found."""
    package = function.package
    if not isinstance(package, Inspected):
        return (*GENERAL, "its own code was not looked at: --inspect-package reads Python sources")
    if not package.is_python:
        return (*GENERAL, "its own code was not looked at: only Python sources are read")
    found = tuple(str(each) for each in package.of(*FROZEN))
    libraries = f"; {package.in_libraries} more in libraries, not listed" if package.in_libraries else ""
    said = f"{counted(len(found), 'place')} found in its own code{libraries}; what is made by other calls is not seen"
    return (*GENERAL, said, *found)
