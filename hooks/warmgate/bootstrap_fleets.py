"""The composition root of the fleet's function: the steps of the state machine, on real services."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from warmgate.adapters.aliases import LambdaAliases
from warmgate.adapters.fleets import BucketReasons, CodeDeployFleet, TableStops
from warmgate.adapters.functions import LambdaFunctions
from warmgate.adapters.sdk import Clients
from warmgate.adapters.waiting import SystemClock
from warmgate.errors import SettingsError
from warmgate.fleets.beginning import Beginning
from warmgate.fleets.checking import Checking
from warmgate.fleets.ending import Ending
from warmgate.fleets.items import Steps, summary_of
from warmgate.fleets.marks import LOST_S, fleet_id_of
from warmgate.fleets.parse import parse_fleet

TABLE, BUCKET = "WARMGATE_FLEET_TABLE", "WARMGATE_REPORT_BUCKET"
PREFIX, ACCOUNT = "WARMGATE_REPORT_PREFIX", "WARMGATE_ACCOUNT"


def step_of(event: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what a step of the state machine answers.

    A fleet has its own id where its input has one, so that it can be run again; else the execution's name.

    Raises:
        FleetError: the fleet has faults.
        SettingsError: the function is not set up right, or a release could not begin.
        WarmgateError: AWS could not be asked; a further try may help.
    """
    step, item, given = event["step"], event.get("item") or {}, event.get("input") or {}
    if step == "summary":
        return summary_of(event["results"])
    fleet_id = fleet_id_of(item.get("fleet_id") or given.get("fleet_id") or event["fleet_id"])
    steps = steps_of(environment, fleet_id, datetime.fromisoformat(event["began"]).timestamp() - LOST_S)
    if step == "plan":
        return {**steps.plan(parse_fleet(json.dumps(given["fleet"]), "input")), "began": event["began"]}
    if step == "pause":
        return steps.pause(event["pause_s"], stops=event["stops"])
    if step == "lost":
        return steps.lost(item, f"{event['error'].get('Error')}: {event['error'].get('Cause')}")
    return {"begin": steps.begin, "look": steps.look}[step](item)


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
