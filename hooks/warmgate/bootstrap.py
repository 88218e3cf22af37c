"""The composition root: environment variables become settings, settings become adapters, adapters become a use case.

What only some of the functions need is imported by the function that makes it.
"""

from __future__ import annotations

import os
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from warmgate.adapters.codedeploy import CodeDeployDeployments, LastDeployments
from warmgate.adapters.functions import LambdaFunctions
from warmgate.adapters.invoker import LambdaInvoker
from warmgate.adapters.lineage import CodeDeployLineage
from warmgate.adapters.logs import CloudWatchLogs
from warmgate.adapters.policies import TaggedPolicies, UnsetPolicies
from warmgate.adapters.reports import BucketArchive, LogReport, MetricsReport, log_line
from warmgate.adapters.sdk import Clients
from warmgate.adapters.waiting import SystemClock, ThreadOverlap, ThreadTimer
from warmgate.errors import SettingsError
from warmgate.gate.gate import Gate
from warmgate.lineage.rollback_claims import RollbackProof
from warmgate.model.deployment import LifecycleEvent, LiveJudge
from warmgate.ports.policies import Policies
from warmgate.ports.reports import Reports
from warmgate.probing.assess import Assessor
from warmgate.probing.assessment import Judging
from warmgate.probing.sharing import Sharing
from warmgate.settings import Settings, policies_folder, settings_of

if TYPE_CHECKING:
    from warmgate.gate.known_bad import KnownBad
    from warmgate.live.guard import Guard
    from warmgate.ports.live import SourceOf

CONCURRENCY = 100
"""Connections of the invoke client; a round of both arms with 20 environments needs 40."""


def assessor_of(clients: Clients, sharing: Sharing | None = None) -> Assessor:
    """Return the assessor on real functions, real time and real threads."""
    clock = SystemClock()
    return Assessor(
        functions=LambdaFunctions(clients),
        invoker=LambdaInvoker(clients.invoking(CONCURRENCY), clock),
        overlap=ThreadOverlap(),
        clock=clock,
        logs=CloudWatchLogs(clients, clock),
        sharing=sharing,
    )


RUN: ContextVar[str] = ContextVar("run", default="")
"""The id of the request that is answered: Lambda's retries of an event have the same one."""


def _owner() -> str:
    return RUN.get() or uuid4().hex


def _own_calls(parts: _Parts) -> Judging:
    """Return the judging by calls of our own, which runs share where there is a table."""
    settings, clock = parts.settings, parts.clock
    if settings.table == "":
        return assessor_of(parts.clients, Sharing(clock=clock, share=settings.probe_share))
    from warmgate.adapters.ledger import TableLedger
    from warmgate.adapters.reservations import TableReservations
    from warmgate.probing.once import ProbingOnce

    reservations = TableReservations(parts.clients, settings.table, clock)
    sharing = Sharing(clock=clock, share=settings.probe_share, reservations=reservations)
    ledger = TableLedger(parts.clients, settings.table, clock)
    return ProbingOnce(assessor=assessor_of(parts.clients, sharing), ledger=ledger, clock=clock, owner=_owner)


@lru_cache(maxsize=1)
def gate() -> Gate:
    """Return the gate before traffic moves, made once. Wrong settings are reported to CodeDeploy, not raised."""
    parts = _parts()
    return _gate(parts, _own_calls(parts), LifecycleEvent.BEFORE_ALLOW_TRAFFIC)


@lru_cache(maxsize=1)
def live_gate() -> Gate:
    """Return the gate after traffic has moved, made once."""
    from warmgate.adapters.metrics import CloudWatchMetrics
    from warmgate.live.assess import LiveAssessor

    parts = _parts()
    judging = LiveAssessor(
        functions=LambdaFunctions(parts.clients),
        logs=CloudWatchLogs(parts.clients, parts.clock),
        metrics=CloudWatchMetrics(parts.clients),
        own_calls=_own_calls(parts),
        clock=parts.clock,
    )
    return _gate(parts, judging, LifecycleEvent.AFTER_ALLOW_TRAFFIC)


def guard(context: Any) -> Guard:
    """Return the traffic guard of one call; raises SettingsError where its table is not named."""
    from warmgate.adapters.claims import TableClaims
    from warmgate.adapters.metrics import CloudWatchMetrics
    from warmgate.adapters.reports import MetricsReadingCounts
    from warmgate.adapters.runs import LambdaHandover
    from warmgate.adapters.shifts import CodeDeployShifts
    from warmgate.adapters.turns import TableTurns
    from warmgate.bootstrap_feed import feed_ending_of
    from warmgate.live.guard import Guard
    from warmgate.live.pace import GUARDS_PART, filter_per_s

    parts, turns_per_s = _parts(), GUARDS_PART * filter_per_s(os.environ.get("AWS_REGION", ""))
    if parts.settings.table == "":
        raise SettingsError("WARMGATE_TABLE: found nothing, expected the name of a DynamoDB table with the key id")
    return Guard(
        shifts=CodeDeployShifts(parts.clients("codedeploy"), parts.clock, parts.clients),
        proof=RollbackProof(CodeDeployLineage(parts.clients, parts.clock, parts.settings.table)),
        policies=parts.policies,
        functions=LambdaFunctions(parts.clients),
        logs=CloudWatchLogs(parts.clients, parts.clock),
        claims=TableClaims(parts.clients, parts.settings.table),
        handover=LambdaHandover(parts.clients("lambda"), context.invoked_function_arn),
        clock=parts.clock,
        metrics=CloudWatchMetrics(parts.clients),
        counts=MetricsReadingCounts(parts.settings.metrics_namespace),
        turns=TableTurns(parts.clients, parts.settings.table, parts.clock, turns_per_s),
        reports=_reports(parts, _archive(parts, LiveJudge.GUARD)),
        log=log_line,
        source=_subscribed(parts),
        feed_ending=feed_ending_of(parts.clients, parts.settings),
    )


def _subscribed(parts: _Parts) -> SourceOf | None:
    """Return what makes sources of live calls by subscription, where the installation has it."""
    settings = parts.settings
    if not (settings.feed_table and settings.feed_function):
        return None
    from warmgate.adapters.batches import TableBatches
    from warmgate.adapters.subscriptions import LogSubscriptions
    from warmgate.live.fed import FeedPorts, fed_source_of
    from warmgate.live.polled import PolledSource

    feed = FeedPorts(
        subscriptions=LogSubscriptions(parts.clients, settings.feed_function),
        batches=TableBatches(parts.clients, settings.feed_table, parts.clock),
    )
    logs = CloudWatchLogs(parts.clients, parts.clock)
    return fed_source_of(feed, lambda watched, clock: PolledSource(logs, watched, clock))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    clients: Clients
    clock: SystemClock
    settings: Settings
    policies: Policies


@lru_cache(maxsize=1)
def _parts() -> _Parts:
    clients = Clients()
    try:
        settings = settings_of(os.environ)
    except SettingsError as error:
        unset = Settings(policies=policies_folder())
        return _Parts(clients=clients, clock=SystemClock(), settings=unset, policies=UnsetPolicies(error))
    policies = TaggedPolicies(clients, settings.policies, settings.policy_sources, settings.policy_account)
    return _Parts(clients=clients, clock=SystemClock(), settings=settings, policies=policies)


def _gate(parts: _Parts, judging: Judging, event: LifecycleEvent) -> Gate:
    before, settings = event is LifecycleEvent.BEFORE_ALLOW_TRAFFIC, parts.settings
    archive = _archive(parts, "" if before else LiveJudge.AFTER)
    return Gate(
        deployments=CodeDeployDeployments(parts.clients("codedeploy"), parts.clock, event, parts.clients),
        last_deployments=LastDeployments(parts.clients, parts.clock, event),
        proof=RollbackProof(CodeDeployLineage(parts.clients, parts.clock, settings.table)),
        policies=parts.policies,
        judging=judging,
        clock=parts.clock,
        timer=ThreadTimer(),
        event=event,
        reports=_reports(parts, archive),
        archive=archive,
        known_bad=_known_bad(parts) if before else None,
        log=log_line,
    )


def _known_bad(parts: _Parts) -> KnownBad | None:
    settings = parts.settings
    if not settings.report_bucket:
        return None
    from warmgate.adapters.refusals import BucketRefusals
    from warmgate.gate.known_bad import KnownBad

    refusals = BucketRefusals(parts.clients, settings.report_bucket, settings.report_prefix, settings.account)
    return KnownBad(refusals=refusals, functions=LambdaFunctions(parts.clients), log=log_line)


def _archive(parts: _Parts, folder: str) -> BucketArchive | None:
    settings = parts.settings
    if not settings.report_bucket:
        return None
    bucket, prefix, account = settings.report_bucket, settings.report_prefix, settings.account
    return BucketArchive(parts.clients, bucket, prefix, folder, account)


def _reports(parts: _Parts, archive: BucketArchive | None) -> tuple[Reports, ...]:
    reports: tuple[Reports, ...] = (LogReport(), MetricsReport(parts.settings.metrics_namespace))
    return (*reports, archive) if archive is not None else reports
