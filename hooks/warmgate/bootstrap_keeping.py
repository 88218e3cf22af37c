"""The composition root of the keeper of warm environments: the hooks' own does not know it, nor it the hooks'."""

from __future__ import annotations

import os
from functools import lru_cache

from warmgate.adapters.aliases import LambdaAliases
from warmgate.adapters.functions import LambdaFunctions
from warmgate.adapters.invoker import LambdaInvoker
from warmgate.adapters.keeping import (
    LogWarmResults,
    MetricsWarmResults,
    TableWarmMemory,
    TaggedFunctions,
    TopicWarmNotices,
)
from warmgate.adapters.policies import TaggedPolicies
from warmgate.adapters.releases import CodeDeployReleases
from warmgate.adapters.reports import log_line
from warmgate.adapters.sdk import Clients
from warmgate.adapters.waiting import SystemClock, ThreadOverlap
from warmgate.errors import SettingsError
from warmgate.keeping.burst import Bursts
from warmgate.keeping.demands import Demands
from warmgate.keeping.keeper import Keeper
from warmgate.settings import Settings, settings_of

CONNECTIONS = 128
"""Pings of one round: a policy's most, rounded up for two versions of a shift."""


@lru_cache(maxsize=1)
def keeper() -> Keeper:
    """Return the keeper of this environment, made once; raises SettingsError."""
    return keeper_of(Clients(), settings_of(os.environ))


def keeper_of(clients: Clients, settings: Settings) -> Keeper:
    """Return the keeper on real services; raises SettingsError."""
    if not settings.table:
        raise SettingsError("WARMGATE_TABLE: found nothing, expected a name", hint="set it for the keeper")
    clock, tagged = SystemClock(), TaggedFunctions(clients)
    memory = TableWarmMemory(clients, settings.table, clock)
    policies = TaggedPolicies(clients, settings.policies, settings.policy_sources, settings.policy_account)
    return Keeper(
        tagged=tagged,
        demands=Demands(tagged=tagged, policies=policies, deployments=CodeDeployReleases(clients), memory=memory),
        aliases=LambdaAliases(clients),
        functions=LambdaFunctions(clients),
        bursts=Bursts(
            invoker=LambdaInvoker(clients.invoking(CONNECTIONS), clock), overlap=ThreadOverlap(), clock=clock
        ),
        memory=memory,
        results=(LogWarmResults(), MetricsWarmResults(settings.metrics_namespace)),
        notices=(TopicWarmNotices(clients, settings.topic_arn),) if settings.topic_arn else (),
        clock=clock,
        log=log_line,
    )
