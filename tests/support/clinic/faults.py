"""One fault for each check that looks at an account: seeded through the public API, seen, and undone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Final

from support.clinic.release import (
    ALARM,
    ALIAS,
    APPLICATION,
    FUNCTION,
    HOOK,
    MAY_JUDGE,
    POLICY,
    Clinic,
    appspec,
    create_group,
    ring,
)
from warmgate_ops.doctor.permissions import INVOKE, REPORT_STATUS

Change = dict[str, Any]
"""How the healthy question is changed so that the fault is seen."""
Seed = Callable[[Clinic], AbstractContextManager[Change]]
SEEDS: Final[dict[str, Seed]] = {}
"""By the id of the check that must find it."""


def seed(check: str) -> Callable[[Callable[[Clinic], Iterator[Change]]], Seed]:
    """Register how a fault is seeded; what stands after its yield undoes it."""

    def register(generator: Callable[[Clinic], Iterator[Change]]) -> Seed:
        SEEDS[check] = contextmanager(generator)
        return SEEDS[check]

    return register


@seed("target-missing")
def _(clinic: Clinic) -> Iterator[Change]:
    yield {"appspec": (appspec(candidate="99"), "appspec.json")}


@seed("first-deployment")
def _(clinic: Clinic) -> Iterator[Change]:
    create_group(clinic, "new")
    yield {"group": "new"}
    clinic.client("codedeploy").delete_deployment_group(applicationName=APPLICATION, deploymentGroupName="new")


@seed("config-only-change")
def _(clinic: Clinic) -> Iterator[Change]:
    clinic.configure(FUNCTION, MemorySize=512)
    yield {}
    clinic.configure(FUNCTION, MemorySize=128)


@seed("alias-weighted")
def _(clinic: Clinic) -> Iterator[Change]:
    weigh(clinic, {"1": 0.1})
    yield {}
    weigh(clinic, {})


def weigh(clinic: Clinic, weights: dict[str, float]) -> None:
    """Set the weights of the alias."""
    routing = {"AdditionalVersionWeights": weights}
    clinic.client("lambda").update_alias(FunctionName=FUNCTION, Name=ALIAS, RoutingConfig=routing)


@seed("alias-moved")
def _(clinic: Clinic) -> Iterator[Change]:
    clinic.client("lambda").update_alias(FunctionName=FUNCTION, Name=ALIAS, FunctionVersion="1")
    yield {}
    clinic.client("lambda").update_alias(FunctionName=FUNCTION, Name=ALIAS, FunctionVersion="2")


@seed("provisioned-on-alias")
def _(clinic: Clinic) -> Iterator[Change]:
    client = clinic.client("lambda")
    client.put_provisioned_concurrency_config(FunctionName=FUNCTION, Qualifier=ALIAS, ProvisionedConcurrentExecutions=1)
    yield {}
    client.delete_provisioned_concurrency_config(FunctionName=FUNCTION, Qualifier=ALIAS)


@seed("not-weightable")
def _(clinic: Clinic) -> Iterator[Change]:
    with of_two_versions(clinic, "ledger", Role=clinic.role("shifts")) as alone:
        yield alone


@seed("logs-hide-reports")
def _(clinic: Clinic) -> Iterator[Change]:
    with of_two_versions(clinic, "quiet", LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "WARN"}) as alone:
        yield alone


@seed("filter-left")
def _(clinic: Clinic) -> Iterator[Change]:
    clinic.create("feeding")
    clinic.client("lambda").add_permission(
        FunctionName="feeding", StatementId="logs", Action="lambda:InvokeFunction", Principal="logs.amazonaws.com"
    )
    arn = clinic.client("lambda").get_function_configuration(FunctionName="feeding")["FunctionArn"]
    group, client = f"/aws/lambda/{FUNCTION}", clinic.client("logs")
    with suppress(client.exceptions.ResourceAlreadyExistsException):
        client.create_log_group(logGroupName=group)
    named = {"logGroupName": group, "filterName": "warmgate-d-GONE12345"}
    client.put_subscription_filter(**named, filterPattern="", destinationArn=arn)
    yield {}
    client.delete_subscription_filter(**named)
    clinic.client("lambda").delete_function(FunctionName="feeding")


@contextmanager
def of_two_versions(clinic: Clinic, name: str, **changed: Any) -> Iterator[Change]:
    """Make a function whose second version has other settings, and the question about it alone."""
    clinic.create(name)
    clinic.publish(name)
    clinic.client("lambda").create_alias(FunctionName=name, Name=ALIAS, FunctionVersion="1")
    clinic.configure(name, **changed)
    clinic.publish(name)
    yield {"function": name, "application": "", "group": "", "appspec": None}
    clinic.client("lambda").delete_function(FunctionName=name)


@seed("concurrency")
def _(clinic: Clinic) -> Iterator[Change]:
    client = clinic.client("lambda")
    client.put_function_concurrency(FunctionName=FUNCTION, ReservedConcurrentExecutions=4)
    yield {}
    client.delete_function_concurrency(FunctionName=FUNCTION)


@seed("group-missing")
def _(clinic: Clinic) -> Iterator[Change]:
    yield {"group": "nobody"}


@seed("appspec-faults")
def _(clinic: Clinic) -> Iterator[Change]:
    yield {"appspec": (appspec(baseline="$LATEST"), "appspec.json")}


@seed("same-version")
def _(clinic: Clinic) -> Iterator[Change]:
    yield {"appspec": (appspec("2", "2"), "appspec.json")}


@seed("deployment-in-progress")
def _(clinic: Clinic) -> Iterator[Change]:
    deployment_id = clinic.deploy(appspec())
    yield {}
    clinic.client("codedeploy").stop_deployment(deploymentId=deployment_id)


@seed("rollback-events")
def _(clinic: Clinic) -> Iterator[Change]:
    clinic.change_group(autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_STOP_ON_ALARM"]})
    yield {}
    clinic.change_group(autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_FAILURE"]})


@seed("no-alarms")
def _(clinic: Clinic) -> Iterator[Change]:
    clinic.change_group(alarmConfiguration={"enabled": False, "alarms": [{"name": ALARM}]})
    yield {}
    clinic.change_group(alarmConfiguration={"enabled": True, "alarms": [{"name": ALARM}]})


@seed("alarm-missing")
def _(clinic: Clinic) -> Iterator[Change]:
    clinic.change_group(alarmConfiguration={"enabled": True, "alarms": [{"name": ALARM}, {"name": "nobody"}]})
    yield {}
    clinic.change_group(alarmConfiguration={"enabled": True, "alarms": [{"name": ALARM}]})


@seed("alarm-ringing")
def _(clinic: Clinic) -> Iterator[Change]:
    ring(clinic, "ALARM")
    yield {}
    ring(clinic, "OK")


@seed("alarm-without-data")
def _(clinic: Clinic) -> Iterator[Change]:
    ring(clinic, "INSUFFICIENT_DATA")
    yield {}
    ring(clinic, "OK")


@seed("no-hook")
def _(clinic: Clinic) -> Iterator[Change]:
    yield {"appspec": (appspec(hook=""), "appspec.json")}


@seed("hook-missing")
def _(clinic: Clinic) -> Iterator[Change]:
    yield {"appspec": (appspec(hook="CodeDeployHook_gone"), "appspec.json")}


@seed("hook-inactive")
def _(clinic: Clinic) -> Iterator[Change]:
    name = "CodeDeployHook_unstartable"
    snapshot = {"SnapStart": {"ApplyOn": "PublishedVersions"}, "Runtime": "python3.12"}
    clinic.create(name, "raise RuntimeError('no key')\n", **snapshot)
    version = clinic.publish(name)
    wait_for_state(clinic, name, version, "Failed")
    yield {"appspec": (appspec(hook=f"{name}:{version}"), "appspec.json")}
    clinic.client("lambda").delete_function(FunctionName=name)


def wait_for_state(clinic: Clinic, name: str, version: str, state: str) -> None:
    """Return when a version is in a state."""
    for _ in range(200):
        found = clinic.client("lambda").get_function_configuration(FunctionName=name, Qualifier=version)
        if found["State"] == state:
            return
        time.sleep(0.05)
    raise AssertionError(f"{name}:{version} is {found['State']}, not {state}")


@seed("codedeploy-calls-hook")
def _(clinic: Clinic) -> Iterator[Change]:
    clinic.create("warmgate-before")
    yield {"appspec": (appspec(hook="warmgate-before"), "appspec.json")}
    clinic.client("lambda").delete_function(FunctionName="warmgate-before")


@seed("hook-reports")
def _(clinic: Clinic) -> Iterator[Change]:
    clinic.allow("judges", {action: on for action, on in MAY_JUDGE.items() if action != REPORT_STATUS})
    yield {}
    clinic.allow("judges", MAY_JUDGE)


@seed("hook-invokes")
def _(clinic: Clinic) -> Iterator[Change]:
    clinic.allow("judges", {**MAY_JUDGE, INVOKE: f"arn:aws:lambda:*:*:function:{FUNCTION}"})
    yield {}
    clinic.allow("judges", MAY_JUDGE)


@seed("hook-looks-up")
def _(clinic: Clinic) -> Iterator[Change]:
    clinic.allow("judges", {action: on for action, on in MAY_JUDGE.items() if action != "lambda:ListTags"})
    yield {}
    clinic.allow("judges", MAY_JUDGE)


@seed("hook-timeout")
def _(clinic: Clinic) -> Iterator[Change]:
    clinic.configure(HOOK, Timeout=3)
    yield {}
    clinic.configure(HOOK, Timeout=900)


@seed("hook-network")
def _(clinic: Clinic) -> Iterator[Change]:
    ec2, name = clinic.client("ec2"), "CodeDeployHook_enclosed"
    network = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=network, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    clinic.create(name, VpcConfig={"SubnetIds": [subnet], "SecurityGroupIds": ["sg-0"]})
    yield {"appspec": (appspec(hook=name), "appspec.json")}
    clinic.client("lambda").delete_function(FunctionName=name)


@seed("hook-retries")
def _(clinic: Clinic) -> Iterator[Change]:
    client = clinic.client("lambda")
    client.put_function_event_invoke_config(FunctionName=HOOK, MaximumRetryAttempts=0)
    yield {}
    client.delete_function_event_invoke_config(FunctionName=HOOK)


@seed("policy-faults")
def _(clinic: Clinic) -> Iterator[Change]:
    clinic.write_policy("policy: checkout\nlimits: {duration: {p95: 400}}\n")
    yield {}
    clinic.write_policy(POLICY)


@seed("probe-tenants")
def _(clinic: Clinic) -> Iterator[Change]:
    clinic.write_policy(f"{POLICY}probes: [{{name: blue, tenant: blue}}]\n")
    yield {}
    clinic.write_policy(POLICY)


@seed("policy-undecided")
def _(clinic: Clinic) -> Iterator[Change]:
    clinic.write_policy(
        "policy: checkout\nwarm: {environments: 5}\nbudget: {invocations: 100}\nlimits: {errors: {rate: 0.1%}}\n"
    )
    yield {}
    clinic.write_policy(POLICY)
