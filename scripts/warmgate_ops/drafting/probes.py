"""Triggers become probes: what is called, and what is written down and not called because it may write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from warmgate.errors import PolicyError, SettingsError
from warmgate.policy import parse_policy
from warmgate.policy.event_fields import FIELDS
from warmgate.policy.render import lines_of
from warmgate.policy.values import EventKind
from warmgate_ops.drafting.http_routes import worth_calling
from warmgate_ops.drafting.known import HTTP, Known, Trigger

NO_FAULT = "!statusCode || statusCode < `500`"
"""Of an HTTP answer; one without a statusCode is a body, which API Gateway sends with 200."""
READS = ("GET", "HEAD", "OPTIONS")
LONGEST_NAME = 64
MOST_REMARKS = 5
EventFiles = Mapping[EventKind | None, str]
"""Files of events that lie beside the policy, by what sends them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeDraft:
    """A probe as it is written."""

    fields: dict[str, Any]
    remarks: tuple[str, ...] = ()
    called: bool = True
    """Whether it stands in the policy; a comment otherwise."""


def draft_probes(known: Known, files: EventFiles, *, writes: bool) -> list[ProbeDraft]:
    """Return the probes of a function.

    Args:
        known: what calls it.
        files: events that lie beside the policy.
        writes: whether methods are called too that may write.

    Raises:
        SettingsError: all that calls it may write.
    """
    http = worth_calling([each for each in known.triggers if each.kind in HTTP])
    others = [each for each in known.triggers if each.kind not in HTTP]
    chosen = [each for each in http if writes or each.fields["method"] in READS][: len(http) if writes else 1]
    if http and not chosen and not others:
        listed = ", ".join(each.says for each in http)
        raise SettingsError(
            f"{known.source}: found no route to read from ({listed}), expected one with GET",
            hint="pass --writes to call these, up to 230 times on each version: what they write is written",
        )
    drafts = [_http(each, files) for each in chosen]
    drafts += [_other(each, files) for each in others]
    drafts += [_left_out(each) for each in http if each not in chosen][:MOST_REMARKS]
    if not any(draft.called for draft in drafts):
        drafts.insert(0, _unknown(files))
    return _named(drafts, known)


def _http(trigger: Trigger, files: EventFiles) -> ProbeDraft:
    fields = {**_event(trigger, files), "expect": {"jmespath": NO_FAULT}}
    remark = "Any answer below 500 will do; where this path must be found, expect statusCode == `200`."
    return ProbeDraft(fields={"name": _http_name(trigger), **fields}, remarks=(f"{trigger.says}.", remark))


def _left_out(trigger: Trigger) -> ProbeDraft:
    fields = {"event": str(trigger.kind), **trigger.fields}
    if trigger.fields["method"] not in READS:
        fields["body"] = {}
        remark = f"{trigger.says}. It may write, so it is not called; take the # away to call it all the same."
    else:
        remark = f"{trigger.says}. Take the # away to call it too."
    return ProbeDraft(fields={"name": _http_name(trigger), **fields}, remarks=(remark,), called=False)


def _http_name(trigger: Trigger) -> str:
    return f"{trigger.fields['method'].lower()}-{trigger.fields['path'].strip('/') or 'root'}"


def _event(trigger: Trigger, files: EventFiles) -> dict[str, Any]:
    if trigger.kind in files:
        return {"payload_file": files[trigger.kind]}
    return {"event": str(trigger.kind), **trigger.fields}


def _other(trigger: Trigger, files: EventFiles) -> ProbeDraft:
    if trigger.payload is not None:
        return ProbeDraft(
            fields={"name": "input", "payload": trigger.payload}, remarks=(f"{trigger.says}, with the input it has.",)
        )
    if trigger.kind is None:
        remark = f"{trigger.says}: its event is not known here; write it under payload and take the # away."
        return ProbeDraft(fields={"name": "event", "payload": {}}, remarks=(remark,), called=False)
    fields, remarks = _event(trigger, files), [f"{trigger.says}."]
    if "payload_file" not in fields and trigger.kind in _CONTENT:
        field, what = _CONTENT[trigger.kind]
        remarks.append(f"Write under `{field}` {what} that the function takes; it is `{{}}` where nothing is written.")
        fields.setdefault(field, [{}] if field in {"messages", "records"} else {})
    return ProbeDraft(fields={"name": str(trigger.kind), **fields}, remarks=tuple(remarks))


_CONTENT = {
    EventKind.SQS: ("messages", "a message"),
    EventKind.SNS: ("messages", "a message"),
    EventKind.KINESIS: ("records", "a record"),
    EventKind.EVENTBRIDGE: ("detail", "a detail"),
    EventKind.APPSYNC: ("arguments", "arguments"),
}
"""What only the function knows of its events."""


def _unknown(files: EventFiles) -> ProbeDraft:
    if files:
        file = next(iter(files.values()))
        return ProbeDraft(fields={"name": "event", "payload_file": file}, remarks=(f"The event in {file}.",))
    remark = "Nothing here says what calls the function: write an event that it answers without side effects."
    return ProbeDraft(fields={"name": "empty", "payload": {}}, remarks=(remark,))


def _named(drafts: list[ProbeDraft], known: Known) -> list[ProbeDraft]:
    """Return the drafts with names that differ, and the tenant that isolation asks for."""
    taken: set[str] = set()
    found = []
    for draft in drafts:
        word = re.sub(r"[^A-Za-z0-9._-]+", "-", draft.fields["name"]).strip("-._")[: LONGEST_NAME - 3]
        name = next(each for each in (word, *(f"{word}-{n}" for n in range(2, 99))) if each not in taken)
        taken.add(name)
        tenant = {"tenant": "warmgate"} if known.isolates_tenants else {}
        found.append(_taken(replace(draft, fields={**draft.fields, "name": name, **tenant})))
    return found


def _taken(draft: ProbeDraft) -> ProbeDraft:
    """Return a probe without those of its event's fields that no policy takes: a template may hold anything."""
    try:
        text = "\n".join(f"    {line}" for line in lines_of(draft.fields))
        parse_policy(f"policy: x\nprobes:\n  -\n{text}\n", "draft", lambda _name: "{}")
    except PolicyError as error:
        kept = {key: value for key, value in draft.fields.items() if key not in FIELDS}
        remark = f"What is written of its event is left out: {error.faults[0].found}."
        return replace(draft, fields=kept, remarks=(*draft.remarks, remark))
    return draft
