"""Where X-Ray keeps the segments of traces."""

from __future__ import annotations

from warmgate_ops.cold_starts.first_run.answers import Answer
from warmgate_ops.cold_starts.first_run.lab import Lab, Plan, Question, answered, unanswered

ID = "trace-destination"


def _ask(lab: Lab, plan: Plan) -> Answer:  # noqa: ARG001 - every question has this shape
    found = lab.look("xray", "get_trace_segment_destination").get("Destination")
    if found == "CloudWatchLogs":
        said = "CloudWatch Transaction Search is on: BatchGetTraces finds nothing, traces are retrieved instead"
        return answered(ID, said, destination=found)
    if found == "XRay":
        return answered(ID, "traces stand in X-Ray: BatchGetTraces finds them", destination=found)
    return unanswered(ID, f"GetTraceSegmentDestination: found {found!r}, expected XRay or CloudWatchLogs")


QUESTION = Question(
    id=ID,
    asks="Where are traces kept: in X-Ray, or in CloudWatch Logs (Transaction Search)?",
    how="GetTraceSegmentDestination",
    usd_most=0.0,
    ask=_ask,
)
