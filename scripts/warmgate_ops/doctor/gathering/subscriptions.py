"""Reads the subscription filters that Warmgate made on a function's log group, and whether their deployments go on."""

from __future__ import annotations

from warmgate.model.deployment import ENDED_STATUSES
from warmgate.model.feed import FILTER_PREFIX, deployment_of
from warmgate_ops.doctor.facts import Denied, Fact, Missing, SubscriptionFacts
from warmgate_ops.doctor.gathering.looking import Clients, look, pages


def read_subscriptions(clients: Clients, group: str) -> Fact[tuple[SubscriptionFacts, ...]]:
    """Return the filters of a log group that are named after deployments; none where there is no such group."""

    def read() -> tuple[SubscriptionFacts, ...]:
        found = pages(
            clients("logs"),
            "describe_subscription_filters",
            "subscriptionFilters",
            logGroupName=group,
            filterNamePrefix=FILTER_PREFIX,
        )
        names = [str(each["filterName"]) for each in found]
        return tuple(_filter(clients, group, name) for name in names if deployment_of(name))

    seen = look(f"logs:{group}", "logs:DescribeSubscriptionFilters", read)
    return () if isinstance(seen, Missing) else seen


def _filter(clients: Clients, group: str, name: str) -> SubscriptionFacts:
    deployment_id = deployment_of(name)

    def read() -> bool:
        found = clients("codedeploy").get_deployment(deploymentId=deployment_id)
        return found["deploymentInfo"]["status"] in ENDED_STATUSES

    ended = look(f"codedeploy:{deployment_id}", "codedeploy:GetDeployment", read)
    # CodeDeploy forgets no deployment that goes on.
    has_ended: bool | Denied = True if isinstance(ended, Missing) else ended
    return SubscriptionFacts(group=group, name=name, has_ended=has_ended)
