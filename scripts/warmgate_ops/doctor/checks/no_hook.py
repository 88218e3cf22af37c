"""A release that calls nobody before traffic moves."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see, some
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    appspec = see(facts.appspec)
    if appspec.spec is not None and not appspec.spec.hooks:
        yield Symptom(place=Place(file=appspec.source), message="the AppSpec has no Hooks")


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    for release in some(template.releases):
        if not release.hooks:
            place = Place(name=release.logical_id, file=template.source, line=release.line)
            yield Symptom(place=place, message="no hook is named")


CHECK = Check(
    id="no-hook",
    title="No hook is called",
    severity=Severity.WARNING,
    why="Without a hook traffic shifts to the new version unseen: nothing is warmed, measured or refused.",
    fix="name the hook: `Hooks: [{BeforeAllowTraffic: CodeDeployHook_warmgate-before}]` in an AppSpec,"
    " `Hooks: {PreTraffic: CodeDeployHook_warmgate-before}` in a DeploymentPreference",
    sources=("AppSpec 'hooks' section (AWS CodeDeploy User Guide)", "DeploymentPreference (AWS SAM Developer Guide)"),
    in_account=_in_account,
    in_template=_in_template,
)
