"""`warmgate doctor`: shows before a release what would fail during the deployment."""

from __future__ import annotations

import os
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.function_option import function_in
from warmgate_ops.cli.help_words import RELEASES, examples
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import input_file, output_file, write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warmgate_ops.doctor.findings import Examination
    from warmgate_ops.doctor.gather import Question


class Format(StrEnum):
    """Output format."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command(
        "doctor",
        rich_help_panel=RELEASES,
        epilog=examples("doctor --function checkout-api --alias live", "doctor --template template.yaml"),
    )(doctor)


def doctor(
    *,
    function: Annotated[str, typer.Option(help="Function name or ARN; with --alias.")] = "",
    alias: Annotated[str, typer.Option(help="Alias that CodeDeploy shifts.")] = "",
    application: Annotated[str, typer.Option(help="CodeDeploy application; with --group.")] = "",
    group: Annotated[str, typer.Option(help="CodeDeploy deployment group.")] = "",
    hook: Annotated[
        list[str] | None, typer.Option(help="Hook function to check besides those of the AppSpec; may be repeated.")
    ] = None,
    appspec: Annotated[
        Path | None, typer.Option(parser=input_file, help="AppSpec file of the next deployment.")
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(parser=input_file, help="Policy file (default: the one that the function's tag names)."),
    ] = None,
    template: Annotated[
        list[Path] | None, typer.Option(parser=input_file, help="SAM or CloudFormation template; may be repeated.")
    ] = None,
    install: Annotated[
        bool, typer.Option("--install", help="Check the installation of Warmgate itself, and nothing else.")
    ] = False,
    stack: Annotated[
        str, typer.Option(help="With --install: stack to look into (default: functions by their standard names).")
    ] = "",
    endpoint_url: EndpointUrl = "",
    region: Region = "",
    output: Annotated[Format, typer.Option("--format", help="Output format.")] = Format.TEXT,
    json_output: Annotated[bool, typer.Option("--json", help="Same as --format json.")] = False,
    sarif: Annotated[Path | None, typer.Option(parser=output_file, help="Also write SARIF to this file.")] = None,
) -> None:
    """Check function, group, hook, policy and templates; exits 0 fine, 1 an error was found, 3 could not find out.

    Warnings and notes exit 0, wrong usage and unreadable files 2. It reads and never changes anything.
    """
    _refuse_halves(("--function", function, "--alias", alias), ("--application", application, "--group", group))
    in_account = bool(function or application or appspec or hook)
    if install or stack:
        _refuse_mixed(install, in_account or bool(template or policy))
        _end(examined_install(stack, endpoint_url, region), Format.JSON if json_output else output, sarif)
    if not in_account and not template:
        raise typer.BadParameter("name --function and --alias, --application and --group, --appspec or --template")
    names = {"function": function, "alias": alias, "application": application, "group": group}
    question = _question(names, tuple(hook or ()), appspec, policy) if in_account else None
    examined = _examined(question, template or [], endpoint_url, region)
    _end(examined, Format.JSON if json_output else output, sarif)


def _end(examined: Examination, output: Format, sarif: Path | None) -> NoReturn:
    _show(examined, output)
    if sarif is not None:
        write_text(sarif, _sarif(examined))
    raise typer.Exit(examined.exit_code)


def _refuse_mixed(install: bool, release: bool) -> None:
    if not install:
        raise typer.BadParameter("--stack belongs to --install: add it")
    if release:
        raise typer.BadParameter("--install looks at Warmgate itself: leave out what names a release or a template")


def examined_install(stack: str, endpoint_url: str, region: str) -> Examination:
    """Return what is found in an installation."""
    from importlib.metadata import version

    from warmgate_ops.doctor.facts import Denied, Missing
    from warmgate_ops.doctor.findings import examine
    from warmgate_ops.doctor.installation.gather import gather_installation
    from warmgate_ops.doctor.installation.registry import INSTALL_CHECKS

    found = gather_installation(clients_of(endpoint_url, region), stack, version("warmgate"))
    if isinstance(found, Missing):
        raise typer.BadParameter(f"{found.place}: no such stack in this account and region")
    if isinstance(found, Denied):
        complain(f"{found.place}: {found.reason}")
        raise typer.Exit(3)
    return examine(INSTALL_CHECKS, [found])


def _question(names: dict[str, str], hooks: tuple[str, ...], appspec: Path | None, policy: Path | None) -> Question:
    from warmgate_ops.doctor.gather import Question

    given = (_text(appspec), str(appspec)) if appspec else None
    return Question(**names, hooks=hooks, appspec=given, policy=policy, policies=_bundled())


def _examined(question: Question | None, templates: Sequence[Path], endpoint_url: str, region: str) -> Examination:
    from warmgate_ops.doctor.facts import Facts
    from warmgate_ops.doctor.findings import examine
    from warmgate_ops.doctor.gather import gather
    from warmgate_ops.doctor.registry import CHECKS
    from warmgate_ops.doctor.template.reading import read_template

    subjects = [Facts(template=read_template(_text(path), str(path))) for path in templates]
    if question is not None:
        clients = clients_of(endpoint_url, region)
        if question.function:
            question = replace(question, function=function_in(question.function, clients))
        subjects.append(gather(question, clients))
    return examine(CHECKS, subjects)


def _show(examined: Examination, output: Format) -> None:
    from warmgate_ops.doctor.render.json_report import render_json
    from warmgate_ops.doctor.render.text import render_text

    if output is Format.JSON:
        say(render_json(examined))
    elif output is Format.SARIF:
        say(_sarif(examined), end="")
    else:
        from warmgate_ops.cli.consoles import new_console

        new_console(plain_width=10_000).print(render_text(examined), end="", soft_wrap=True)


def _sarif(examined: Examination) -> str:
    from warmgate_ops.doctor.installation.registry import INSTALL_CHECKS
    from warmgate_ops.doctor.registry import CHECKS
    from warmgate_ops.doctor.render.sarif import render_sarif

    own = {check.id for check in INSTALL_CHECKS} & {*examined.looked, *examined.not_looked}
    return render_sarif(examined.findings, INSTALL_CHECKS if own else CHECKS)


def _bundled() -> Path:
    from warmgate.settings import settings_of

    return settings_of(os.environ).policies


def _text(path: Path) -> str:
    from warmgate_ops.cli.logs import decoded

    return decoded(path.read_bytes())


def _refuse_halves(*pairs: tuple[str, str, str, str]) -> None:
    for first, first_value, second, second_value in pairs:
        if bool(first_value) != bool(second_value):
            raise typer.BadParameter(f"{first} and {second} belong together: name both")
