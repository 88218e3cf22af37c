"""Whether an environment that was made by a call to a version serves the alias that points at it."""

from __future__ import annotations

from warmgate_ops.cold_starts.first_run.answers import Answer
from warmgate_ops.cold_starts.first_run.lab import Lab, Plan, Question, answered, unanswered

ID = "version-warms-alias"


def _ask(lab: Lab, plan: Plan) -> Answer:
    function = lab.make(ID)
    version = lab.publish(function, alias="live")
    warmed = {each.environment for each in lab.burst(function, plan.environments, version)}
    met = [each.environment for each in lab.burst(function, plan.environments, "live")]
    again = sum(environment in warmed for environment in met)
    if not met:
        return unanswered(ID, "no call to the alias was answered")
    word = "calls to a version warm its alias" if again * 2 > len(met) else "calls to a version do not warm its alias"
    said = f"{word}: {again} of {len(met)} calls to the alias met an environment made by calls to the version"
    return answered(ID, said, alias_calls=float(len(met)), in_environments_of_the_version=float(again))


QUESTION = Question(
    id=ID,
    asks="Do calls to a version warm what the alias that points at it uses?",
    how="calls to the version by number, then as many to the alias; log streams compared",
    usd_most=0.01,
    ask=_ask,
)
