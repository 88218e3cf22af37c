"""A hook that CodeDeploy calls before it lets traffic reach that very hook."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see, some
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    for release in some(template.releases):
        for hook in release.hooks:
            function = template.function_of(hook)
            if function is not None and function.logical_id == release.function:
                place = Place(name=function.logical_id, file=template.source, line=function.line)
                yield Symptom(
                    place=place, message=f"it is the {hook.event} hook of its own release ({release.logical_id})"
                )
                break


CHECK = Check(
    id="hook-shifted",
    title="The hook is released behind itself",
    severity=Severity.WARNING,
    why="A hook that fails refuses its own correction too. SAM's Globals give DeploymentPreference to every function of"
    " the template, the hook's own among them.",
    fix="write `DeploymentPreference: {Enabled: false}` at the hook's function, or deploy it in a stack of its own",
    sources=(
        "Globals section of the AWS SAM template (AWS SAM Developer Guide)",
        "DeploymentPreference (AWS SAM Developer Guide)",
    ),
    in_template=_in_template,
)
