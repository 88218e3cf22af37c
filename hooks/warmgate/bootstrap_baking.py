"""The composition root of the bake: the hooks' own does not know it."""

from __future__ import annotations

import os
from functools import lru_cache

from warmgate.adapters.functions import LambdaFunctions
from warmgate.adapters.logs import CloudWatchLogs
from warmgate.adapters.look_clock import LookClock
from warmgate.adapters.metrics import CloudWatchMetrics
from warmgate.adapters.reports import log_line
from warmgate.adapters.sdk import Clients
from warmgate.baking.baker import Baker
from warmgate.baking.ending import Endings
from warmgate.baking.reading import PartReader
from warmgate.baking.scoping import Scoping
from warmgate.bootstrap_controller import controller_of
from warmgate.rollback.telling import Telling
from warmgate.settings import Settings, settings_of


@lru_cache(maxsize=1)
def baker() -> Baker:
    """Return the baker of this environment, made once; raises SettingsError."""
    return baker_of(Clients(), settings_of(os.environ))


def baker_of(clients: Clients, settings: Settings) -> Baker:
    """Return the baker on real services, with the controller's way back; raises SettingsError."""
    ends = controller_of(clients, settings)
    recovery, clock = ends.recovery, LookClock()
    logs = CloudWatchLogs(clients, clock)
    telling = Telling(reports=ends.reports, claims=ends.claims, clock=clock, notices=ends.notices, log=log_line)
    return Baker(
        releases=recovery.releases,
        aliases=recovery.aliases,
        policies=recovery.policies,
        scoping=Scoping(policies=recovery.policies, functions=LambdaFunctions(clients), logs=logs, clock=clock),
        reader=PartReader(logs=logs, metrics=CloudWatchMetrics(clients), clock=clock),
        recovery=recovery,
        endings=Endings(reports=ends.reports, telling=telling),
        clock=clock,
        log=log_line,
    )
