"""Subscription filters of CloudWatch Logs whose destination is Warmgate's own function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from warmgate.adapters.port_errors import Unless, raised_as
from warmgate.errors import FeedError
from warmgate.model.feed import filter_name

GONE = "ResourceNotFoundException"
HINT = (
    "allow logs:PutSubscriptionFilter, DeleteSubscriptionFilter and DescribeSubscriptionFilters on the log group; a"
    " group takes two filters"
)


class LogSubscriptions:
    """Filters named after deployments; `clients` gives the client of a service, `destination` is a function's ARN."""

    def __init__(self, clients: Callable[[str], Any], destination: str) -> None:
        self._clients = clients
        self._destination = destination

    def open(self, group: str, deployment_id: str) -> None:
        """Make the filter, or make it anew: that of the same name is replaced, and counts once."""
        from warmgate.logs.calls import PATTERN

        if group == f"/aws/lambda/{self._destination.rpartition(':')[2]}":
            raise FeedError(f"{group}: the log of what would be delivered to itself, without end")
        with raised_as(FeedError, f"{group}: no subscription filter was made", HINT):
            self._clients("logs").put_subscription_filter(
                logGroupName=group,
                filterName=filter_name(deployment_id),
                filterPattern=PATTERN,
                destinationArn=self._destination,
            )

    def close(self, group: str, deployment_id: str) -> bool:
        """Delete the filter where its destination is ours."""
        name = filter_name(deployment_id)
        with raised_as(FeedError, f"{group}: the subscription filter {name} was not removed", HINT), Unless(GONE):
            client = self._clients("logs")
            found = client.describe_subscription_filters(logGroupName=group, filterNamePrefix=name)
            for each in found.get("subscriptionFilters", []):
                if each.get("filterName") == name and each.get("destinationArn") == self._destination:
                    client.delete_subscription_filter(logGroupName=group, filterName=name)
                    return True
        return False
