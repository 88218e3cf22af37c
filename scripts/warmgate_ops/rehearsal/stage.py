"""Sets up what a release needs through AWS's public API: hook, bucket, functions, versions, alias, group."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from warmgate.adapters.policies import TAG, read_policy
from warmgate.errors import WarmgateError
from warmgate.policy.values import Policy
from warmgate_ops.rehearsal.catalogue import FunctionSettings, Scenario
from warmgate_ops.rehearsal.packages import HOOKS, zip_code

HOOK = "CodeDeployHook_warmgate-before"
BUCKET = "warmgate-reports"
APPLICATION = "rehearsal"
ALIAS = "live"
ROLE = "arn:aws:iam::000000000000:role/rehearsal"
RUNTIME = "python3.11"
SHORT_WAITS = {"Delay": 0.05, "MaxAttempts": 600}


class RehearsalError(WarmgateError):
    """A release could not be rehearsed; says nothing about the candidate."""


class Account(Protocol):
    """An account to rehearse in."""

    def client(self, service: str) -> Any:
        """Return a plain SDK client."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A function with both versions, ready to be released."""

    function: str
    group: str
    baseline: str
    candidate: str
    policy: Policy


def install_hook(account: Account, code: Path = HOOKS) -> None:
    """Install the hook, the bucket of its reports, and the application.

    Args:
        account: where to.
        code: the folder that is deployed, as it lies in the checkout or as `make package` built it.
    """
    account.client("s3").create_bucket(Bucket=BUCKET)
    client = account.client("lambda")
    client.create_function(
        FunctionName=HOOK,
        Runtime=RUNTIME,
        Role=ROLE,
        Handler="before_allow_traffic.handler",
        Code={"ZipFile": zip_code([code])},
        Timeout=300,
        MemorySize=512,
        Environment={"Variables": {"WARMGATE_REPORT_BUCKET": BUCKET}},
    )
    client.get_waiter("function_active_v2").wait(FunctionName=HOOK, WaiterConfig=SHORT_WAITS)
    account.client("codedeploy").create_application(applicationName=APPLICATION, computePlatform="Lambda")


def install_function(account: Account, scenario: Scenario) -> Installed:
    """Install the baseline as what the alias serves, the candidate as the next version, and the policy as the tag says.

    Raises:
        PolicyError: the scenario's policy has faults.
        PolicyLookupError: it cannot be read.
    """
    policy = read_policy(scenario.policy)
    source = _store_policy(account, scenario, policy)
    client, name = account.client("lambda"), scenario.function
    _create(client, name, scenario.settings, zip_code(scenario.baseline), {TAG: source})
    baseline = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(FunctionName=name, Name=ALIAS, FunctionVersion=baseline)
    client.update_function_code(FunctionName=name, ZipFile=zip_code(scenario.candidate))
    client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=SHORT_WAITS)
    candidate = client.publish_version(FunctionName=name)["Version"]
    _create_group(account, name, scenario.config)
    return Installed(function=name, group=name, baseline=baseline, candidate=candidate, policy=policy)


def _create(client: Any, name: str, settings: FunctionSettings, code: bytes, tags: dict[str, str]) -> None:
    client.create_function(
        FunctionName=name,
        Runtime=RUNTIME,
        Role=ROLE,
        Handler=settings.handler,
        Code={"ZipFile": code},
        Timeout=settings.timeout_s,
        MemorySize=settings.memory_mb,
        Tags=tags,
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=SHORT_WAITS)


def _store_policy(account: Account, scenario: Scenario, policy: Policy) -> str:
    """Store a policy and its payload files side by side; return the source that the function's tag names."""
    folder, files = f"policies/{scenario.name}", [scenario.policy]
    files += [scenario.policy.parent / probe.payload_file for probe in policy.probes if probe.payload_file]
    for path in files:
        key = f"{folder}/{path.relative_to(scenario.policy.parent).as_posix()}"
        account.client("s3").put_object(Bucket=BUCKET, Key=key, Body=Path(path).read_bytes())
    return f"s3://{BUCKET}/{folder}/{scenario.policy.name}"


def _create_group(account: Account, name: str, config: str) -> None:
    account.client("codedeploy").create_deployment_group(
        applicationName=APPLICATION,
        deploymentGroupName=name,
        deploymentConfigName=config,
        serviceRoleArn=ROLE,
        deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_FAILURE"]},
    )
