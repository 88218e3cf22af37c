"""Gathers the facts that a question is about; each look-up is of its own, so that a denied one ends no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from warmgate.adapters.home import local_name, region_of
from warmgate.model.deployment import Target
from warmgate.model.function_name import bare_name
from warmgate_ops.doctor.facts import (
    AppSpecFacts,
    Denied,
    DeploymentFacts,
    Fact,
    Facts,
    GroupFacts,
    HookConfiguration,
    HookFacts,
    Missing,
    Permission,
    VersionFacts,
)
from warmgate_ops.doctor.gathering.functions import (
    read_alias,
    read_capacity,
    read_latest,
    read_provisioned_on_alias,
    read_versions,
)
from warmgate_ops.doctor.gathering.groups import appspec_facts, read_alarms, read_group, read_last_appspec
from warmgate_ops.doctor.gathering.hooks import read_egress, read_hook, read_retries
from warmgate_ops.doctor.gathering.looking import Clients
from warmgate_ops.doctor.gathering.policies import read_policy_facts
from warmgate_ops.doctor.gathering.roles import read_hook_permissions, read_permissions
from warmgate_ops.doctor.gathering.subscriptions import read_subscriptions
from warmgate_ops.doctor.permissions import INVOKE


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about; what is empty is not looked at, or found out from the rest."""

    function: str = ""
    alias: str = ""
    application: str = ""
    group: str = ""
    hooks: tuple[str, ...] = ()
    """Functions that are hooks besides those that the AppSpec names."""
    appspec: tuple[str, str] | None = None
    """Text and source of the AppSpec that is about to be deployed."""
    policy: Path | None = None
    """Instead of the one that the function's tag names."""
    policies: Path = Path("policies")
    """Folder of bundled policies."""


def gather(question: Question, clients: Clients) -> Facts:
    """Return the facts of an account."""
    group: Fact[GroupFacts] = None
    if question.application:
        group = read_group(clients, question.application, question.group)
    appspec = _appspec(question, clients, group)
    facts = Facts(group=group, appspec=appspec, target=_target(question, appspec, group, clients))
    if isinstance(group, GroupFacts):
        facts = replace(facts, alarms=read_alarms(clients, group.alarm_names))
    if facts.target is not None:
        facts = _with_function(facts, facts.target, question, clients)
    return replace(facts, hooks=_hooks(question, facts, clients))


def _appspec(question: Question, clients: Clients, group: Fact[GroupFacts]) -> Fact[AppSpecFacts]:
    if question.appspec is not None:
        return appspec_facts(*question.appspec, is_next=True)
    if not isinstance(group, GroupFacts):
        return None
    if isinstance(group.deployed, DeploymentFacts):
        return read_last_appspec(clients, group.application, group.deployed)
    return group.deployed


def _target(
    question: Question, appspec: Fact[AppSpecFacts], group: Fact[GroupFacts], clients: Clients
) -> Target | None:
    if question.function:
        return Target(question.function, question.alias)
    if isinstance(appspec, AppSpecFacts) and appspec.spec is not None:
        named = appspec.spec.named or appspec.spec.target.function
        return Target(local_name(named, region_of(clients("codedeploy"))), appspec.spec.target.alias)
    if isinstance(group, GroupFacts) and isinstance(group.deployed, DeploymentFacts):
        return Target(group.deployed.function, group.deployed.alias)
    return None


def _with_function(facts: Facts, target: Target, question: Question, clients: Clients) -> Facts:
    latest = read_latest(clients, target)
    facts = replace(facts, latest=latest)
    if isinstance(latest, Missing):
        return facts
    return replace(
        facts,
        versions=read_versions(clients, target),
        alias=read_alias(clients, target) if target.alias else None,
        provisioned_on_alias=read_provisioned_on_alias(clients, target) if target.alias else None,
        capacity=read_capacity(clients, target),
        policy=read_policy_facts(clients, target, question.policy, question.policies),
        subscriptions=read_subscriptions(clients, latest.described.log_group)
        if isinstance(latest, VersionFacts)
        else latest,
    )


def _hooks(question: Question, facts: Facts, clients: Clients) -> Fact[tuple[HookFacts, ...]]:
    named: list[str] = list(question.hooks)
    if isinstance(facts.appspec, AppSpecFacts) and facts.appspec.spec is not None:
        named += facts.appspec.spec.hooks.values()
    elif not named and isinstance(facts.appspec, Denied):
        return facts.appspec
    names = dict.fromkeys(name.rpartition("function:")[2] for name in named)
    return tuple(_hook(name, facts, clients) for name in names) if names else None


def _hook(name: str, facts: Facts, clients: Clients) -> HookFacts:
    configuration = read_hook(clients, name)
    if not isinstance(configuration, HookConfiguration):
        return HookFacts(name=name, configuration=configuration)
    group = facts.group if isinstance(facts.group, GroupFacts) else None
    return HookFacts(
        name=name,
        configuration=configuration,
        retries=read_retries(clients, name),
        egress=read_egress(clients, name, configuration.subnets),
        permissions=read_hook_permissions(clients, configuration, _version_arns(facts, configuration), group),
        called_by=_called_by(clients, group, configuration) if group else None,
    )


def _version_arns(facts: Facts, hook: HookConfiguration) -> Sequence[str]:
    """Return the ARN of the newest version, which stands for all; none where no version is known."""
    if facts.target is None or not isinstance(facts.versions, tuple) or not facts.versions:
        return ()
    version: VersionFacts = facts.versions[-1]
    start = hook.arn.partition(":function:")[0]
    function = facts.target.function
    arn = f"{start}:function:{bare_name(function)}"
    return (f"{arn}:{version.described.version}",)


def _called_by(clients: Clients, group: GroupFacts, hook: HookConfiguration) -> Fact[Permission]:
    found = read_permissions(clients, group.role_arn, {hook.arn: (INVOKE,)})
    return found[0] if isinstance(found, tuple) else found
