"""What a template's text grants to a function: action patterns of its policies, and whether there may be more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from warmgate_ops.doctor.template.names import name_of
from warmgate_ops.doctor.template.nodes import Value

_BASIC = ("AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole", "AWSXRayDaemonWriteAccess", "AWSXrayWrite")
_INVOKING = ("LambdaInvokePolicy",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """What is written, by pattern."""

    patterns: frozenset[str] = frozenset()
    """Actions that statements name, in lower case, with their wildcards."""
    may_hold_more: bool = False
    """Whether a role, a managed policy or another resource may add to them."""

    def allow(self, action: str) -> bool | None:
        """Return whether an action is granted; None where the text does not say. Denials are not looked for."""
        if any(fnmatchcase(action.lower(), pattern) for pattern in self.patterns):
            return True
        return None if self.may_hold_more else False


def grants_of(policies: Value | None, role: Value | None, roles: Mapping[str, Value], *, patched: bool) -> Grants:
    """Return what a function is granted.

    Args:
        policies: SAM's `Policies`.
        role: `Role`; where it is part of the template its own policies are read instead.
        roles: the template's roles by logical id.
        patched: whether the template holds policies of their own, which may belong to any role.
    """
    if role is not None:
        found = roles.get(name_of(role).refers_to)
        if found is None:
            return Grants(may_hold_more=True)
        inline, managed = found.at("Properties", "Policies"), found.at("Properties", "ManagedPolicyArns")
        return Grants(patterns=_patterns(inline), may_hold_more=patched or _is_unread(inline) or _is_unread(managed))
    return Grants(patterns=_patterns(policies), may_hold_more=_is_unread(policies))


def _patterns(policies: Value | None) -> frozenset[str]:
    if policies is None:
        return frozenset()
    invoking = any(word in _INVOKING for word in policies.scalars())
    return frozenset(_actions(policies)) | (frozenset({"lambda:invokefunction"}) if invoking else frozenset())


def _actions(policies: Value) -> Iterator[str]:
    for action in _written_actions(policies):
        yield from (text.lower() for found in (action, *action.entries()) if (text := found.text()))


def _written_actions(value: Value) -> Iterator[Value]:
    for name, below in value.items():
        if name == "Action":
            yield below
        else:
            yield from _written_actions(below)
    for entry in value.entries():
        yield from _written_actions(entry)


def _is_unread(policies: Value | None) -> bool:
    """Return whether a managed policy is named, or something that the text does not tell."""
    if policies is None:
        return False
    entries = policies.entries() or (policies,)
    names = [entry.text() for entry in entries]
    actions = [found for action in _written_actions(policies) for found in (action, *action.entries())]
    decided = any(found.intrinsic() for found in (*entries, *actions))
    return decided or any(name is not None and not name.endswith(_BASIC) for name in names)
