"""Asks IAM what a role may do: its own simulation, so that boundaries and denials count as they do on the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from warmgate_ops.doctor.facts import Denied, Fact, GroupFacts, HookConfiguration, Permission
from warmgate_ops.doctor.gathering.looking import Clients, look, pages
from warmgate_ops.doctor.permissions import INVOKE, NEEDED, REPORT_STATUS, USEFUL


def read_hook_permissions(
    clients: Clients, hook: HookConfiguration, versions: Sequence[str], group: GroupFacts | None
) -> Fact[tuple[Permission, ...]]:
    """Return what a hook's role may do of what it needs.

    Args:
        clients: gives the client of a service.
        hook: whose role is asked about.
        versions: ARNs of the function with its version, one for each version that may be called.
        group: the deployment group whose hook executions it ends; nothing is asked of CodeDeploy without one.
    """
    account_wide = ("lambda:GetAccountSettings", "cloudwatch:GetMetricData")
    asked: dict[str, tuple[str, ...]] = {"*": account_wide}
    if group is not None:
        region_and_account = ":".join(hook.arn.split(":")[3:5])
        arn = f"arn:{hook.arn.split(':')[1]}:codedeploy:{region_and_account}:deploymentgroup:"
        actions = (REPORT_STATUS, *(action for action in NEEDED if action.startswith("codedeploy:")))
        asked[f"{arn}{group.application}/{group.name}"] = actions
    for version in versions:
        asked[version] = (INVOKE, "lambda:GetFunctionConfiguration", "lambda:GetProvisionedConcurrencyConfig")
    if versions:
        function = versions[0].rpartition(":")[0]
        asked[function] = ("lambda:ListTags", *(a for a in USEFUL if a not in account_wide))
    return read_permissions(clients, hook.role_arn, asked)


def read_permissions(
    clients: Clients, role_arn: str, asked: Mapping[str, Sequence[str]]
) -> Fact[tuple[Permission, ...]]:
    """Return whether a role may do the actions asked about, by resource; Missing where there is no such role."""
    place = f"iam:{role_arn.rpartition('/')[2]}"
    role = look(place, "iam:GetRole", lambda: clients("iam").get_role(RoleName=role_arn.rpartition("/")[2]))
    if not isinstance(role, dict | Denied):
        return role
    return look(
        place,
        "iam:SimulatePrincipalPolicy",
        lambda: tuple(
            permission
            for resource, actions in asked.items()
            for permission in _simulated(clients, role_arn, resource, actions)
        ),
    )


def _simulated(clients: Clients, role_arn: str, resource: str, actions: Sequence[str]) -> list[Permission]:
    results = pages(
        clients("iam"),
        "simulate_principal_policy",
        "EvaluationResults",
        PolicySourceArn=role_arn,
        ActionNames=list(actions),
        ResourceArns=[resource],
    )
    return [
        Permission(action=found["EvalActionName"], resource=resource, allowed=found["EvalDecision"] == "allowed")
        for found in results
    ]
