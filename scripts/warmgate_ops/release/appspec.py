"""Writes the AppSpec of a release; what is written reads back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import yaml

from warmgate.appspec.read import parse_appspec
from warmgate.model.deployment import LifecycleEvent

BEFORE_HOOK, AFTER_HOOK = "CodeDeployHook_warmgate-before", "CodeDeployHook_warmgate-after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One alias from one version to another; an empty hook is left out."""

    function: str
    alias: str
    baseline: str
    candidate: str
    before: str = BEFORE_HOOK
    after: str = AFTER_HOOK


def appspec_text(release: Release, *, as_json: bool = False) -> str:
    """Return the AppSpec of a release as YAML or JSON; raises AppSpecError where CodeDeploy would refuse it."""
    hooks = {LifecycleEvent.BEFORE_ALLOW_TRAFFIC: release.before, LifecycleEvent.AFTER_ALLOW_TRAFFIC: release.after}
    properties = {
        "Name": release.function,
        "Alias": release.alias,
        "CurrentVersion": release.baseline,
        "TargetVersion": release.candidate,
    }
    document: dict[str, Any] = {
        "version": 0.0,
        "Resources": [{release.function: {"Type": "AWS::Lambda::Function", "Properties": properties}}],
        "Hooks": [{event.value: hook} for event, hook in hooks.items() if hook],
    }
    text = json.dumps(document, indent=2) + "\n" if as_json else yaml.safe_dump(document, sort_keys=False)
    parse_appspec(text, "the new AppSpec")
    return text
