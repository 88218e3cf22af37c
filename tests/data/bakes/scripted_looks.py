"""Looks of a bake that do what the state's script says; what hears of broken bakes is Warmgate's own.

It stands for the use case in tests of the engine: the state is JSON, the time is the event's, an end is an end.
"""

import json
import time
from datetime import datetime
from typing import Any


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Make one look of a state, or hear of an execution that broke."""
    if event.get("source") == "aws.states":
        from warmgate.bootstrap_broken import broken_bakes

        return {"notified": broken_bakes().run(event) is not None}
    state = {key: value for key, value in event.items() if key != "now"}
    now_s, script = datetime.fromisoformat(event["now"].replace("Z", "+00:00")).timestamp(), event["script"]
    state["look"] += 1
    state.setdefault("began_s", now_s)
    print(json.dumps({"look": state["look"], "now": event["now"]}))
    if state["look"] == script.get("slow_look"):
        time.sleep(script["slow_s"])
    if state["look"] >= script.get("raises_from_look", 10**9):
        raise RuntimeError("the log cannot be read")
    hours = (now_s - state["began_s"]) / 3600
    state["hours"], state["wait_s"] = hours, script.get("every_s", 600)
    if hours >= script.get("bad_after_hours", 10**9):
        state.update(ended=True, outcome="rolled back", reason=f"errors began after {script['bad_after_hours']} h")
    elif hours >= script.get("hours", 6):
        state.update(ended=True, outcome="released", reason="everything passed")
    return state
