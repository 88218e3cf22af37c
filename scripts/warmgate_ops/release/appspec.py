"""The AppSpec of a release that somebody wants to make."""

from __future__ import annotations

from warmgate.appspec.read import AppSpec, parse_appspec
from warmgate.appspec.write import appspec_json
from warmgate.model.deployment import LifecycleEvent, Target

BEFORE_HOOK, AFTER_HOOK = "CodeDeployHook_warmgate-before", "CodeDeployHook_warmgate-after"


def spec_of(
    target: Target, baseline: str, candidate: str, before: str = BEFORE_HOOK, after: str = AFTER_HOOK
) -> AppSpec:
    """Return the AppSpec that shifts an alias from one version to another; an empty hook is left out."""
    hooks = {LifecycleEvent.BEFORE_ALLOW_TRAFFIC: before, LifecycleEvent.AFTER_ALLOW_TRAFFIC: after}
    named = {event: hook for event, hook in hooks.items() if hook}
    return AppSpec(target=target, baseline=baseline, candidate=candidate, hooks=named)


def refuse_unusable(spec: AppSpec) -> None:
    """Raise AppSpecError for an AppSpec that CodeDeploy would refuse."""
    parse_appspec(appspec_json(spec), "the new AppSpec")
