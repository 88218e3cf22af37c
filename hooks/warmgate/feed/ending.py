"""Ends the subscription of a deployment, whoever began it: for the guard, and for the controller after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from warmgate.errors import FeedError, FunctionLookupError
from warmgate.model.deployment import Deployment
from warmgate.model.log_stream import log_of
from warmgate.ports.feed import Subscriptions
from warmgate.ports.functions import Functions


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEnding:
    """The use case of a shift that is over."""

    subscriptions: Subscriptions
    functions: Functions
    log: Callable[[str], None] = lambda _line: None

    def end(self, deployment: Deployment) -> tuple[str, ...]:
        """Remove the filters of a deployment from its function's log groups; return what went wrong.

        What is not there any more is no trouble: a function may be deleted with its log.
        """
        troubles: tuple[str, ...] = ()
        for group in self._groups(deployment):
            try:
                if self.subscriptions.close(group, deployment.deployment_id):
                    self.log(f"{deployment.deployment_id}: subscription of {group} ended")
            except FeedError as error:
                troubles += (str(error),)
        for trouble in troubles:
            self.log(f"{deployment.deployment_id}: subscription not ended ({trouble})")
        return troubles

    def _groups(self, deployment: Deployment) -> tuple[str, ...]:
        groups: list[str] = []
        for version in filter(None, (deployment.candidate, deployment.baseline)):
            try:
                groups.append(log_of(self.functions.version(deployment.target.function, version)).group)
            except FunctionLookupError as error:
                self.log(f"{deployment.deployment_id}: log group of version {version} not known ({error})")
        return tuple(dict.fromkeys(groups))
