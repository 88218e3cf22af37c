"""What a SAM or CloudFormation template says of releases: functions, who is called before traffic moves, groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from warmgate_ops.doctor.template.names import Name, name_of
from warmgate_ops.doctor.template.nodes import Value, root_of
from warmgate_ops.doctor.template.roles import Grants, grants_of

FUNCTIONS: Final = ("AWS::Serverless::Function", "AWS::Lambda::Function")
_SAM_EVENTS: Final = (("PreTraffic", "BeforeAllowTraffic"), ("PostTraffic", "AfterAllowTraffic"))
_ALIAS_EVENTS: Final = (
    ("BeforeAllowTrafficHook", "BeforeAllowTraffic"),
    ("AfterAllowTrafficHook", "AfterAllowTraffic"),
)
DEFAULT_TIMEOUT_S: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFunction:
    """A function."""

    logical_id: str
    line: int
    name: Name | None
    """None where CloudFormation makes one up, which then begins with the stack's name."""
    timeout_s: int | None
    """None where a parameter decides; 3 where nothing is written."""
    hides_reports: bool
    isolates_tenants: bool
    grants: Grants


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateHook:
    """A function that a release calls."""

    event: str
    line: int
    name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRelease:
    """What CodeDeploy shifts: a SAM function with a DeploymentPreference, or an alias with an update policy."""

    logical_id: str
    line: int
    is_sam: bool
    hooks: tuple[TemplateHook, ...]
    has_alarms: bool = True
    has_own_role: bool = False
    has_alias: bool = True
    publishes_all_changes: bool = True
    provisioned_line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateGroup:
    """A deployment group of Lambda functions."""

    logical_id: str
    line: int
    rollback_events: tuple[str, ...] | None
    """None where a parameter decides."""
    has_alarms: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template."""

    source: str
    functions: tuple[TemplateFunction, ...]
    releases: tuple[TemplateRelease, ...]
    groups: tuple[TemplateGroup, ...]
    logical_ids: frozenset[str]
    """Of resources and parameters."""

    def function_of(self, hook: TemplateHook) -> TemplateFunction | None:
        """Return the function that a hook names, where it is part of the template."""
        for function in self.functions:
            named = function.name is not None and function.name.is_whole and hook.name.is_whole
            same = named and function.name is not None and function.name.start == hook.name.start
            if same or hook.name.refers_to == function.logical_id:
                return function
        return None

    def hook_functions(self) -> tuple[TemplateFunction, ...]:
        """Return the functions that releases call, each once."""
        found = [self.function_of(hook) for release in self.releases for hook in release.hooks]
        return tuple(function for function in self.functions if function in found)


def read_template(text: str, source: str) -> Template:
    """Return what a template says; raises DocumentError where it is none."""
    root = root_of(text, source)
    resources = [(name, body) for name, body in _entries(root, "Resources") if body.get("Type") is not None]
    roles = {name: body for name, body in resources if _type(body) == "AWS::IAM::Role"}
    patched = any(_type(body) in {"AWS::IAM::Policy", "AWS::IAM::RolePolicy"} for _, body in resources)
    written = [(name, Written(body, root)) for name, body in resources]
    functions = tuple(
        _function(name, body, grants_of(body.at("Policies"), body.at("Role"), roles, patched=patched))
        for name, body in written
        if body.kind in FUNCTIONS
    )
    releases = tuple(release for name, body in written for release in _releases(name, body))
    shifted = {group for _, body in resources if (group := _group_named(body))}
    return Template(
        source=source,
        functions=functions,
        releases=releases,
        groups=tuple(_groups(resources, shifted)),
        logical_ids=frozenset(name for key in ("Resources", "Parameters") for name, _ in _entries(root, key)),
    )


@dataclass(frozen=True, slots=True)
class Written:
    """A resource whose properties may stand in SAM's Globals."""

    body: Value
    root: Value

    @property
    def kind(self) -> str:
        """Return its type."""
        return _type(self.body)

    def at(self, *path: str) -> Value | None:
        """Return a property."""
        own = self.body.at("Properties", *path)
        if own is not None or self.kind != "AWS::Serverless::Function":
            return own
        return self.root.at("Globals", "Function", *path)


def _function(name: str, written: Written, grants: Grants) -> TemplateFunction:
    timeout = written.at("Timeout")
    seconds = timeout.text() if timeout else str(DEFAULT_TIMEOUT_S)
    named = written.at("FunctionName")
    return TemplateFunction(
        logical_id=name,
        line=written.body.line,
        name=name_of(named) if named else None,
        timeout_s=int(seconds) if seconds and seconds.isdigit() else None,
        hides_reports=_is(written.at("LoggingConfig", "LogFormat"), "JSON")
        and _is(written.at("LoggingConfig", "SystemLogLevel"), "WARN"),
        isolates_tenants=written.at("TenancyConfig") is not None,
        grants=grants,
    )


def _releases(name: str, written: Written) -> Iterator[TemplateRelease]:
    if written.kind == "AWS::Serverless::Function":
        preference = written.at("DeploymentPreference")
        if preference is not None and not _is(written.at("DeploymentPreference", "Enabled"), "false"):
            yield _sam_release(name, written, preference)
    policy = written.body.at("UpdatePolicy", "CodeDeployLambdaAliasUpdate")
    if written.kind == "AWS::Lambda::Alias" and policy is not None:
        provisioned = written.at("ProvisionedConcurrencyConfig")
        yield TemplateRelease(
            logical_id=name,
            line=policy.line,
            is_sam=False,
            hooks=_hooks(policy, _ALIAS_EVENTS),
            has_own_role=True,
            provisioned_line=provisioned.line if provisioned else None,
        )


def _sam_release(name: str, written: Written, preference: Value) -> TemplateRelease:
    alarms = written.at("DeploymentPreference", "Alarms")
    provisioned = written.at("ProvisionedConcurrencyConfig")
    hooks = written.at("DeploymentPreference", "Hooks")
    all_properties = written.at("AutoPublishAliasAllProperties")
    return TemplateRelease(
        logical_id=name,
        line=preference.line,
        is_sam=True,
        hooks=_hooks(hooks, _SAM_EVENTS) if hooks else (),
        has_alarms=_has_entries(alarms),
        has_own_role=written.at("DeploymentPreference", "Role") is not None,
        has_alias=written.at("AutoPublishAlias") is not None,
        publishes_all_changes=all_properties is not None and not _is(all_properties, "false"),
        provisioned_line=provisioned.line if provisioned else None,
    )


def _hooks(value: Value, events: tuple[tuple[str, str], ...]) -> tuple[TemplateHook, ...]:
    found = [(event, value.get(key)) for key, event in events]
    return tuple(TemplateHook(event=event, line=hook.line, name=name_of(hook)) for event, hook in found if hook)


def _groups(resources: list[tuple[str, Value]], shifted: set[str]) -> Iterator[TemplateGroup]:
    for name, body in resources:
        config = body.at("Properties", "DeploymentConfigName")
        is_lambda = name in shifted or "Lambda" in ((config.text() if config else None) or "")
        if _type(body) == "AWS::CodeDeploy::DeploymentGroup" and is_lambda:
            rollback = body.at("Properties", "AutoRollbackConfiguration")
            alarms = body.at("Properties", "AlarmConfiguration", "Alarms")
            yield TemplateGroup(
                logical_id=name,
                line=body.line,
                rollback_events=_rollback_events(rollback),
                has_alarms=_has_entries(alarms),
            )


def _rollback_events(rollback: Value | None) -> tuple[str, ...] | None:
    if rollback is None or _is(rollback.get("Enabled"), "false"):
        return ()
    events = rollback.get("Events")
    if rollback.intrinsic() or (events is not None and events.intrinsic()):
        return None
    return tuple(event.text() or "" for event in (events.entries() if events else ()))


def _group_named(body: Value) -> str:
    return name_of(body.at("UpdatePolicy", "CodeDeployLambdaAliasUpdate", "DeploymentGroupName")).refers_to


def _has_entries(value: Value | None) -> bool:
    return value is not None and (bool(value.entries()) or value.intrinsic() is not None or any(value.items()))


def _entries(root: Value, key: str) -> list[tuple[str, Value]]:
    section = root.get(key)
    return list(section.items()) if section else []


def _type(body: Value) -> str:
    kind = body.get("Type")
    return (kind.text() if kind else None) or ""


def _is(value: Value | None, word: str) -> bool:
    return value is not None and (value.text() or "").lower() == word.lower()
