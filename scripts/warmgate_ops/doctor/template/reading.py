"""Template text becomes values: which functions, releases, groups and nested stacks stand in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from warmgate_ops.doctor.template.alarms import alarms_named, alarms_of, shift_of
from warmgate_ops.doctor.template.groups import groups_of
from warmgate_ops.doctor.template.names import is_warmgates, name_of, references_of
from warmgate_ops.doctor.template.nodes import Value, root_of
from warmgate_ops.doctor.template.parameters import decided_in
from warmgate_ops.doctor.template.resources import (
    DEFAULT_TIMEOUT_S,
    NestedStack,
    Template,
    TemplateFunction,
    TemplateHook,
    TemplateRelease,
)
from warmgate_ops.doctor.template.roles import Grants, Identities
from warmgate_ops.doctor.template.scaling import Scaling
from warmgate_ops.doctor.template.settings import settings_of
from warmgate_ops.doctor.template.unread import unread_of

FUNCTIONS: Final = ("AWS::Serverless::Function", "AWS::Lambda::Function")
_SAM_EVENTS: Final = (("PreTraffic", "BeforeAllowTraffic"), ("PostTraffic", "AfterAllowTraffic"))
_ALIAS_EVENTS: Final = (
    ("BeforeAllowTrafficHook", "BeforeAllowTraffic"),
    ("AfterAllowTrafficHook", "AfterAllowTraffic"),
)
_NESTED: Final = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}


def read_template(text: str, source: str) -> Template:
    """Return what a template says; raises DocumentError where it is none."""
    root = root_of(text, source)
    resources = [(name, body) for name, body in _entries(root, "Resources") if body.get("Type") is not None]
    written = [(name, Written(body, root)) for name, body in resources]
    identities, scaling = Identities(resources), Scaling(resources)
    functions = tuple(
        _function(name, body, identities.grants_of(name, body.at("Policies"), body.at("Role")))
        for name, body in written
        if body.kind in FUNCTIONS
    )
    return Template(
        source=source,
        functions=functions,
        releases=tuple(release for name, body in written for release in _releases(name, body, scaling)),
        groups=groups_of(dict(resources), root, identities),
        nested=tuple(_nested(resources)),
        unread=unread_of(root),
        alarms=alarms_of(resources),
        settings=tuple(settings_of(resources, written)),
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
        return self.body.kind

    def at(self, *path: str) -> Value | None:
        """Return a property."""
        own = self.body.at("Properties", *path)
        if own is not None or self.kind != "AWS::Serverless::Function":
            return own
        return self.root.at("Globals", "Function", *path)

    def decided(self, *path: str) -> Value | None:
        """Return a property, the default of a parameter in the place of the parameter."""
        return decided_in(self.root, self.at(*path))


def _function(name: str, written: Written, grants: Grants) -> TemplateFunction:
    timeout = written.at("Timeout")
    decided = written.decided("Timeout")
    seconds = decided.text() if decided else str(DEFAULT_TIMEOUT_S)
    handler = written.at("Handler")
    named = written.at("FunctionName")
    return TemplateFunction(
        logical_id=name,
        line=written.body.line,
        name=name_of(named) if named else None,
        timeout_s=int(seconds) if seconds and seconds.isdecimal() else None,
        timeout_line=timeout.line if timeout else written.body.line,
        is_warmgates=is_warmgates(handler, named),
        hides_reports=_says(written.at("LoggingConfig", "LogFormat"), "JSON")
        and _says(written.at("LoggingConfig", "SystemLogLevel"), "WARN"),
        isolates_tenants=written.at("TenancyConfig") is not None,
        grants=grants,
    )


def _releases(name: str, written: Written, scaling: Scaling) -> Iterator[TemplateRelease]:
    if written.kind == "AWS::Serverless::Function":
        preference, enabled = written.at("DeploymentPreference"), written.decided("DeploymentPreference", "Enabled")
        if preference is not None and not (enabled and enabled.flag() is False):
            yield _sam_release(name, written, preference, scaling)
    elif written.kind == "AWS::Lambda::Alias":
        update = written.body.get("UpdatePolicy")
        policies = [] if update is None else [found.get("CodeDeployLambdaAliasUpdate") for found in update.choices()]
        for policy in filter(None, policies):
            yield from (_alias_release(name, written, choice, scaling) for choice in policy.choices())


def _alias_release(name: str, written: Written, policy: Value, scaling: Scaling) -> TemplateRelease:
    function = next(iter(references_of(written.at("FunctionName"))), "")
    group = next(iter(references_of(policy.get("DeploymentGroupName"))), "")
    provisioned = written.at("ProvisionedConcurrencyConfig")
    return TemplateRelease(
        logical_id=name,
        line=policy.line,
        is_sam=False,
        function=function,
        group=group,
        hooks=_hooks(policy, _ALIAS_EVENTS),
        has_own_role=True,
        provisioned_line=provisioned.line if provisioned else None,
        scaled_line=scaling.line_of(written.at("FunctionName"), {name, function}, written.at("Name")),
    )


def _sam_release(name: str, written: Written, preference: Value, scaling: Scaling) -> TemplateRelease:
    alarms, hooks = written.at("DeploymentPreference", "Alarms"), written.at("DeploymentPreference", "Hooks")
    provisioned, alias = written.at("ProvisionedConcurrencyConfig"), written.at("AutoPublishAlias")
    all_properties = written.at("AutoPublishAliasAllProperties")
    return TemplateRelease(
        logical_id=name,
        line=preference.line,
        is_sam=True,
        function=name,
        hooks=_hooks(hooks, _SAM_EVENTS) if hooks else (),
        has_alarms=alarms is not None and alarms.is_filled(),
        alarms=alarms_named(alarms),
        shift_s=shift_of(written.at("DeploymentPreference", "Type")),
        has_own_role=written.at("DeploymentPreference", "Role") is not None,
        has_alias=alias is not None,
        publishes_all_changes=all_properties is not None and all_properties.flag() is not False,
        provisioned_line=provisioned.line if provisioned else None,
        scaled_line=scaling.line_of(written.at("FunctionName"), {name}, alias),
    )


def _hooks(value: Value, events: tuple[tuple[str, str], ...]) -> tuple[TemplateHook, ...]:
    found = [(event, value.get(key)) for key, event in events]
    return tuple(TemplateHook(event=event, line=hook.line, name=name_of(hook)) for event, hook in found if hook)


def _nested(resources: list[tuple[str, Value]]) -> Iterator[NestedStack]:
    for name, body in resources:
        if body.kind in _NESTED:
            location = body.at("Properties", _NESTED[body.kind])
            yield NestedStack(logical_id=name, line=body.line, location=(location.text() if location else None) or "")


def _entries(root: Value, key: str) -> list[tuple[str, Value]]:
    section = root.get(key)
    return list(section.items()) if section else []


def _says(value: Value | None, word: str) -> bool:
    return value is not None and (value.text() or "").lower() == word.lower()
