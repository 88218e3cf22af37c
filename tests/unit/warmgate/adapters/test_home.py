"""A function of ours is known by its name; one that is elsewhere is refused, and never taken for ours."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from support.canned import Canned, canned_endpoint, said
from warmgate.adapters.deployment_reader import DeploymentReader
from warmgate.adapters.home import ACCOUNT
from warmgate.adapters.sdk import Clients
from warmgate.errors import DeploymentLookupError
from warmgate.model.deployment import LifecycleEvent, Target

OURS, REGION = "123456789012", "eu-west-1"
BY_ARN = f"arn:aws:lambda:{REGION}:{OURS}:function:checkout-api"
ELSEWHERE = {
    "arn:aws:lambda:us-east-1:123456789012:function:checkout-api": "region us-east-1",
    "arn:aws:lambda:eu-west-1:210987654321:function:checkout-api": "account 210987654321",
    "210987654321:function:checkout-api": "account 210987654321",
}


@pytest.fixture(name="endpoint")
def _endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Canned]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    token = ACCOUNT.set(OURS)
    with canned_endpoint() as canned:
        yield canned
    ACCOUNT.reset(token)


def reader(endpoint: Canned, function: str, *, has_target: bool) -> DeploymentReader:
    """Return a reader of one deployment, whose function its target names, or its AppSpec alone."""
    info = {"functionName": function, "functionAlias": "live", "currentVersion": "6", "targetVersion": "7"}
    target = {"deploymentTarget": {"lambdaTarget": {"lambdaFunctionInfo": info if has_target else {}}}}
    properties = {"Name": function, "Alias": "live", "CurrentVersion": "6", "TargetVersion": "7"}
    resources = [{"f": {"Type": "AWS::Lambda::Function", "Properties": properties}}]
    revision = {"revisionType": "AppSpecContent", "appSpecContent": {"sha256": "0"}}
    about = {"deploymentId": "d-ABCDEF123", "applicationName": "shop", "revision": revision}
    content = json.dumps({"version": 0.0, "Resources": resources})
    endpoint.answers = {
        "GetDeployment": [said({"deploymentInfo": about})],
        "ListDeploymentTargets": [said({"targetIds": ["t"]})],
        "GetDeploymentTarget": [said(target)],
        "GetApplicationRevision": [
            said({"revision": {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}}})
        ],
    }
    return DeploymentReader(Clients(endpoint.url, REGION)("codedeploy"))


@pytest.mark.parametrize("has_target", [True, False], ids=["target", "appspec"])
@pytest.mark.parametrize("function", ["checkout-api", BY_ARN, f"{OURS}:function:checkout-api"])
def test_a_deployment_of_an_arn_is_one_of_its_name(endpoint: Canned, function: str, has_target: bool) -> None:
    """Policies, claims, metrics and reports all see the name."""
    found = reader(endpoint, function, has_target=has_target)

    assert found.awaited("d-ABCDEF123", LifecycleEvent.BEFORE_ALLOW_TRAFFIC).target == Target("checkout-api", "live")
    assert found.with_hooks("d-ABCDEF123").target == Target("checkout-api", "live")


@pytest.mark.parametrize("has_target", [True, False], ids=["target", "appspec"])
@pytest.mark.parametrize("function", ELSEWHERE)
def test_a_function_elsewhere_is_refused_by_the_hook(endpoint: Canned, function: str, has_target: bool) -> None:
    """A function of that name may be here too, and it is another one: the message says where the named one is."""
    found = reader(endpoint, function, has_target=has_target)

    with pytest.raises(DeploymentLookupError, match=f"is in {ELSEWHERE[function]}.*deploy it there"):
        found.awaited("d-ABCDEF123", LifecycleEvent.BEFORE_ALLOW_TRAFFIC)


@pytest.mark.parametrize("function", ELSEWHERE)
def test_the_controller_never_takes_a_function_elsewhere_for_ours(endpoint: Canned, function: str) -> None:
    """It keeps its ARN, with which nothing here can be put back."""
    assert reader(endpoint, function, has_target=True).with_hooks("d-ABCDEF123").target.function == function
