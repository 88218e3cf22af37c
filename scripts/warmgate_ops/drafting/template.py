"""What a SAM or CloudFormation template says of the function that a policy is drafted for."""

from __future__ import annotations

from warmgate.errors import SettingsError
from warmgate.policy.values import EventKind
from warmgate_ops.doctor.template.names import name_of
from warmgate_ops.doctor.template.nodes import Value, root_of
from warmgate_ops.doctor.template.reading import FUNCTIONS, Written, read_template
from warmgate_ops.drafting.cfn_triggers import triggers_beside
from warmgate_ops.drafting.http_routes import route
from warmgate_ops.drafting.known import Known, Trigger
from warmgate_ops.drafting.resources import Resources, text_at
from warmgate_ops.drafting.sam_events import triggers_in


def known_in(text: str, source: str, resource: str = "") -> Known:
    """Return what a template says of a function.

    Args:
        text: the template.
        source: its name.
        resource: the function's logical id; may be empty where only one is not a hook.

    Raises:
        DocumentError: it is no template.
        SettingsError: it has no such function, or several.
    """
    root, template = root_of(text, source), read_template(text, source)
    hooks = {each.logical_id for each in template.hook_functions()}
    functions = [each.logical_id for each in template.functions]
    name = _chosen(resource, functions, [each for each in functions if each not in hooks], source)
    found = root.get("Resources")
    bodies = dict(found.items()) if found else {}
    written = Written(bodies[name], root)
    named = name_of(written.at("FunctionName"))
    timeout_s, timeout_note = _number(written, "Timeout", 3, 900)
    memory_mb, memory_note = _number(written, "MemorySize", 128, 10240)
    return Known(
        name=named.start if named.is_whole else name,
        source=source,
        function=named.start if named.is_whole else "",
        alias=text_at(written.at("AutoPublishAlias")) or _alias_of(name, bodies),
        timeout_s=timeout_s,
        memory_mb=memory_mb,
        runtime=text_at(written.at("Runtime")),
        triggers=tuple(_triggers(name, written, Resources(bodies))),
        isolates_tenants=written.at("TenancyConfig") is not None,
        notes=tuple(note for note in (timeout_note, memory_note) if note),
    )


def _chosen(resource: str, functions: list[str], released: list[str], source: str) -> str:
    if resource in functions or (not resource and len(released) == 1):
        return resource or released[0]
    found = f"no function {resource}" if resource else f"{len(released)} functions"
    listed = ", ".join(released or functions)
    raise SettingsError(
        f"{source}: found {found}, expected " + (f"--resource with one of {listed}" if listed else "a function"),
        hint="name one with --resource" if listed else "name the template that has it",
    )


def _triggers(name: str, written: Written, resources: Resources) -> list[Trigger]:
    triggers = list(triggers_in(written.at("Events"), resources)) if written.kind == FUNCTIONS[0] else []
    if written.at("FunctionUrlConfig") is not None:
        triggers.append(route(EventKind.FUNCTION_URL, "GET", "/", "a function URL"))
    return [*triggers, *triggers_beside(name, resources)]


def _alias_of(function: str, bodies: dict[str, Value]) -> str:
    found = Resources(bodies).of_kind("AWS::Lambda::Alias")
    ours = (body for _, body in found if name_of(body.at("Properties", "FunctionName")).refers_to == function)
    return next((text_at(body, "Properties", "Name") for body in ours), "")


def _number(written: Written, key: str, default: int, most: int) -> tuple[int, str]:
    """Return a setting, no more than Lambda allows, and a note where the template does not say it."""
    value = written.at(key)
    if value is None:
        return default, ""
    text = text_at(value)
    if not text:  # A parameter counts with its default.
        referred = name_of(value).refers_to
        text = text_at(written.root.at("Parameters", referred, "Default")) if referred else ""
    if text.isdecimal() and int(text) > 0:
        return min(int(text), most), ""
    return default, f"{key} is decided by the deployment: {default} is taken here"
