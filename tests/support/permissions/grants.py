"""What a role of the template may and may not do: its own statements and those of its managed policies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from support.permissions.template import Names, resolve
from warmgate_ops.rehearsal.cloud.api_calls import ApiCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One action on some resources, allowed or denied; a statement with three actions is three grants."""

    sid: str
    action: str
    resources: tuple[str, ...]
    conditional: bool = False
    """Whether a condition narrows it further; conditions are not evaluated here."""
    denies: bool = False

    def covers(self, call: ApiCall) -> bool:
        """Return whether the grant speaks of a call."""
        return self.action.lower() == call.action.lower() and any(
            _pattern(resource).fullmatch(call.resource) for resource in self.resources
        )


def grants_of(template: Mapping[str, Any], role: str, names: Names) -> list[Grant]:
    """Return the grants of a role; raises KeyError for a name that `names` does not know."""
    return [
        Grant(
            sid=str(statement["Sid"]),
            action=action,
            resources=resources,
            conditional="Condition" in statement,
            denies=statement["Effect"] == "Deny",
        )
        for statement in _statements(template, role, names)
        for resources in [tuple(_list(statement["Resource"]))]
        for action in _list(statement["Action"])
    ]


def grants_of_document(document: Mapping[str, Any], **names: str) -> list[Grant]:
    """Return the grants of a policy document; `names` are written where its text holds them in capitals."""
    text = json.dumps(document)
    for name, value in names.items():
        text = text.replace(name, value)
    return [
        Grant(
            sid=str(statement["Sid"]),
            action=action,
            resources=tuple(_list(statement["Resource"])),
            conditional="Condition" in statement,
        )
        for statement in json.loads(text)["Statement"]
        for action in statement["Action"]
    ]


def _statements(template: Mapping[str, Any], role: str, names: Names) -> Iterator[dict[str, Any]]:
    resources = template["Resources"]
    properties = resources[role]["Properties"]
    documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
    # A managed policy of the template is named by its logical id; AWS's own are ARNs and would hide what they grant.
    documents += [
        resources[arn["Ref"]]["Properties"]["PolicyDocument"] for arn in properties.get("ManagedPolicyArns", [])
    ]
    for document in documents:
        for statement in resolve(document["Statement"], template, names):
            if statement["Effect"] == "Deny" and "Condition" in statement:
                raise ValueError(f"{role}: {statement['Sid']} denies on a condition, which is not evaluated here")
            yield statement


def _list(found: str | list[str]) -> list[str]:
    return [found] if isinstance(found, str) else found


@cache
def _pattern(resource: str) -> re.Pattern[str]:
    """Return a resource pattern of IAM as a regular expression; `*` crosses colons and slashes, as in IAM."""
    return re.compile(re.escape(resource).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
