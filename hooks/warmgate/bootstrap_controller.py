"""The composition root of the rollback controller: the hooks need none of it."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from warmgate.adapters.aliases import LambdaAliases
from warmgate.adapters.claims import TableClaims
from warmgate.adapters.lineage import CodeDeployLineage
from warmgate.adapters.policies import TaggedPolicies
from warmgate.adapters.releases import CodeDeployReleases, GroupAlarms
from warmgate.adapters.reports import log_line
from warmgate.adapters.sdk import Clients
from warmgate.adapters.stored_reports import BucketStoredReports
from warmgate.adapters.tags import LambdaAllowTag
from warmgate.adapters.waiting import SystemClock
from warmgate.bootstrap_feed import feed_ending_of
from warmgate.errors import SettingsError
from warmgate.lineage.rollback_claims import RollbackProof
from warmgate.rollback.bake_start import BakeStart
from warmgate.rollback.controller import RollbackController
from warmgate.rollback.recovery import Recovery
from warmgate.settings import Settings, settings_of

if TYPE_CHECKING:
    from warmgate.ports.baking import Bakes
    from warmgate.ports.reports import Notices


@lru_cache(maxsize=1)
def controller() -> RollbackController:
    """Return the rollback controller of this environment, made once; raises SettingsError."""
    return controller_of(Clients(), settings_of(os.environ))


def controller_of(clients: Clients, settings: Settings) -> RollbackController:
    """Return the rollback controller on real services; raises SettingsError."""
    for name, value in (("WARMGATE_TABLE", settings.table), ("WARMGATE_REPORT_BUCKET", settings.report_bucket)):
        if not value:
            raise SettingsError(f"{name}: found nothing, expected a name", hint="set it for the rollback controller")
    releases, claims, clock = CodeDeployReleases(clients), TableClaims(clients, settings.table), SystemClock()
    policies = TaggedPolicies(clients, settings.policies, settings.policy_sources, settings.policy_account)
    reports = BucketStoredReports(clients, settings.report_bucket, settings.report_prefix, settings.account)
    proof = RollbackProof(CodeDeployLineage(clients, clock, settings.table))
    allow_tag = LambdaAllowTag(clients, required=settings.require_allow_tag)
    return RollbackController(
        releases=releases,
        proof=proof,
        allow_tag=allow_tag,
        recovery=Recovery(
            releases=releases,
            proof=proof,
            aliases=LambdaAliases(clients),
            allow_tag=allow_tag,
            policies=policies,
            claims=claims,
            clock=clock,
        ),
        alarms=GroupAlarms(clients),
        reports=reports,
        claims=claims,
        clock=clock,
        baking=BakeStart(policies=policies, reports=reports, clock=clock, bakes=_bakes(clients, settings)),
        notices=_notices(clients, settings),
        log=log_line,
        feed_ending=feed_ending_of(clients, settings),
    )


def _bakes(clients: Clients, settings: Settings) -> Bakes | None:
    if not settings.bakes:
        return None
    from warmgate.adapters.bakes import StepFunctionsBakes

    return StepFunctionsBakes(clients, settings.bakes)


def _notices(clients: Clients, settings: Settings) -> tuple[Notices, ...]:
    from warmgate.adapters.notices import BusNotices, LogNotices, MetricsNotices, TopicNotices

    topic = (TopicNotices(clients, settings.topic_arn),) if settings.topic_arn else ()
    chat: tuple[Notices, ...] = ()
    if settings.webhook_secret:
        from warmgate.adapters.webhook import WebhookNotices

        chat = (WebhookNotices(clients, settings.webhook_secret, settings.webhook_format),)
    # The chat comes last: its time is not Warmgate's.
    metrics = MetricsNotices(settings.metrics_namespace)
    return (LogNotices(), metrics, *topic, BusNotices(clients, settings.event_bus), *chat)
