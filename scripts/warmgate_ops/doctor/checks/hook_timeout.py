"""A hook that ends before the policy's budget is spent."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate.model.deadline import RESERVE_MS
from warmgate_ops.doctor.facts import Facts, HookFacts, see, some
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom, each
from warmgate_ops.doctor.template.resources import DEFAULT_TIMEOUT_S

RESERVE_S = RESERVE_MS / 1000


def _in_account(facts: Facts) -> Iterator[Symptom]:
    return each(see(facts.hooks), lambda hook: _short(facts, hook))


def _short(facts: Facts, hook: HookFacts) -> Iterator[Symptom]:
    seconds, place = see(hook.configuration).timeout_s, Place(name=hook.place)
    if seconds <= RESERVE_S:
        yield Symptom(
            place=place, message=f"timeout {seconds} s, of which {RESERVE_S:g} s are kept to report the status"
        )
        return
    budget = facts.usable_policy().budget.seconds
    if seconds < budget + RESERVE_S:
        yield Symptom(
            place=place,
            message=f"timeout {seconds} s less {RESERVE_S:g} s to report the status is below budget.seconds {budget:g}",
            severity=Severity.WARNING,
        )


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    for function in some(template.hook_functions()):
        if function.timeout_s is not None and function.timeout_s <= RESERVE_S:
            place = Place(name=function.logical_id, file=template.source, line=function.timeout_line)
            default = ", Lambda's default" if function.timeout_s == DEFAULT_TIMEOUT_S else ""
            other = "" if function.is_warmgates else "; enough for a hook that is not Warmgate's and ends within it"
            severity = None if function.is_warmgates else Severity.INFO
            yield Symptom(place=place, message=f"timeout {function.timeout_s} s{default}{other}", severity=severity)


CHECK = Check(
    id="hook-timeout",
    title="The hook's timeout is too short",
    severity=Severity.ERROR,
    why="A hook that Lambda ends reports nothing and blocks the deployment for an hour; one that is cut before its"
    " budget is spent decides on less evidence. Lambda's default is 3 s.",
    fix="give the hook a timeout of 900 s, or lower budget.seconds in the policy",
    sources=("Configure Lambda function timeout (AWS Lambda Developer Guide)", "aws/serverless-application-model#1963"),
    in_account=_in_account,
    in_template=_in_template,
)
