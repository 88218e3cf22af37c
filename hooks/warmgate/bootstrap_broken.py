"""The composition root of what hears of bakes that broke."""

from __future__ import annotations

import os
from functools import lru_cache

from warmgate.adapters.bakes import StepFunctionsExecutions
from warmgate.adapters.claims import TableClaims
from warmgate.adapters.keeping import TopicWarmNotices
from warmgate.adapters.reports import log_line
from warmgate.adapters.sdk import Clients
from warmgate.adapters.stored_reports import BucketStoredReports
from warmgate.baking.broken import BrokenBakes
from warmgate.errors import SettingsError
from warmgate.settings import Settings, settings_of


@lru_cache(maxsize=1)
def broken_bakes() -> BrokenBakes:
    """Return the use case on real services, made once; raises SettingsError."""
    return broken_bakes_of(Clients(), settings_of(os.environ))


def broken_bakes_of(clients: Clients, settings: Settings) -> BrokenBakes:
    """Return the use case on real services; raises SettingsError."""
    needed = {
        "WARMGATE_TABLE": settings.table,
        "WARMGATE_TOPIC_ARN": settings.topic_arn,
        "WARMGATE_REPORT_BUCKET": settings.report_bucket,
    }
    for name, value in needed.items():
        if not value:
            raise SettingsError(f"{name}: found nothing, expected a name", hint="set it for the function of bakes")
    return BrokenBakes(
        executions=StepFunctionsExecutions(clients),
        reports=BucketStoredReports(clients, settings.report_bucket, settings.report_prefix, settings.account),
        claims=TableClaims(clients, settings.table),
        texts=TopicWarmNotices(clients, settings.topic_arn, "the role of the function that looks"),
        log=log_line,
    )
