"""The composition root of the fleet's function: its steps on real services."""

from __future__ import annotations

from collections.abc import Mapping

from warmgate.adapters.aliases import LambdaAliases
from warmgate.adapters.fleets import BucketReasons, CodeDeployFleet, TableStops
from warmgate.adapters.functions import LambdaFunctions
from warmgate.adapters.sdk import Clients
from warmgate.adapters.waiting import SystemClock
from warmgate.errors import SettingsError
from warmgate.fleets.beginning import Beginning
from warmgate.fleets.checking import Checking
from warmgate.fleets.ending import Ending
from warmgate.fleets.items import Steps

TABLE, BUCKET = "WARMGATE_FLEET_TABLE", "WARMGATE_REPORT_BUCKET"
PREFIX, ACCOUNT = "WARMGATE_REPORT_PREFIX", "WARMGATE_ACCOUNT"


def steps_of(environment: Mapping[str, str], fleet_id: str, since_s: float) -> Steps:
    """Return the steps of a fleet; raises SettingsError."""
    table = environment.get(TABLE, "")
    if not table:
        raise SettingsError(f"{TABLE}: found nothing, expected a name", hint="set it for the fleet's function")
    clients, clock = Clients(), SystemClock()
    deployments, aliases = CodeDeployFleet(clients, lambda: clients.once("codedeploy")), LambdaAliases(clients)
    bucket = environment.get(BUCKET, "")
    reasons = (
        BucketReasons(clients, bucket, environment.get(PREFIX, ""), environment.get(ACCOUNT, "")) if bucket else None
    )
    return Steps(
        beginning=Beginning(fleet_id=fleet_id, since_s=since_s, deployments=deployments, aliases=aliases, clock=clock),
        ending=Ending(deployments=deployments, aliases=aliases, reasons=reasons, clock=clock),
        checking=Checking(aliases=aliases, functions=LambdaFunctions(clients)),
        deployments=deployments,
        stops=TableStops(clients, table),
    )
