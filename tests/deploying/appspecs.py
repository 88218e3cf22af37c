"""The AppSpec that CodeDeploy gets from each way to attach, as the tool that makes it would write it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.permissions import Names, read_template, resolve
from support.permissions.template import defaults_of
from warmgate.appspec.read import AppSpec
from warmgate.appspec.write import appspec_json
from warmgate.model.deployment import LifecycleEvent, Target

ROOT = Path(__file__).parents[2]
ACCOUNT = "123456789012"
_SETTING = re.compile(r"^ {2}(\w+) += (.+)$", re.MULTILINE)


def hook_names() -> dict[LifecycleEvent, str]:
    """Return the hooks by the names that Warmgate's own template gives them."""
    template = read_template(ROOT / "template.yaml")
    own = Names(parameters=defaults_of(template))
    named = {event: template["Resources"][event.value]["Properties"]["FunctionName"] for event in LifecycleEvent}
    return {event: resolve(name, template, own) for event, name in named.items()}


def document(function: str, alias: str, hooks: Mapping[str, str]) -> str:
    """Return an AppSpec between two versions as JSON."""
    named = {LifecycleEvent(event): hook for event, hook in hooks.items() if hook}
    return appspec_json(AppSpec(target=Target(function, alias), baseline="6", candidate="7", hooks=named))


def of_template(template: Mapping[str, Any]) -> str:
    """Return what CloudFormation sends to CodeDeploy when the template's alias moves."""
    resources: Mapping[str, Any] = template["Resources"]
    names = Names(
        resources={
            name: body["Properties"]["FunctionName"]
            for name, body in resources.items()
            if body["Type"] == "AWS::Lambda::Function"
        }
    )
    alias = next(body for body in resources.values() if body["Type"] == "AWS::Lambda::Alias")
    update = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    hooks = {
        event: resolve(update.get(f"{event}Hook", ""), template, names)
        for event in ("BeforeAllowTraffic", "AfterAllowTraffic")
    }
    return document(resolve(alias["Properties"]["FunctionName"], template, names), alias["Properties"]["Name"], hooks)


def of_terraform(text: str) -> str:
    """Return what the deploy module sends: its own names for the hooks, as ARNs."""
    modules = re.split(r"^(?=(?:module|data) )", text, flags=re.MULTILINE)
    deploy = next(part for part in modules if part.startswith('module "deploy"'))
    settings = dict(_SETTING.findall(deploy))
    return document(
        _named(text, "function_name"),
        _named(text, "name"),
        {
            "BeforeAllowTraffic": _arn(settings.get("before_allow_traffic_hook_arn", "")),
            "AfterAllowTraffic": _arn(settings.get("after_allow_traffic_hook_arn", "")),
        },
    )


def _named(text: str, key: str) -> str:
    found = re.search(rf'^ +{key} += "([^"$]+)"$', text, re.MULTILINE)
    assert found, key
    return found[1]


def _arn(reference: str) -> str:
    found = re.fullmatch(r'data\.aws_lambda_function\.warmgate\["(\w+)"\]\.arn', reference)
    return f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:CodeDeployHook_warmgate-{found[1]}" if found else ""
