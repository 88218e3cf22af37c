"""What would keep a release from beginning, found out by reading alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from warmgate.errors import FunctionLookupError
from warmgate.fleets.beginning import unfit
from warmgate.model.fleet import Release
from warmgate.ports.functions import Aliases, Functions


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is known of a release before it begins."""

    release: Release
    serves: str = ""
    """The version that the alias serves now, empty where it could not be read."""
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """Looks at releases."""

    aliases: Aliases
    functions: Functions

    def check(self, release: Release) -> Checked:
        """Return what is known of a release; it raises nothing."""
        try:
            alias = self.aliases.read(release.target)
        except FunctionLookupError as error:
            return Checked(release=release, faults=(error.message,))
        if alias.serves_alone(release.version):
            return Checked(release=release, serves=alias.version)
        faults = tuple(filter(None, (unfit(release, alias), *self._version_faults(release))))
        return Checked(release=release, serves=str(alias).removeprefix("version "), faults=faults)

    def _version_faults(self, release: Release) -> Iterator[str]:
        try:
            self.functions.version(release.function, release.version)
        except FunctionLookupError as error:
            yield f"{release.key}: version {release.version} was not found: {error.message}"
