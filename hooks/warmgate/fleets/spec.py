"""The table of a fleet file's keys. The reader, the JSON Schema and the reference are made from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from warmgate.documents.nodes import ListNode, Node, ScalarNode
from warmgate.documents.place import Place
from warmgate.errors import PolicyError
from warmgate.model.fleet import OnRefusal
from warmgate.policy.kinds import Kind, Text, Whole, Word
from warmgate.policy.minutes import DAY, Minutes
from warmgate.policy.sections import Complaint, Key, Listed, Rule, Section

MOST = 500
"""Releases of a fleet: as many results as the state of a state machine holds."""
SHARED = ("alias", "application", "deployment_group", "config", "before", "after")
"""Keys that stand at the top for every release that has none of its own."""


class Keys(Section):
    """A mapping of a fleet file: what policies and other tools have there is no advice here."""

    __slots__ = ()

    def other_fix(self, at: Place, key: str) -> str | None:  # noqa: ARG002
        """Return nothing."""
        return None


class VersionNumber(Kind):
    """The number of a published version, with quotes or without."""

    __slots__ = ()

    @property
    def expected(self) -> str:
        """Return what it is."""
        return "the number of a published version"

    def read(self, node: Node, at: Place) -> str:
        """Return the number as text."""
        text = node.text if isinstance(node, ScalarNode) else ""
        if text.isascii() and text.isdigit() and not text.startswith("0") and len(text) <= 18:
            return text
        fix = "publish a version and write its number, as 7"
        raise PolicyError(at.fault_of(node, self.expected, fix))

    def write(self, value: str) -> str:
        """Return the number as text."""
        return value


class NotEmpty(Listed):
    """A list with at least one item."""

    __slots__ = ("fix",)

    def __init__(self, item: Kind, *, item_name: str, most: int, fix: str, rules: tuple[Rule, ...] = ()) -> None:
        super().__init__(item, item_name=item_name, most=most, rules=rules)
        self.fix = fix

    def read(self, node: Node, at: Place) -> tuple[Any, ...]:
        """Return every item."""
        if isinstance(node, ListNode) and not node.items:
            raise PolicyError(at.fault(node.line, found="an empty list", expected=self.expected, fix=self.fix))
        return super().read(node, at)


def _bounded(waves: Mapping[int, tuple[dict[str, Any], ...]]) -> Iterator[Complaint]:
    """Complain of too many releases in all waves together."""
    total = sum(map(len, waves.values()))
    if total > MOST:
        yield Complaint((), f"{total} releases", f"at most {MOST}", "make two fleets of it")


_FUNCTION = Text(
    "the name of a function",
    pattern=r"[A-Za-z0-9_-]+",
    most=64,
    fix="write the name alone: no ARN, no version",
)
_ALIAS = Text(
    "the name of an alias",
    pattern=r"(?![0-9]+$)[A-Za-z0-9_-]+",
    most=128,
    fix="write the alias alone, as live",
)
_NAME = Text(
    "a name of CodeDeploy",
    pattern=r"[A-Za-z0-9+=,.@_-]*(?:\{function\}[A-Za-z0-9+=,.@_-]*)?",
    most=100,
    fix="write the name alone: letters, digits and + = , . @ _ -",
)
_HOOK = Text(
    "the name or ARN of a hook function, or two quotes for none",
    pattern=r"[A-Za-z0-9:_-]*",
    most=170,
    fix="write its name, as CodeDeployHook_warmgate-before",
)
_SHARED_KEYS = (
    Key(name="alias", kind=_ALIAS, text="The alias that CodeDeploy shifts."),
    Key(
        name="application",
        kind=_NAME,
        text="The CodeDeploy application. `{function}` in it stands for the function's name.",
    ),
    Key(
        name="deployment_group",
        kind=_NAME,
        text="Its deployment group. `{function}` in it stands for the function's name.",
    ),
    Key(name="config", kind=_NAME, text="The deployment configuration; without it the group's."),
    Key(name="before", kind=_HOOK, text='The BeforeAllowTraffic hook function, `""` for none.'),
    Key(name="after", kind=_HOOK, text='The AfterAllowTraffic hook function, `""` for none.'),
)
RELEASE = Keys(
    Key(name="function", kind=_FUNCTION, required=True, text="The function's name."),
    Key(name="version", kind=VersionNumber(), required=True, text="The version to deploy."),
    Key(
        name="current",
        kind=VersionNumber(),
        text="The version that the alias must serve now; without it the one that it serves when its turn comes.",
    ),
    *_SHARED_KEYS,
)
WAVE = NotEmpty(RELEASE, item_name="releases", most=MOST, fix="write a release, or remove the wave")
FLEET = Keys(
    Key(
        name="fleet",
        field="name",
        kind=Text(
            "a name of letters, digits, `.`, `_` and `-`",
            pattern=r"[A-Za-z0-9][A-Za-z0-9._-]*",
            most=64,
            fix="write letters, digits and these signs alone, a letter or digit first",
        ),
        required=True,
        text="The fleet's name in reports.",
    ),
    *_SHARED_KEYS,
    Key(name="at_once", kind=Whole(1, 100), text="How many deployments may run at once. 5 by default."),
    Key(
        name="on_refusal",
        kind=Word(OnRefusal),
        text="When a release did not end well: `stop` begins nothing new and lets what runs end, `go_on` begins the"
        " rest all the same. `stop` by default.",
    ),
    Key(
        name="pause",
        field="pause_minutes",
        kind=Minutes(1, DAY, "10m"),
        text="The time between the end of a wave and the beginning of the next.",
    ),
    Key(
        name="waves",
        kind=NotEmpty(
            WAVE,
            item_name="waves",
            most=MOST,
            fix="write `- [{function: NAME, version: NUMBER}]`",
            rules=(Rule(_bounded),),
        ),
        required=True,
        text="Lists of releases; a wave begins when every release of the one before it has ended.",
    ),
)
