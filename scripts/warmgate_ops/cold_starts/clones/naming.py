"""Names and tags of clones: by them alone a clone is known again, whoever made it and whatever became of its run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

PREFIX = "warmgate-sweep-"
GROUP_PREFIX = f"/aws/lambda/{PREFIX}"
SWEEP_TAG = "warmgate:sweep"
EXPIRES_TAG = "warmgate:expires"
LONGEST_NAME = 64
"""Of a function (Lambda, CreateFunction)."""
_ID = re.compile(r"[0-9a-f]{8}")
_CLONE = re.compile(rf"{PREFIX}.*-(?P<id>[0-9a-f]{{8}})(-\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """Something that a run made, as its tags say."""

    name: str
    sweep_id: str
    expires: datetime | None
    """None where the tag is missing or holds no time."""

    def expired(self, now: datetime) -> bool:
        """Return whether its time is over; without a readable time it is."""
        return self.expires is None or self.expires <= now


def clone_name(function: str, sweep_id: str, number: int) -> str:
    """Return the name of the clone of a run; the function's own is cut where both do not fit."""
    end = f"-{sweep_id}" if number == 1 else f"-{sweep_id}-{number}"
    return PREFIX + function[: LONGEST_NAME - len(PREFIX) - len(end)] + end


def made_by_lambda(group: str) -> str:
    """Return the clone whose late log made a group again, by the group's name; empty where it is no such name."""
    clone = group.removeprefix("/aws/lambda/")
    return clone if group.startswith(GROUP_PREFIX) and _CLONE.fullmatch(clone) else ""


def id_in(clone: str) -> str:
    """Return the id of the run in a clone's name, empty where there is none."""
    found = _CLONE.fullmatch(clone)
    return found["id"] if found else ""


def group_of(clone: str) -> str:
    """Return the log group of a clone."""
    return f"/aws/lambda/{clone}"


def tags_of(sweep_id: str, expires: datetime) -> dict[str, str]:
    """Return the tags of all that a run makes."""
    return {SWEEP_TAG: sweep_id, EXPIRES_TAG: expires.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}


def marked(name: str, tags: Mapping[str, str]) -> Marked | None:
    """Return what tags say of a function or log group; None where it is no clone: name and tag must both say so."""
    start = GROUP_PREFIX if name.startswith("/") else PREFIX
    sweep_id = tags.get(SWEEP_TAG, "")
    if not name.startswith(start) or not _ID.fullmatch(sweep_id):
        return None
    try:
        expires = datetime.strptime(tags.get(EXPIRES_TAG, ""), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        expires = None
    return Marked(name=name, sweep_id=sweep_id, expires=expires)
