"""The events that a probe can name, as Markdown: kinds with their sources, fields with the kinds that have them."""

from __future__ import annotations

from generate.keys import value_in_words
from warmgate.policy.event_fields import FIELDS, fields_of
from warmgate.policy.events.sources import SOURCES
from warmgate.policy.values import EventKind

INTRO = """\
A probe with `event` calls the function with the JSON that AWS sends to it from there; what a probe does not say is
filled in. `warmgate policy event KIND` prints what is sent, and `warmgate policy event FILE` that of a policy's probes.

```yaml
policy: checkout-api
probes:
  - {name: health, event: http-api, path: /health}
  - name: order
    event: rest-api
    path: /orders/7
    route: "/orders/{id}"
    headers: {authorization: Bearer none}
    with: {requestContext: {stage: test}}
  - {name: paid, event: sqs, messages: [{order: 7, paid: true}]}
```

Account, region, times and ids are always the same: each call of a probe gets the same event. A function that leaves out
what it has seen before needs an id of its own from `with`, or does less in the second call than in the first.
"""


def events_chapter() -> str:
    """Return the chapter on events."""
    kinds = "".join(
        f"| `{kind}` | {', '.join(f'`{name}`' for name in fields_of(kind))} | [AWS]({SOURCES[kind]}) |\n"
        for kind in EventKind
    )
    fields = "".join(
        f"| `probes[].{key.name}` | {'every event' if len(of) == len(EventKind) else ', '.join(f'`{k}`' for k in of)}"
        f" | {value_in_words(key.kind)} | {key.text} |\n"
        for of, key in FIELDS.values()
    )
    return (
        f"{INTRO}\n| Event | Fields | Source |\n| --- | --- | --- |\n{kinds}\n"
        f"| Key | Of | Value | Meaning |\n| --- | --- | --- | --- |\n{fields}"
    )
