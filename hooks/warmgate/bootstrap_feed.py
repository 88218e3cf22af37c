"""The composition root of what log subscriptions deliver to; it starts for every burst of a log, so it needs little."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from warmgate.adapters.batches import TableBatches
from warmgate.adapters.reports import log_line
from warmgate.adapters.sdk import Clients
from warmgate.adapters.waiting import SystemClock
from warmgate.errors import SettingsError
from warmgate.feed.intake import Intake

if TYPE_CHECKING:
    from warmgate.feed.ending import FeedEnding
    from warmgate.settings import Settings


@lru_cache(maxsize=1)
def intake() -> Intake:
    """Return the intake of this environment, made once; raises SettingsError."""
    table, account = (os.environ.get(f"WARMGATE_{name}", "") for name in ("FEED_TABLE", "ACCOUNT"))
    for name, value in (("WARMGATE_FEED_TABLE", table), ("WARMGATE_ACCOUNT", account)):
        if not value:
            raise SettingsError(f"{name}: found nothing, expected a value", hint="set it for the live feed")
    clock = SystemClock()
    return Intake(batches=TableBatches(Clients(), table, clock), clock=clock, account=account, log=log_line)


def feed_ending_of(clients: Clients, settings: Settings) -> FeedEnding | None:
    """Return what removes log subscriptions that a guard has left, None where the installation has none."""
    if not settings.feed_function:
        return None
    from warmgate.adapters.functions import LambdaFunctions
    from warmgate.adapters.subscriptions import LogSubscriptions
    from warmgate.feed.ending import FeedEnding

    subscriptions = LogSubscriptions(clients, settings.feed_function)
    return FeedEnding(subscriptions=subscriptions, functions=LambdaFunctions(clients), log=log_line)
