"""Where in a document a value stands, and what is said when it is wrong there."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from itertools import islice
from typing import Any, NamedTuple

from warmgate.documents.nodes import Node
from warmgate.documents.scalars import described, shown
from warmgate.errors import Fault, PolicyError

LoadFile = Callable[[str], str]
"""Returns the text of a file of the policy's folder; raises OSError, ValueError or WarmgateError."""
LONGEST_WORD, MOST_KNOWN = 100, 100
"""What is compared to find a misspelt word: the words may be somebody's keys, as long and as many as they like."""


class Place(NamedTuple):
    """The path to a value, the document it stands in, and how files named there are read."""

    source: str
    path: str = ""
    load_file: LoadFile | None = None

    def key(self, name: str) -> Place:
        """Return the place of a key of the mapping that stands here."""
        return Place(self.source, f"{self.path}.{shown(name)}" if self.path else shown(name), self.load_file)

    def item(self, index: int) -> Place:
        """Return the place of an item of the list that stands here."""
        return Place(self.source, f"{self.path}[{index}]", self.load_file)

    def step(self, step: str | int) -> Place:
        """Return the place of a key or of an item."""
        return self.key(step) if isinstance(step, str) else self.item(step)

    def fault(self, line: int | None, *, found: str, expected: str, fix: str) -> Fault:
        """Return a fault at this place."""
        path = self.path or "document"
        return Fault(source=self.source, line=line, path=path, found=found, expected=expected, fix=fix)

    def fault_of(self, node: Node, expected: str, fix: str) -> Fault:
        """Return the fault of a whole value that is not what was expected here."""
        return self.fault(node.line, found=described(node), expected=expected, fix=fix)


class Gathering:
    """The values of a mapping or list that could be read, and the faults of those that could not."""

    def __init__(self) -> None:
        self.values: dict[Any, Any] = {}
        self.broken: set[Any] = set()
        self.faults: list[Fault] = []

    def take(self, key: Hashable, read: Callable[[Node, Place], Any], node: Node, at: Place) -> None:
        """Keep what `read` makes of a node under `key`, or the faults it raises."""
        try:
            self.values[key] = read(node, at)
        except PolicyError as error:
            self.broken.add(key)
            self.faults.extend(error.faults)

    def add(self, *faults: Fault) -> None:
        """Keep further faults."""
        self.faults.extend(faults)

    def settle(self) -> None:
        """Raise every fault gathered, if there is one."""
        if self.faults:
            raise PolicyError(*self.faults)


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """Return the other word that a misspelt one most likely means.

    Args:
        word: what was written.
        known: what may have been meant.
        likeness: from 0 to 1, what two words must share at least.
    """
    import difflib  # only a faulty document needs it, and a hook's cold start should not pay for that

    others = [other for other in islice(known, MOST_KNOWN) if other != word and len(other) <= LONGEST_WORD]
    found = difflib.get_close_matches(word[:LONGEST_WORD].lower(), others, n=1, cutoff=likeness)
    return found[0] if found else None
