"""The reference of fleet files, taken from the reader's own table of keys and from what it says of a faulty one."""

from __future__ import annotations

from generate.reference import NOTE
from warmgate.errors import FleetError
from warmgate.fleets.parse import NEEDED, parse_fleet
from warmgate.fleets.spec import FLEET, MOST, RELEASE, SHARED
from warmgate.model.fleet import State
from warmgate.policy.sections import Key

FAULTY = """\
fleet: shop
application: shop
alias: live
pause: 600
waves:
  - [{function: carts, version: $LATEST}]
  - [{function: orders, version: 40, aplication: orders}]
"""
MEANINGS = {
    State.NOT_BEGUN: "its turn has not come, or another release stopped the fleet",
    State.BEGINNING: "its deployment is being created, or its group is busy",
    State.RUNNING: "its deployment runs, or its rollback",
    State.RELEASED: "the alias serves the version alone",
    State.ALREADY_SERVING: "the alias did so before anything was done",
    State.ROLLED_BACK: "refused or stopped, and the alias serves what it served before",
    State.NOT_ROLLED_BACK: "refused or stopped, and the alias does not",
    State.SUPERSEDED: "refused or stopped, and another version has taken over",
    State.UNKNOWN: "the deployment ended, and where the alias is could not be found out",
    State.COULD_NOT_BEGIN: "no deployment was made of it",
}


def fleet_page() -> str:
    """Return the page."""
    parts = [
        "# Fleet files",
        NOTE,
        (
            "What `warmgate release --all FILE` reads: one YAML document, or the same as JSON. [How to release a"
            " fleet](../how-to/release-a-fleet.md)."
        ),
        "## The fleet",
        _table(FLEET.keys),
        "## A release",
        _table(RELEASE.keys),
        (
            f"{_named(SHARED)} may stand at the top, for every release that has none of its own;"
            f" {_named(NEEDED)} must stand in one of the two places."
            f" An alias stands once in a fleet, and a fleet has at most {MOST} releases."
        ),
        "## Faults",
        "Every fault is listed at once, with its line, what was found, what was expected and what to do. This file",
        f"```yaml\n{FAULTY}```",
        "ends with 2 and",
        f"```\n{_faults()}\n```",
        "## How far a release has come",
        "`state` of a release in `progress.json` and in the reports:",
        "\n".join(["| state | meaning |", "| --- | --- |", *(f"| `{s}` | {text} |" for s, text in MEANINGS.items())]),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _table(keys: tuple[Key, ...]) -> str:
    rows = [
        f"| `{key.name}`{' (required)' if key.required else ''} | {key.kind.expected} | {key.text} |" for key in keys
    ]
    return "\n".join(["| key | value | meaning |", "| --- | --- | --- |", *rows])


def _named(names: tuple[str, ...]) -> str:
    quoted = [f"`{name}`" for name in names]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _faults() -> str:
    try:
        parse_fleet(FAULTY, "shop.yaml")
    except FleetError as error:
        return str(error)
    raise ValueError("the faulty fleet of the reference has no fault")
