"""A user's own release for `warmgate rehearse`: options, template and event become one scenario, or wrong usage."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
import yaml

from warmgate.errors import SettingsError
from warmgate_ops.cli.documents import policy_in, text_of
from warmgate_ops.cli.output import complain
from warmgate_ops.cli.paths import input_folder, write_text
from warmgate_ops.cli.rehearse_template import OwnFunction, function_in

if TYPE_CHECKING:
    from warmgate_ops.rehearsal.scenario import FunctionSettings, Scenario

HANDLER, MEMORY_MB, TIMEOUT_S = "app.handler", 256, 10
NODE = "nodejs20.x"
"""The runtime of JavaScript that nobody names one for."""
DEFAULT_ALONE = (
    "no --policy: judged by the bundled default policy, as in an account where no policy names the function; "
    "it calls with {}, which may not fit: `warmgate init` writes a policy whose events do"
)
DEFAULT_WITH_EVENT = "no --policy: judged by the bundled default policy, with --event as its only probe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What was given on the command line; None or empty where nothing was."""

    function: Path | None = None
    candidate: Path | None = None
    policy: Path | None = None
    template: Path | None = None
    resource: str = ""
    name: str = ""
    handler: str | None = None
    runtime: str | None = None
    memory: int | None = None
    timeout: int | None = None
    env: tuple[str, ...] = ()
    env_file: Path | None = None
    event: Path | None = None
    layers: tuple[Path, ...] = ()
    setup: Path | None = None
    config: str | None = None
    install: bool = False

    @property
    def given(self) -> list[str]:
        """Return the options that were given, in their order."""
        names = [name for name in self.__slots__ if getattr(self, name) not in (None, "", (), False)]
        return ["--" + name.replace("layers", "layer").replace("_", "-") for name in names]


def own_scenario(own: Own, work: Path) -> Scenario:
    """Return the release of a user's own function; packages are installed where that was asked for.

    Args:
        own: what was given.
        work: a folder for what is made on the way.

    Raises:
        BadParameter: options that do not fit together.
        DocumentError: policy or template cannot be used.
        SettingsError: a runtime or a package is not here.
    """
    from warmgate_ops.cli.rehearse_resources import resources_in
    from warmgate_ops.rehearsal.catalogue import ALL_AT_ONCE, own_release
    from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.registry import why_not_here
    from warmgate_ops.rehearsal.own.dependencies import with_dependencies
    from warmgate_ops.rehearsal.own.naming import name_for, safe_name

    if own.resource and not own.template:
        raise typer.BadParameter("--resource names a function of a template: pass --template too")
    if not (own.template or (own.function and own.candidate)):
        raise typer.BadParameter(
            f"found {', '.join(own.given) or 'no code'}, expected --function and --candidate, the folders of both "
            "versions; --template replaces --candidate, or both where its code is tried against itself"
        )
    variables = _variables(own)
    said = _template(own, frozenset(variables))
    baseline, candidate = _folders(own, said)
    settings = _settings(own, said, candidate, variables)
    if missing := why_not_here(settings.runtime):
        raise SettingsError(missing.why, hint=missing.hint)
    packages = [
        with_dependencies(folder, settings.runtime, settings.layers, install=own.install)
        for folder in (baseline, candidate)
    ]
    return own_release(
        safe_name(own.name or (said.name if said else name_for(baseline, candidate))),
        packages[0],
        packages[1],
        _policy(own, work),
        settings,
        config=own.config or ALL_AT_ONCE,
        setup=own.setup,
        made=resources_in(own.template) if own.template and not own.setup else (),
    )


def _variables(own: Own) -> dict[str, str]:
    from warmgate_ops.rehearsal.own.variables import variables_given, variables_in

    listed = variables_in(text_of(str(own.env_file)), str(own.env_file)) if own.env_file else {}
    return {**listed, **variables_given(own.env)}


def _template(own: Own, given: frozenset[str]) -> OwnFunction | None:
    if own.template is None:
        return None
    return function_in(own.template, own.resource, given, ignore_layers=bool(own.layers))


def _folders(own: Own, said: OwnFunction | None) -> tuple[Path, Path]:
    """Return the code of both versions; a whole other checkout has it at the same path as the template's own."""
    if said is None or own.template is None:
        assert own.function is not None
        assert own.candidate is not None
        return own.function, own.candidate
    candidate = own.candidate or input_folder(str(own.template.parent / said.code))
    if own.function is None:
        complain("no --function: the code of the template is rehearsed as both versions")
        return input_folder(str(own.template.parent / said.code)), candidate
    is_checkout = (own.function / own.template.name).is_file() and (own.function / said.code).is_dir()
    return own.function / said.code if is_checkout else own.function, candidate


def _settings(own: Own, said: OwnFunction | None, candidate: Path, variables: dict[str, str]) -> FunctionSettings:
    from warmgate_ops.rehearsal.own.naming import is_javascript
    from warmgate_ops.rehearsal.scenario import FunctionSettings
    from warmgate_ops.rehearsal.stage import RUNTIME

    found = said or OwnFunction(name="", code="", handler=HANDLER, memory_mb=MEMORY_MB, timeout_s=TIMEOUT_S)
    handler = own.handler or found.handler or HANDLER
    layers = own.layers
    if not layers and own.template:
        layers = tuple(input_folder(str(own.template.parent / each)) for each in found.layers)
    return FunctionSettings(
        handler=handler,
        memory_mb=own.memory or found.memory_mb,
        timeout_s=own.timeout or found.timeout_s,
        runtime=own.runtime or found.runtime or (NODE if is_javascript(candidate, handler) else RUNTIME),
        variables={**found.variables, **variables},
        layers=layers,
        architecture=found.architecture,
    )


def _policy(own: Own, work: Path) -> Path:
    """Return the policy, with the event as its only probe where there is one."""
    from warmgate_ops.rehearsal.packages import POLICIES

    if own.policy is None:
        complain(DEFAULT_WITH_EVENT if own.event else DEFAULT_ALONE)
    policy = own.policy or POLICIES / "default.yaml"
    checked = policy_in(policy)
    if own.event is None:
        return policy
    text = text_of(str(own.event))
    try:
        json.loads(text)
    except ValueError as error:
        raise SettingsError(f"--event {own.event}: found what is no JSON ({error})", hint="name a JSON file") from error
    folder = work / "policy"
    folder.mkdir(parents=True)
    written: dict[str, Any] = yaml.safe_load(text_of(str(policy)))
    shutil.copy(own.event, folder / "event.json")
    expect = written["probes"][0].get("expect") if len(checked.probes) == 1 and written.get("probes") else None
    probe = {"name": "event", "payload_file": "event.json", **({"expect": expect} if expect else {})}
    # The default policy forgives `{}`; an event of somebody's own is meant to be answered.
    when = {} if own.policy else {"when": {**written["when"], "probe_unfit": "fail"}}
    write_text(folder / policy.name, yaml.safe_dump({**written, "probes": [probe], **when}, sort_keys=False))
    return folder / policy.name
