"""Where in a policy a key stands: what is written in one section may belong to another."""

from __future__ import annotations

import re
from collections.abc import Iterator

from warmgate.policy.kinds import Kind
from warmgate.policy.percentiles import PERCENTILE, OnePercentile, Percentiles
from warmgate.policy.sections import Listed, Section

_MOST, _LONGEST = 3, 40


def home_fix(path: str, key: str) -> str | None:
    """Return where to move a key that is unknown where it was found; None where no section has it.

    Args:
        path: of the section where it was found: what stands below that is nearer than any other.
        key: as it is written.
    """
    from warmgate.policy.spec import POLICY  # the table is made of what asks for this

    homes = list(_homes(POLICY, "", key)) if len(key) <= _LONGEST else []
    if not homes:
        return None
    if "" in homes:
        return "move it to the left: it is a key of the policy itself"
    here = re.sub(r"\[[0-9]+\]", "", path)
    below = [home for home in homes if here and home.startswith(f"{here}.")]
    named = [f"`{home}:`" for home in (below or homes)[:_MOST]]
    return f"move it below {' or '.join(filter(None, [', '.join(named[:-1]), named[-1]]))}"


def _homes(kind: Kind, path: str, key: str) -> Iterator[str]:
    """Yield the paths of the sections that have a key, those nearest to the root first."""
    if isinstance(kind, Listed):
        yield from _homes(kind.item, path, key)
    elif isinstance(kind, Percentiles | OnePercentile):
        if re.fullmatch(PERCENTILE, key):
            yield path
    elif isinstance(kind, Section):
        if any(each.name == key for each in kind.keys):
            yield path
        for each in kind.keys:
            yield from _homes(each.kind, f"{path}.{each.name}" if path else each.name, key)
