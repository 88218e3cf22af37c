"""Whether FilterLogEvents reads a log group of the class Infrequent Access."""

from __future__ import annotations

from warmgate_ops.cold_starts.first_run.answers import Answer
from warmgate_ops.cold_starts.first_run.lab import Lab, LabError, Plan, Question, answered

ID = "infrequent-access-filtered"
CLASS = "INFREQUENT_ACCESS"


def _ask(lab: Lab, plan: Plan) -> Answer:  # noqa: ARG001 - every question has this shape
    group = lab.look("logs", "create_log_group", logGroupClass=CLASS)["logGroupName"]
    try:
        lab.look("logs", "filter_log_events", logGroupName=group, limit=1)
    except LabError as error:
        return answered(ID, f"FilterLogEvents refuses a log group of class {CLASS}: {error}", is_read=False)
    return answered(ID, f"FilterLogEvents reads a log group of class {CLASS}", is_read=True)


QUESTION = Question(
    id=ID,
    asks="Does FilterLogEvents read a log group of the class Infrequent Access?",
    how="an empty log group of that class, filtered and removed",
    usd_most=0.0,
    ask=_ask,
)
