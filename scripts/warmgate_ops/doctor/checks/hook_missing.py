"""A hook whose function does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, Missing, see, some
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    for hook in see(facts.hooks):
        if isinstance(hook.configuration, Missing):
            yield Symptom(place=Place(name=hook.place), message="no such function in this account and region")


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    for release in some(template.releases):
        for hook in release.hooks:
            named = hook.name.refers_to
            if named and named not in template.logical_ids:
                place = Place(name=release.logical_id, file=template.source, line=hook.line)
                yield Symptom(place=place, message=f"{hook.event} refers to {named}, which the template does not hold")


CHECK = Check(
    id="hook-missing",
    title="The hook does not exist",
    severity=Severity.ERROR,
    why="CodeDeploy cannot call a function that is not there: the lifecycle event fails, or waits an hour for a"
    " status.",
    fix="install the hook, or name the function that is installed",
    sources=("AppSpec 'hooks' section (AWS CodeDeploy User Guide)",),
    in_account=_in_account,
    in_template=_in_template,
)
