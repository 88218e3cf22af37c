"""Strategies for events: a kind, and any of the fields that it has."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from property.json_strategies import json_of
from warmgate.policy.event_fields import Method, fields_of, path_parameters
from warmgate.policy.events import render_event
from warmgate.policy.values import Event, EventKind, Expect, Probe

JSON = json_of(st.text())
NAMES = st.from_regex(r"[A-Za-z0-9._/-]{1,20}", fullmatch=True)
VISIBLE = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"])
LINES = st.text(VISIBLE, min_size=1, max_size=20)
STORABLE = st.floats(1e-100, 1e100) | st.integers(-(10**30), 10**30) | st.none() | st.booleans() | st.text()
"""What DynamoDB takes: its numbers have 38 digits and stay below 1e126."""
ITEMS = st.dictionaries(st.text(), STORABLE | st.lists(STORABLE, max_size=3), min_size=1, max_size=4)
PATHS = st.from_regex(r"/[A-Za-z0-9/._~%-]{0,20}", fullmatch=True)
TEXTS = st.dictionaries(st.text(max_size=10), st.text(max_size=20), max_size=4)
OBJECTS = st.dictionaries(st.text(max_size=10), JSON, max_size=4)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "method": st.sampled_from(Method),
    "path": PATHS,
    "route": st.sampled_from(["/{proxy+}", "/orders/{id}"]) | PATHS,
    "query": TEXTS,
    "headers": TEXTS,
    "body": JSON,
    "messages": st.lists(JSON, min_size=1, max_size=10),
    "records": st.lists(ITEMS, min_size=1, max_size=10),
    **dict.fromkeys(("queue", "topic", "stream", "table", "bucket", "field", "type"), NAMES),
    **dict.fromkeys(("key", "source", "detail-type", "user"), LINES),
    "action": st.sampled_from(["ObjectCreated:Put", "ObjectRemoved:Delete", "INSERT", "MODIFY", "REMOVE"]),
    "detail": OBJECTS,
    "trigger": st.sampled_from(["PreSignUp_SignUp", "PostConfirmation_ConfirmSignUp", "Other_Unknown"]),
    "attributes": TEXTS,
    "arguments": OBJECTS,
    "with": OBJECTS,
}


@st.composite
def events(draw: st.DrawFn, *, overrides: bool = True) -> Event:
    """Return an event that the parser could have read."""
    kind = draw(st.sampled_from(EventKind))
    own = [name for name in fields_of(kind) if overrides or name != "with"]
    fields = {name: draw(FIELDS[name]) for name in own if draw(st.booleans())}
    if path_parameters(fields.get("route", "/"), fields.get("path", "/")) is None:
        fields.pop("route", None)
    return Event(kind=kind, fields=fields)


def probe_of(name: str, event: Event) -> Probe:
    """Return the probe that calls with an event."""
    return Probe(name=name, event=event, payload=render_event(event), expect=Expect())
