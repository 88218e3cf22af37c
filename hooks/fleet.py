"""The fleet's function: one step of the state machine in, what it is to do next out. It never waits."""

from __future__ import annotations

import json
import os
from datetime import datetime
from typing import Any

from warmgate.bootstrap_fleets import steps_of
from warmgate.fleets.items import summary_of
from warmgate.fleets.marks import LOST_S, fleet_id_of
from warmgate.fleets.parse import parse_fleet


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001
    """Do the step that an event names.

    A fleet has its own id where its input has one, so that it can be run again; else the execution's name.
    """
    step = event["step"]
    if step == "summary":
        return summary_of(event["results"])
    item = event.get("item") or {}
    given = event.get("input") or {}
    fleet_id = item.get("fleet_id") or given.get("fleet_id") or event["fleet_id"]
    since_s = datetime.fromisoformat(event["began"]).timestamp() - LOST_S
    steps = steps_of(os.environ, fleet_id_of(fleet_id), since_s)
    if step == "plan":
        return {**steps.plan(parse_fleet(json.dumps(given["fleet"]), "input")), "began": event["began"]}
    if step == "pause":
        return steps.pause(event["pause_s"], stops=event["stops"])
    if step == "lost":
        return steps.lost(item, f"{event['error'].get('Error')}: {event['error'].get('Cause')}")
    return {"begin": steps.begin, "look": steps.look}[step](item)
