"""What a log subscription delivers, and the name of the filter that makes it, as values."""

from __future__ import annotations

import re
from dataclasses import dataclass

FILTER_PREFIX = "warmgate-"
"""Begins the names of Warmgate's subscription filters; the deployment's id follows."""
_NAME = re.compile(r"warmgate-(?P<deployment>d-[A-Z0-9]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent:
    """One log event of a delivery."""

    event_id: str
    """Unique in the account, and growing within a stream: doubles have the same one."""
    stream: str
    at_ms: float
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Events of one stream that came together."""

    group: str
    events: tuple[FeedEvent, ...]
    arrived_ms: float
    """When it was stored, by the clock of who stored it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What CloudWatch Logs hands to a destination at once; of one stream, and of every filter that matched."""

    owner: str
    """The account that the log group is in."""
    group: str
    filters: tuple[str, ...]
    events: tuple[FeedEvent, ...]
    is_control: bool = False
    """Whether it only checks that the destination can be reached."""

    @property
    def deployments(self) -> tuple[str, ...]:
        """Return the ids of the deployments whose filters matched."""
        return tuple(found for found in map(deployment_of, self.filters) if found)


def filter_name(deployment_id: str) -> str:
    """Return the name of the filter of a deployment."""
    return FILTER_PREFIX + deployment_id


def deployment_of(name: str) -> str:
    """Return the id of the deployment that a filter is named after, empty where it is none of Warmgate's."""
    found = _NAME.fullmatch(name)
    return found["deployment"] if found else ""
