"""The composition root: environment variables become settings, settings become adapters, adapters become a use case."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from warmgate.adapters.codedeploy import CodeDeployDeployments
from warmgate.adapters.functions import LambdaFunctions
from warmgate.adapters.invoker import LambdaInvoker
from warmgate.adapters.policies import KINDS, TaggedPolicies, UnsetPolicies
from warmgate.adapters.refusals import BucketRefusals
from warmgate.adapters.reports import BucketReport, LogReport, MetricsReport
from warmgate.adapters.sdk import Clients
from warmgate.adapters.waiting import SystemClock, ThreadOverlap
from warmgate.assessment import Assessor
from warmgate.errors import SettingsError
from warmgate.gate import Gate
from warmgate.ports import Policies, Reports

if TYPE_CHECKING:
    from warmgate.release_ports import Notices
    from warmgate.rollback import RollbackController

CONCURRENCY = 100
"""Connections of the invoke client; a round of both arms with 20 environments needs 40."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment of a hook says; each field's variable is WARMGATE_ and its name in capitals."""

    policies: Path
    policy_sources: tuple[str, ...] = KINDS
    report_bucket: str = ""
    report_prefix: str = ""
    metrics_namespace: str = "Warmgate"
    table: str = ""
    topic_arn: str = ""
    event_bus: str = "default"


def settings_of(environment: Mapping[str, str]) -> Settings:
    """Return the settings of an environment; raises SettingsError."""
    sources = tuple(word.strip() for word in environment.get("WARMGATE_POLICY_SOURCES", "").split(",") if word.strip())
    unknown = [word for word in sources if word not in KINDS]
    if unknown:
        raise SettingsError(
            f"WARMGATE_POLICY_SOURCES: found {', '.join(unknown)}, expected some of {', '.join(KINDS)}",
            hint="separate the allowed sources by commas",
        )
    return Settings(
        policies=Path(environment.get("WARMGATE_POLICIES", "")) if environment.get("WARMGATE_POLICIES") else _folder(),
        policy_sources=sources or KINDS,
        report_bucket=environment.get("WARMGATE_REPORT_BUCKET", ""),
        report_prefix=environment.get("WARMGATE_REPORT_PREFIX", ""),
        metrics_namespace=environment.get("WARMGATE_METRICS_NAMESPACE", "Warmgate"),
        table=environment.get("WARMGATE_TABLE", ""),
        topic_arn=environment.get("WARMGATE_TOPIC_ARN", ""),
        event_bus=environment.get("WARMGATE_EVENT_BUS") or "default",
    )


def _folder() -> Path:
    """Return the folder of bundled policies: a layer's, else the one beside the hooks, else the checkout's."""
    here = Path(__file__).resolve()
    candidates = (Path("/opt/policies"), here.parents[1] / "policies", here.parents[2] / "policies")
    return next((path for path in candidates if path.is_dir()), candidates[0])


def assessor_of(clients: Clients) -> Assessor:
    """Return the assessor on real functions, real time and real threads."""
    clock = SystemClock()
    return Assessor(
        functions=LambdaFunctions(clients),
        invoker=LambdaInvoker(clients.invoking(CONCURRENCY), clock),
        overlap=ThreadOverlap(),
        clock=clock,
    )


@lru_cache(maxsize=1)
def gate() -> Gate:
    """Return the gate of this environment, made once. Wrong settings are told to CodeDeploy, not raised."""
    clients, clock = Clients(), SystemClock()
    policies: Policies
    try:
        settings = settings_of(os.environ)
        policies = TaggedPolicies(clients, settings.policies, settings.policy_sources)
    except SettingsError as error:
        settings, policies = Settings(policies=_folder()), UnsetPolicies(error)
    reports: list[Reports] = [LogReport(), MetricsReport(settings.metrics_namespace)]
    refusals = None
    if settings.report_bucket:
        reports.append(BucketReport(clients, settings.report_bucket, settings.report_prefix))
        refusals = BucketRefusals(clients, settings.report_bucket, settings.report_prefix)
    return Gate(
        deployments=CodeDeployDeployments(clients("codedeploy"), clock),
        policies=policies,
        assessor=assessor_of(clients),
        clock=clock,
        reports=tuple(reports),
        refusals=refusals,
        log=print,
    )


@lru_cache(maxsize=1)
def controller() -> RollbackController:
    """Return the rollback controller of this environment, made once; raises SettingsError."""
    return controller_of(Clients(), settings_of(os.environ))


def controller_of(clients: Clients, settings: Settings) -> RollbackController:
    """Return the rollback controller on real services; raises SettingsError."""
    # Imported here: the hooks, which come into being while a deployment waits, need none of it.
    from warmgate.adapters.aliases import LambdaAliases
    from warmgate.adapters.claims import TableClaims
    from warmgate.adapters.releases import CodeDeployReleases, GroupAlarms
    from warmgate.adapters.stored_reports import BucketReports
    from warmgate.recovery import Recovery
    from warmgate.rollback import RollbackController

    for name, value in (("WARMGATE_TABLE", settings.table), ("WARMGATE_REPORT_BUCKET", settings.report_bucket)):
        if not value:
            raise SettingsError(f"{name}: found nothing, expected a name", hint="set it for the rollback controller")
    releases, claims, clock = CodeDeployReleases(clients), TableClaims(clients, settings.table), SystemClock()
    return RollbackController(
        releases=releases,
        recovery=Recovery(
            releases=releases,
            aliases=LambdaAliases(clients),
            policies=TaggedPolicies(clients, settings.policies, settings.policy_sources),
            claims=claims,
            clock=clock,
        ),
        alarms=GroupAlarms(clients),
        reports=BucketReports(clients, settings.report_bucket, settings.report_prefix),
        claims=claims,
        clock=clock,
        notices=_notices(clients, settings),
        log=print,
    )


def _notices(clients: Clients, settings: Settings) -> tuple[Notices, ...]:
    from warmgate.adapters.notices import BusNotices, LogNotices, MetricsNotices, TopicNotices

    topic = (TopicNotices(clients, settings.topic_arn),) if settings.topic_arn else ()
    return (LogNotices(), MetricsNotices(settings.metrics_namespace), *topic, BusNotices(clients, settings.event_bus))
