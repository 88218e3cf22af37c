"""Writes the AppSpec of a Lambda deployment; `read` reads it back."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import yaml

from warmgate.appspec.read import AppSpec

RESOURCE = "function"


def appspec_json(spec: AppSpec, resource: str = RESOURCE) -> str:
    """Return an AppSpec as JSON."""
    return json.dumps(_document(spec, resource), indent=2) + "\n"


def appspec_yaml(spec: AppSpec, resource: str = RESOURCE) -> str:
    """Return an AppSpec as YAML."""
    return yaml.safe_dump(_document(spec, resource), sort_keys=False)


def revision_of(spec: AppSpec) -> dict[str, Any]:
    """Return the revision that CreateDeployment takes."""
    content = appspec_json(spec)
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    return {"revisionType": "AppSpecContent", "appSpecContent": {"content": content, "sha256": sha256}}


def _document(spec: AppSpec, resource: str) -> dict[str, Any]:
    properties = {
        "Name": spec.target.function,
        "Alias": spec.target.alias,
        "CurrentVersion": spec.baseline,
        "TargetVersion": spec.candidate,
    }
    document = {
        "version": 0.0,
        "Resources": [{resource: {"Type": "AWS::Lambda::Function", "Properties": properties}}],
        "Hooks": [{event.value: function} for event, function in spec.hooks.items()],
    }
    return {key: value for key, value in document.items() if value != []}
