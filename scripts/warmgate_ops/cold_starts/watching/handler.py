"""The function of the stack: an event of EventBridge is noted, a day summed up, a week told."""

from __future__ import annotations

import os
from datetime import date
from functools import lru_cache
from typing import Any

from warmgate.adapters.policies import TaggedPolicies
from warmgate.adapters.releases import CodeDeployReleases
from warmgate.adapters.reports import log_line
from warmgate.adapters.sdk import Clients
from warmgate.adapters.waiting import SystemClock
from warmgate.adapters.webhook import Webhook
from warmgate.errors import SettingsError
from warmgate.handler import begin, deadline_of
from warmgate.settings import settings_of
from warmgate_ops.cold_starts.watching.account import TaggedFunctions
from warmgate_ops.cold_starts.watching.channels import ChatChannel, LogChannel, TopicChannel
from warmgate_ops.cold_starts.watching.figures import EmbeddedFigures
from warmgate_ops.cold_starts.watching.hearing import heard
from warmgate_ops.cold_starts.watching.store import BucketDays
from warmgate_ops.cold_starts.watching.watch import ColdStartWatch

SUM_UP, REPORT = "sum-up", "report"
"""What the stack's schedules ask for, under the key `warmgate`."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Do what an event asks for and return what came of it; what fails is raised, so that it is tried again."""
    begin(context)
    watch, releases = _parts()
    asked = event.get("warmgate")
    if asked == SUM_UP:
        summed = watch.sum_up(deadline_of(context, watch.clock), _day(event, "date"))
        return {"date": summed.date, "functions": list(summed.done), "left": list(summed.left)}
    if asked == REPORT:
        message = watch.report(_day(event, "until"))
        return {"told": message.subject if message else ""}
    found = heard(event, releases.describe)
    for each in found:
        watch.days.note(each.function, each.event, each.event_id)
    return {"noted": [f"{each.function}: {each.event.in_words()}" for each in found]}


@lru_cache(maxsize=1)
def _parts() -> tuple[ColdStartWatch, CodeDeployReleases]:
    """Return the watch on real services; raises SettingsError."""
    settings, clients, clock = settings_of(os.environ), Clients(), SystemClock()
    if not settings.report_bucket:
        hint = "set it for the cold-start watch"
        raise SettingsError("WARMGATE_REPORT_BUCKET: found nothing, expected the name of a bucket", hint=hint)
    policies = TaggedPolicies(clients, settings.policies, settings.policy_sources, settings.policy_account)
    topic = (TopicChannel(clients, settings.topic_arn),) if settings.topic_arn else ()
    secret = settings.webhook_secret
    chat = (ChatChannel(Webhook(clients, secret), settings.webhook_format),) if secret else ()
    watch = ColdStartWatch(
        functions=TaggedFunctions(clients, clock, policies, _say),
        days=BucketDays(clients, settings.report_bucket, settings.report_prefix, settings.account),
        figures=EmbeddedFigures(settings.metrics_namespace),
        channels=(LogChannel(), *topic, *chat),
        clock=clock,
        log=_say,
    )
    return watch, CodeDeployReleases(clients)


def _day(event: dict[str, Any], key: str) -> date | None:
    """Return a day that an event names: a person may ask for one again."""
    return date.fromisoformat(event[key]) if event.get(key) else None


def _say(what: str, line: str) -> None:
    log_line(f"{what}: {line}")
