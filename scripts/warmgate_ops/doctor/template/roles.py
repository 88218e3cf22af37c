"""What a template's text grants to a function: statements of its policies, and whether there may be more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from warmgate_ops.doctor.template.names import Unknown, parts_of, references_of
from warmgate_ops.doctor.template.nodes import Value

_BASIC = ("AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole", "AWSXRayDaemonWriteAccess", "AWSXrayWrite")
_OF_CODEDEPLOY = ("AWSCodeDeployRoleForLambda", "AWSCodeDeployRoleForLambdaLimited")
_INVOKING = "LambdaInvokePolicy"
_DOCUMENTS = frozenset({"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement of a policy, as far as its actions go."""

    patterns: frozenset[str] = frozenset()
    """Actions that it names, in lower case, with their wildcards."""
    excepts: bool = False
    """Whether it holds for all other actions: NotAction."""
    denies: bool = False
    is_narrow: bool = False
    """Whether it holds for some resources alone, or under a condition."""
    is_bare: bool = False
    """Whether all its resources are functions without their versions."""

    def holds_for(self, action: str) -> bool:
        """Return whether an action is meant."""
        named = any(fnmatchcase(action.lower(), pattern.replace("[", "[[]")) for pattern in self.patterns)
        return named != self.excepts


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """What is written of a role."""

    statements: frozenset[Statement] = frozenset()
    may_hold_more: bool = False
    """Whether a role, a managed policy or another resource may add to them."""
    calls_prefixed: bool = False
    """Whether AWS's managed policy for CodeDeploy is attached: it grants calls of CodeDeployHook_* alone."""

    def allow(self, action: str) -> bool | None:
        """Return whether an action is granted; None where the text does not say."""
        meant = [statement for statement in self.statements if statement.holds_for(action)]
        if any(statement.denies and not statement.is_narrow for statement in meant):
            return False
        if any(not statement.denies for statement in meant):
            return True
        return None if self.may_hold_more else False

    def covers_versions(self, action: str) -> bool:
        """Return whether a statement that grants an action is on more than functions' bare names."""
        granting = [each for each in self.statements if not each.denies and each.holds_for(action)]
        return not granting or any(not each.is_bare for each in granting)

    def partly_denies(self, action: str) -> bool:
        """Return whether an action is denied on some resources or under a condition."""
        return any(each.denies and each.is_narrow and each.holds_for(action) for each in self.statements)


class Identities:
    """The roles of a template, with the policies that are attached to them from wherever they stand."""

    def __init__(self, resources: Iterable[tuple[str, Value]]) -> None:
        bodies = dict(resources)
        self._roles = {name: body for name, body in bodies.items() if body.kind == "AWS::IAM::Role"}
        self._made = self._roles.keys() | {f"{name}Role" for name in bodies}
        """Logical ids of roles that are no other's, with those that SAM makes for its functions."""
        self._functions = frozenset(name for name, body in bodies.items() if body.kind.endswith("::Function"))
        self._documents = {name: body for name, body in bodies.items() if body.kind in _DOCUMENTS}

    def grants_of(self, function: str, policies: Value | None, role: Value | None) -> Grants:
        """Return what a function is granted.

        Args:
            function: logical id; SAM makes its role, named after it, where none is given.
            policies: SAM's `Policies`.
            role: `Role`; where it is part of the template its own policies are read instead.
        """
        if role is None:
            return self._of(f"{function}Role", policies)
        own = next((self._roles[name] for name in sorted(references_of(role)) if name in self._roles), None)
        if own is None:
            return Grants(may_hold_more=True)
        name = next(name for name, body in self._roles.items() if body is own)
        return self._of(name, own.at("Properties", "Policies"), own.at("Properties", "ManagedPolicyArns"))

    def service_role(self, role: Value | None) -> tuple[str, Grants | None]:
        """Return the logical id of a service role and what it is granted; nothing of one that stands elsewhere."""
        name = next((found for found in sorted(references_of(role)) if found in self._roles), "")
        return name, self.grants_of(name, None, role) if name else None

    def _of(self, role: str, *policies: Value | None) -> Grants:
        statements: set[Statement] = set()
        more, prefixed = False, False
        for listed in filter(None, policies):
            for entry in listed.entries() or (listed,):
                document = self._named(entry)
                statements |= self._read(document or entry)
                prefixed = prefixed or managed_name(entry) in _OF_CODEDEPLOY
                more = more or (document is None and _is_unread(entry))
        for body in self._documents.values():
            attached = self._is_attached(body, role)
            if attached:
                statements |= self._read(body)
            more = more or attached is None
        return Grants(statements=frozenset(statements), may_hold_more=more, calls_prefixed=prefixed)

    def _read(self, value: Value) -> set[Statement]:
        return set(_statements(value, self._functions))

    def _named(self, entry: Value) -> Value | None:
        """Return the managed policy of the template that an entry names."""
        found = (self._documents[name] for name in references_of(entry) if name in self._documents)
        return next(found, None) if entry.intrinsic() else None

    def _is_attached(self, body: Value, role: str) -> bool | None:
        """Return whether a policy is attached to a role; None where the text does not say."""
        roles, one = body.at("Properties", "Roles"), body.at("Properties", "RoleName")
        listed = [one] if one else [] if roles is None else [*(roles.entries() or (roles,))]
        if any(role in references_of(each) or each.text() == self._name_of(role) for each in listed):
            return True
        undecided = (each for each in listed if each.text() is None and not references_of(each) & self._made)
        return None if any(undecided) else False

    def _name_of(self, role: str) -> str:
        """Return the name that is written of a role; one that no role has where none is."""
        named = self._roles[role].at("Properties", "RoleName") if role in self._roles else None
        return (named.text() if named else None) or "(none)"


def _statements(value: Value, functions: frozenset[str], *, decided: bool = False) -> Iterator[Statement]:
    """Yield the statements below a value; what stands in a branch of an If holds under a condition."""
    keys: Mapping[str, Value] = dict(value.items())
    if _INVOKING in keys:
        yield Statement(patterns=frozenset({"lambda:invokefunction"}))
    action = keys.get("Action") or keys.get("NotAction")
    if action is not None:
        yield Statement(
            patterns=frozenset(text.lower() for each in (action, *action.entries()) if (text := each.text())),
            excepts="Action" not in keys,
            denies=_says(keys.get("Effect"), "Deny"),
            is_bare=_is_bare(keys.get("Resource"), functions),
            is_narrow=decided or "Condition" in keys or "NotResource" in keys or not _is_all(keys.get("Resource")),
        )
        return
    inside = decided or (value.intrinsic() or ("",))[0] == "If"
    for below in (*keys.values(), *value.entries()):
        yield from _statements(below, functions, decided=inside)


def _is_bare(resource: Value | None, functions: frozenset[str]) -> bool:
    """Return whether resources are functions without their versions, as far as the text says, and nothing else."""
    listed = (resource.entries() or (resource,)) if resource else ()
    return bool(listed) and all(_is_bare_function(parts_of(each), functions) for each in listed)


def _is_bare_function(parts: tuple[str | Unknown, ...], functions: frozenset[str]) -> bool:
    if len(parts) == 1 and isinstance(parts[0], Unknown):
        return parts[0].refers_to in functions
    text = "".join("?" if isinstance(part, Unknown) else part for part in parts)
    is_written = isinstance(parts[-1], str) if parts else False
    return is_written and re.fullmatch(r"arn:[^:]*:lambda:[^:]*:[^:]*:function:[A-Za-z0-9_?-]+", text) is not None


def managed_name(entry: Value) -> str:
    """Return the name of a managed policy; empty where the text does not say."""
    last = (parts_of(entry) or ("",))[-1]
    return last.rpartition("/")[2].rpartition(":")[2] if isinstance(last, str) else ""


def _is_all(resource: Value | None) -> bool:
    return resource is not None and any(each.text() == "*" for each in (resource, *resource.entries()))


def _says(value: Value | None, word: str) -> bool:
    return value is not None and value.text() == word


def _actions(value: Value) -> Iterator[Value]:
    for name, below in value.items():
        if name in {"Action", "NotAction"}:
            yield from (below, *below.entries())
        else:
            yield from _actions(below)
    for entry in value.entries():
        yield from _actions(entry)


def _is_unread(entry: Value) -> bool:
    """Return whether an entry of a list of policies is a managed one, or something that the text does not tell."""
    name = managed_name(entry)
    if name:
        return not name.endswith((*_BASIC, *_OF_CODEDEPLOY))
    return entry.intrinsic() is not None or any(each.intrinsic() for each in _actions(entry))
